package io.braid.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// A Kafka producer that sends records of 1 KB as fast as it goes, `acks=all`, from its start until it is closed, and
/// keeps how long each took: from the call of `send`, waiting for room in the client included, to its acknowledgement.
///
/// It sends on a thread of its own; acknowledgements arrive on the client's.
public final class Flood implements AutoCloseable {
    private static final int RECORD_BYTES = 1024;
    private static final int DIGITS = 3; // a latency is kept to a thousandth of itself
    private static final Duration FLOWING_MAX = Duration.ofMinutes(1);

    private final KafkaProducer<byte[], byte[]> producer;
    private final Recorder latencies = new Recorder(DIGITS); // nanoseconds
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread sender;
    private volatile boolean isStopping;

    private Flood(String bootstrap, LongFunction<ProducerRecord<byte[], byte[]>> records) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all");
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        sender = Thread.ofPlatform().name("flood").start(() -> send(records));
    }

    /// Lets the client choose the partitions.
    public static Flood into(String bootstrap, String topic) {
        var value = value();
        return new Flood(bootstrap, _ -> new ProducerRecord<>(topic, value));
    }

    /// Goes round all partitions, a record each.
    public static Flood over(String bootstrap, String topic, int partitions) {
        var value = value();
        return new Flood(bootstrap, number -> new ProducerRecord<>(topic, (int) (number % partitions), null, value));
    }

    /// Waits until so many records have been acknowledged.
    ///
    /// @throws IOException a record failed, or they were not after a minute
    public void await(long records) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + FLOWING_MAX.toNanos();
        while (acknowledged.get() < records) {
            check();
            if (System.nanoTime() > deadline) {
                throw new IOException("only %,d of %,d records were acknowledged within %s"
                        .formatted(acknowledged.get(), records, FLOWING_MAX));
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /// Forgets the latencies so far: what comes from now on is measured.
    public void mark() {
        latencies.reset();
    }

    /// The latencies since the mark, in nanoseconds.
    ///
    /// @throws IOException a record failed
    public Histogram sinceMark() throws IOException {
        check();
        return latencies.getIntervalHistogram();
    }

    /// @throws IOException a record failed
    public void check() throws IOException {
        var first = failure.get();
        if (first != null) {
            throw new IOException("a record was not acknowledged: " + first.getMessage(), first);
        }
    }

    /// How many records were acknowledged since the start.
    public long acknowledged() {
        return acknowledged.get();
    }

    /// Stops sending; what is not acknowledged by now is given up.
    @Override
    public void close() {
        isStopping = true;
        producer.close(Duration.ZERO);
        try {
            sender.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(LongFunction<ProducerRecord<byte[], byte[]>> records) {
        try {
            for (long number = 0; !isStopping; number++) {
                long start = System.nanoTime();
                producer.send(records.apply(number), (_, e) -> acknowledged(start, e));
            }
        } catch (KafkaException | IllegalStateException e) {
            fail(e); // a client that is closed while it waits for room says so in either way
        }
    }

    private void acknowledged(long start, Exception e) {
        if (e == null) {
            latencies.recordValue(System.nanoTime() - start);
            acknowledged.incrementAndGet();
        } else {
            fail(e);
        }
    }

    private void fail(Exception e) {
        if (!isStopping) {
            failure.compareAndSet(null, e);
        }
    }

    private static byte[] value() {
        var value = new byte[RECORD_BYTES];
        new Random(1).nextBytes(value);
        return value;
    }
}
