package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/// Writes the numbers from 0 on to a topic, at a steady pace, for as long as the server is away.
final class NumberSource implements AutoCloseable {
    private static final int IN_FLIGHT_MAX = 200;
    private static final Duration PACE = Duration.ofMillis(2);
    private static final int KEYS = 50;

    private final OldestClient client;
    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>(); // the first ends the writing
    private final Thread writing;
    private volatile boolean stopping;
    private volatile int count; // written by its thread only

    NumberSource(OldestClient client, String topic) {
        this.client = client;
        this.topic = topic;
        producer = client.producer(Map.of(
                "acks",
                "all",
                "enable.idempotence",
                "true",
                "delivery.timeout.ms",
                "120000",
                "reconnect.backoff.max.ms",
                "200"));
        writing = Thread.ofPlatform().name("numbers").start(this::write);
    }

    private void write() {
        while (!stopping && failures.isEmpty()) {
            inFlight.acquireUninterruptibly();
            int number = count;
            var record = new ProducerRecord<>(topic, client.bytes("" + number % KEYS), client.bytes("" + number));
            producer.send(record, (_, failure) -> {
                inFlight.release();
                if (failure != null) failures.add(failure);
            });
            count = number + 1;
            LockSupport.parkNanos(PACE.toNanos());
        }
    }

    /// Stops, waits until all is acknowledged, and tells how many numbers there are.
    int stop() throws InterruptedException {
        stopping = true;
        writing.join();
        producer.flush();
        assertEquals(List.of(), List.copyOf(failures));
        return count;
    }

    @Override
    public void close() {
        stopping = true;
        producer.close(Duration.ZERO);
    }
}
