package io.braid.it;

import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;

/// The newest consumer (KIP-848 in version 4.4.0), whose two threads may come into each other's way: after a restart
/// of the server one may begin to validate a position while the other hands out records from it.
final class AsyncConsumer {
    private static final String POSITION_LOST = "Cannot set a new position without a valid current position";

    private AsyncConsumer() {}

    /// Polls.
    ///
    /// @throws KafkaException also where the threads collide; nothing was handed out then
    static <K, V> ConsumerRecords<K, V> poll(Consumer<K, V> consumer, Duration timeout) {
        try {
            return consumer.poll(timeout);
        } catch (IllegalStateException e) {
            if (!POSITION_LOST.equals(e.getMessage())) throw e;
            throw new KafkaException("the consumer's threads came into each other's way", e);
        }
    }
}
