package io.braid.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Sends records of 100 B at times fixed beforehand, whatever the server does, and consumes them: how long each took
/// from when it was due until `poll` brought it.
///
/// Each record carries when it was *due*, not when it was sent. So a server that stands still for a second is late for
/// all the records of that second, also for those that the producer could not send meanwhile; a generator that
/// measures from the sending would leave them out (coordinated omission).
///
/// @param topic        a new one with that many partitions, used for one run only
/// @param bufferBytes  how much the producer holds back while the server does not answer; then sending waits
public record OpenLoop(String bootstrap, String topic, int partitions, int bufferBytes) {
    public static final int RECORDS_PER_SECOND = 5_000;
    public static final int BUFFER_BYTES = 32 * 1024 * 1024; // the producer's default
    private static final int RECORD_BYTES = 100;
    private static final int DIGITS = 3; // a latency is kept to a thousandth of itself
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1) / RECORDS_PER_SECOND;
    private static final long FIRST =
            TimeUnit.MILLISECONDS.toNanos(50); // from the decision to send to the first record
    private static final Duration POLL = Duration.ofMillis(100);

    /// How long after the last record was due it may still arrive.
    private static final Duration LATE_MAX = Duration.ofMinutes(1);

    /// The latencies of that many records, in nanoseconds.
    ///
    /// @throws IOException a record was refused, or not all of them arrived
    public Histogram run(long records) throws IOException, InterruptedException {
        try (var producer = producer();
                var consumer = consumer();
                var threads = Executors.newSingleThreadExecutor()) {
            connect(producer, consumer);
            long start = System.nanoTime() + FIRST;
            long deadline = start + records * INTERVAL + LATE_MAX.toNanos();
            Callable<Histogram> receiving = () -> receive(consumer, records, deadline);
            var received = threads.submit(receiving);
            send(producer, start, records);
            return received.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    /// One record through every partition, so that everything is connected before the clock starts.
    private void connect(KafkaProducer<byte[], byte[]> producer, KafkaConsumer<byte[], byte[]> consumer)
            throws IOException, InterruptedException, ExecutionException {
        var all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        for (var partition : all) {
            producer.send(new ProducerRecord<>(topic, partition.partition(), null, new byte[RECORD_BYTES]))
                    .get();
        }
        long deadline = System.nanoTime() + LATE_MAX.toNanos();
        for (int arrived = 0;
                arrived < partitions;
                arrived += consumer.poll(POLL).count()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "%d of %d first records arrived within %s".formatted(arrived, partitions, LATE_MAX));
            }
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, long start, long records) throws IOException {
        var failure = new AtomicReference<Exception>();
        for (long number = 0; number < records; number++) {
            long due = start + number * INTERVAL;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            producer.send(new ProducerRecord<>(topic, value(due)), (_, e) -> {
                if (e != null) {
                    failure.compareAndSet(null, e);
                }
            });
        }
        producer.flush();
        if (failure.get() != null) {
            throw new IOException("a record was refused: " + failure.get().getMessage(), failure.get());
        }
    }

    private static Histogram receive(KafkaConsumer<byte[], byte[]> consumer, long records, long deadline)
            throws IOException {
        var latencies = new Histogram(DIGITS);
        while (latencies.getTotalCount() < records) {
            if (System.nanoTime() > deadline) {
                throw new IOException("%,d of %,d records arrived within %s after the last was due"
                        .formatted(latencies.getTotalCount(), records, LATE_MAX));
            }
            var arrived = consumer.poll(POLL);
            long now = System.nanoTime();
            arrived.forEach(record -> latencies.recordValue(now - due(record.value())));
        }
        return latencies;
    }

    private static byte[] value(long due) {
        return ByteBuffer.allocate(RECORD_BYTES).putLong(due).array();
    }

    private static long due(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", "0", "buffer.memory", bufferBytes);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
