package io.braid.bench.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/// A Kafka consumer group of two that reads one stream until it is told how many records there are.
final class Readers implements AutoCloseable {
    private static final int CONSUMERS = 2;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ASSIGNED_MAX = Duration.ofSeconds(60);

    /// How long nothing may arrive before the missing records are given up.
    private static final Duration SILENCE_MAX = Duration.ofSeconds(20);

    private final Traffic traffic;
    private final int shards;
    private final AtomicIntegerArray held = new AtomicIntegerArray(CONSUMERS);
    private final ExecutorService threads = Executors.newFixedThreadPool(CONSUMERS);
    private final List<Future<List<Arrival>>> results = new ArrayList<>();
    private volatile long expected = Long.MAX_VALUE;

    Readers(String bootstrap, String stream, int shards, Traffic traffic) {
        this.traffic = traffic;
        this.shards = shards;
        var group = "demo-%s-%08x".formatted(stream, new Random().nextInt());
        for (int i = 0; i < CONSUMERS; i++) {
            int consumer = i;
            results.add(threads.submit(() -> read(settings(bootstrap, group), stream, new Holding(consumer))));
        }
    }

    /// Waits until the group has shared out all shards among its consumers, so that nothing moves later.
    void awaitAssigned() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ASSIGNED_MAX.toNanos();
        while (!isSharedOut()) {
            TimeUnit.MILLISECONDS.sleep(20);
            for (var result : results) {
                if (result.isDone()) {
                    outcome(result);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the consumer group did not share out the shards within " + ASSIGNED_MAX);
            }
        }
    }

    /// Waits until that many records have arrived, or nothing has for a while; gives what did arrive.
    List<Arrival> finish(long records) throws IOException, InterruptedException {
        expected = records;
        var arrivals = new ArrayList<Arrival>();
        for (var result : results) {
            arrivals.addAll(outcome(result));
        }
        return arrivals;
    }

    @Override
    public void close() {
        expected = 0;
        threads.close();
    }

    private boolean isSharedOut() {
        int sum = 0;
        int holders = 0;
        for (int i = 0; i < CONSUMERS; i++) {
            sum += held.get(i);
            holders += held.get(i) > 0 ? 1 : 0;
        }
        return sum == shards && holders == Math.min(shards, CONSUMERS);
    }

    private List<Arrival> read(Map<String, Object> settings, String stream, Holding holding) {
        var arrivals = new ArrayList<Arrival>();
        try (var consumer = new KafkaConsumer<>(settings, text(), text())) {
            consumer.subscribe(List.of(stream), holding);
            long heard = System.nanoTime();
            while (traffic.out() < expected) {
                var records = consumer.poll(POLL);
                records.forEach(record -> {
                    arrivals.add(new Arrival(record.partition(), record.offset(), record.key(), record.value()));
                    traffic.received(record.partition());
                });
                if (!records.isEmpty() || expected == Long.MAX_VALUE) {
                    heard = System.nanoTime();
                } else if (System.nanoTime() - heard > SILENCE_MAX.toNanos()) {
                    break; // the audit says what is missing
                }
            }
            consumer.commitSync();
        }
        return arrivals;
    }

    private static Map<String, Object> settings(String bootstrap, String group) {
        return Map.of(
                "bootstrap.servers",
                bootstrap,
                "group.id",
                group,
                "group.protocol",
                "consumer",
                "auto.offset.reset",
                "earliest");
    }

    private static StringDeserializer text() {
        return new StringDeserializer();
    }

    private static List<Arrival> outcome(Future<List<Arrival>> result) throws IOException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new IOException("a consumer failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /// Keeps the number of shards that one consumer holds.
    private final class Holding implements ConsumerRebalanceListener {
        private final int consumer;

        Holding(int consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            held.addAndGet(consumer, partitions.size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            held.addAndGet(consumer, -partitions.size());
        }
    }
}
