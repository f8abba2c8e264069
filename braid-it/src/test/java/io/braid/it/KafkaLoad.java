package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/// An idempotent producer that writes numbered records, round and round the partitions of a topic, and retries for as
/// long as the server is away: one producer over all lives.
final class KafkaLoad implements AutoCloseable {
    private static final int PARTITIONS = 3;
    private static final int IN_FLIGHT_MAX = 500;
    private static final long STOP_MAX_MILLIS = 60_000;
    private static final int PADDING_BYTES = 200;

    private final OldestClient client;
    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final Thread thread;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final Queue<Acknowledged> answers = new ConcurrentLinkedQueue<>(); // bounded by the time of the test
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>(); // as above
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile boolean stopping;

    private record Acknowledged(int partition, long offset, long number) {}

    KafkaLoad(String bootstrap) throws Exception {
        client = new OldestClient(bootstrap, "crash");
        topic = client.createTopic("kafka", PARTITIONS);
        producer = client.producer(Map.of(
                "enable.idempotence", "true",
                "acks", "all",
                "delivery.timeout.ms", "120000",
                "request.timeout.ms", "10000",
                "retry.backoff.ms", "20",
                "retry.backoff.max.ms", "100",
                "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100",
                "compression.type", "lz4"));
        thread = Thread.ofPlatform().name("kafka-load").start(this::write);
    }

    private void write() {
        for (long number = 0; !stopping; number++) {
            inFlight.acquireUninterruptibly();
            long sent = number;
            int partition = (int) (number % PARTITIONS);
            var value = client.bytes(number + " " + "x".repeat(PADDING_BYTES));
            producer.send(
                    new ProducerRecord<>(topic, partition, null, value),
                    (metadata, failure) -> answered(sent, metadata, failure));
        }
    }

    private void answered(long number, RecordMetadata metadata, Exception failure) {
        inFlight.release();
        if (failure != null) {
            failures.add(failure);
        } else {
            answers.add(new Acknowledged(metadata.partition(), metadata.offset(), number));
            acknowledged.incrementAndGet();
        }
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /// Writes no more, and waits for the answers to all that was written.
    void stop() throws InterruptedException {
        stopping = true;
        thread.join(STOP_MAX_MILLIS);
        assertTrue(!thread.isAlive(), "the producer is stuck: " + this);
        producer.flush();
        assertEquals(List.of(), List.copyOf(failures));
    }

    /// Reads all partitions and compares them with what was acknowledged: exactly that, once, in order, and at the
    /// offsets that were told. Nothing else is there, because nothing of an idempotent producer was given up.
    void audit() {
        var told = new TreeMap<Integer, TreeMap<Long, Long>>();
        for (var answer : answers) {
            var before = told.computeIfAbsent(answer.partition(), _ -> new TreeMap<>())
                    .put(answer.offset(), answer.number());
            assertTrue(before == null, () -> "two records were told one offset: " + answer + " and " + before);
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var numbers = new ArrayList<>(told.get(partition).values());
            var read = client.read(topic, partition, 0, numbers.size()).stream()
                    .map(record -> Long.parseLong(client.text(record.value()).split(" ")[0]))
                    .toList();
            assertEquals(numbers, read, "partition " + partition);
            assertEquals(numbers.stream().sorted().distinct().toList(), numbers, "order in partition " + partition);
            assertEquals(numbers.size() - 1, told.get(partition).lastKey(), "last offset of partition " + partition);
            assertEquals(List.of(), client.readNow(topic, partition, numbers.size()), "beyond what was acknowledged");
        }
    }

    @Override
    public void close() {
        stopping = true;
        inFlight.release(1);
        producer.close(Duration.ZERO);
    }

    @Override
    public String toString() {
        return "Kafka: %d acknowledged, failures %s".formatted(acknowledged.get(), failures);
    }
}
