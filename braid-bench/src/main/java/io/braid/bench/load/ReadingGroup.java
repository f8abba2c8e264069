package io.braid.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Consumers of one new group that read a topic from its beginning together, each on a thread of its own.
///
/// @param consumers  how many; the topic has at least as many partitions
public record ReadingGroup(int consumers) {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RUN_MAX = Duration.ofMinutes(10);

    /// From when all of them have partitions until the last record: they are held back until then.
    ///
    /// @return records/s
    /// @throws IOException not all records arrived within ten minutes
    public double consume(String bootstrap, String topic, long records) throws IOException, InterruptedException {
        var group = "reading-" + UUID.randomUUID();
        var joined = new CountDownLatch(consumers);
        var arrived = new LongAdder();
        long deadline = System.nanoTime() + RUN_MAX.toNanos();
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("reading-", 0).factory())) {
            var reading = new ArrayList<Future<Long>>();
            for (int i = 0; i < consumers; i++) {
                Callable<Long> one = () -> {
                    try (var consumer = consumer(bootstrap, group)) {
                        return read(consumer, topic, joined, arrived, records, deadline);
                    }
                };
                reading.add(threads.submit(one));
            }
            long started = Long.MIN_VALUE;
            for (var one : reading) started = Math.max(started, one.get());
            long nanos = System.nanoTime() - started;
            if (arrived.sum() < records)
                throw new IOException(
                        "%,d of %,d records arrived within %s".formatted(arrived.sum(), records, RUN_MAX));
            return records * 1e9 / nanos;
        } catch (ExecutionException e) {
            throw new IOException("a consumer failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /// When this consumer began to read.
    private static long read(
            KafkaConsumer<byte[], byte[]> consumer,
            String topic,
            CountDownLatch joined,
            LongAdder arrived,
            long records,
            long deadline) {
        consumer.subscribe(List.of(topic), new Starter(consumer, joined));
        while (joined.getCount() > 0 && System.nanoTime() < deadline) consumer.poll(POLL);
        long started = System.nanoTime();
        consumer.resume(consumer.assignment());
        while (arrived.sum() < records && System.nanoTime() < deadline)
            arrived.add(consumer.poll(POLL).count());
        return started;
    }

    /// Holds a consumer back until everybody has partitions.
    private static final class Starter implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final CountDownLatch joined;
        private boolean hasJoined;

        Starter(KafkaConsumer<byte[], byte[]> consumer, CountDownLatch joined) {
            this.consumer = consumer;
            this.joined = joined;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (joined.getCount() > 0) consumer.pause(partitions);
            if (!hasJoined && !partitions.isEmpty()) joined.countDown();
            hasJoined |= !partitions.isEmpty();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String group) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "group.id",
                group,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                "false");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
