package io.braid.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// What a server must answer to count as serving a topic again: what all its partitions are, one produce to the first
/// of them and one fetch from the last.
///
/// @param partitions  of the topic, each with a record in it
record Serving(String bootstrap, String topic, int partitions) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /// Returns when it has answered all three.
    ///
    /// @throws IOException it has not within two minutes, or a partition is missing
    void await() throws IOException, InterruptedException {
        produce();
        fetch();
    }

    /// How many records the partitions have ever been given, all together.
    long records() {
        try (var consumer = consumer()) {
            var all = IntStream.range(0, partitions)
                    .mapToObj(number -> new TopicPartition(topic, number))
                    .toList();
            return consumer.endOffsets(all, LIMIT).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private void produce() throws IOException, InterruptedException {
        try (var producer =
                new KafkaProducer<>(impatient(bootstrap), new ByteArraySerializer(), new ByteArraySerializer())) {
            long led = producer.partitionsFor(topic).stream()
                    .filter(partition -> partition.leader() != null)
                    .count();
            if (led != partitions) {
                throw new IOException("%d of %d partitions have a leader".formatted(led, partitions));
            }
            producer.send(new ProducerRecord<>(topic, 0, null, new byte[Produce.RECORD_BYTES]))
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a record was not taken: " + e.getMessage(), e);
        }
    }

    private void fetch() throws IOException {
        try (var consumer = consumer()) {
            var last = List.of(new TopicPartition(topic, partitions - 1));
            consumer.assign(last);
            consumer.seekToBeginning(last);
            if (consumer.poll(LIMIT).isEmpty()) {
                throw new IOException("no record of %s was given within %s".formatted(last.getFirst(), LIMIT));
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(impatient(bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /// A client whose retries come soon, so that no server's figure is mostly a client's pause.
    static Map<String, Object> impatient(String bootstrap) {
        return Map.of(
                "bootstrap.servers", bootstrap,
                "retry.backoff.ms", "10",
                "retry.backoff.max.ms", "10",
                "reconnect.backoff.ms", "10",
                "reconnect.backoff.max.ms", "10");
    }
}
