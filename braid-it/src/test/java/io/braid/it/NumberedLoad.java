package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Writes large numbered records to one partition, retries for as long as the server is away, and remembers which
/// offsets were acknowledged to which number. Values do not compress, so that segments fill.
final class NumberedLoad implements AutoCloseable {
    static final int VALUE_BYTES = 8 << 10;
    private static final int IN_FLIGHT_MAX = 50;
    private static final Duration READ_MAX = Duration.ofSeconds(60);

    private final String bootstrap;
    private final TopicPartition partition;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Random random = new Random(5);
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final NavigableMap<Long, Long> acknowledged = new ConcurrentSkipListMap<>(); // number by offset
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>(); // bounded by the time of the test
    private volatile boolean stopping;
    private long next; // the thread that writes only
    private Thread writing = Thread.currentThread();

    NumberedLoad(String bootstrap, TopicPartition partition) {
        this.bootstrap = bootstrap;
        this.partition = partition;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "acks", "all",
                        "enable.idempotence", "true",
                        "delivery.timeout.ms", "120000",
                        "request.timeout.ms", "10000",
                        "reconnect.backoff.max.ms", "100",
                        "retry.backoff.max.ms", "100"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /// Writes so many, and waits for their answers.
    void write(int count) {
        for (int i = 0; i < count; i++) send();
        producer.flush();
        assertEquals(List.of(), List.copyOf(failures));
    }

    /// Writes on a thread of its own, until [#end].
    void begin() {
        writing = Thread.ofPlatform().name("numbered-load").start(() -> {
            while (!stopping) send();
        });
    }

    void end() throws InterruptedException {
        stopping = true;
        writing.join();
        producer.flush();
        assertEquals(List.of(), List.copyOf(failures));
        assertTrue(!acknowledged.isEmpty(), "nothing was written");
    }

    int acknowledged() {
        return acknowledged.size();
    }

    private void send() {
        inFlight.acquireUninterruptibly();
        long number = next++;
        var value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        ByteBuffer.wrap(value).putLong(number);
        producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, value), (answer, failed) -> {
            inFlight.release();
            if (failed == null) acknowledged.put(answer.offset(), number);
            else failures.add(failed);
        });
    }

    void assertAllThere() {
        assertThereFrom(0);
    }

    /// All that was acknowledged from an offset on is there, under its offset.
    void assertThereFrom(long offset) {
        var missing = new ConcurrentSkipListMap<>(acknowledged.tailMap(offset));
        long until = System.nanoTime() + READ_MAX.toNanos();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap, "auto.offset.reset", "none"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            while (!missing.isEmpty() && System.nanoTime() < until)
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    Long number = missing.remove(record.offset());
                    if (number != null)
                        assertEquals(number, ByteBuffer.wrap(record.value()).getLong(), "at " + record.offset());
                }
        }
        assertTrue(
                missing.isEmpty(),
                () -> "%d records are missing, the first at offset %d".formatted(missing.size(), missing.firstKey()));
    }

    @Override
    public void close() {
        stopping = true;
        producer.close(Duration.ZERO);
    }
}
