package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/// Reads topics from their beginning, committed records only, and keeps what it has seen.
///
/// The thread that uses it.
final class CommittedReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final OldestClient client;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final Map<String, List<ConsumerRecord<byte[], byte[]>>> seen =
            new HashMap<>(); // bounded by the test's load

    CommittedReader(OldestClient client, List<String> topics) {
        this.client = client;
        consumer = client.consumer(Map.of("isolation.level", "read_committed", "default.api.timeout.ms", "60000"));
        for (var topic : topics) {
            seen.put(topic, new ArrayList<>());
            consumer.partitionsFor(topic)
                    .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /// Reads until so many records of a topic have been seen; fails with `evidence` if they do not come.
    void await(String topic, int count, Supplier<String> evidence) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (seen.get(topic).size() < count) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> "%d of %d records of %s\n%s".formatted(seen.get(topic).size(), count, topic, evidence.get()));
            poll();
        }
    }

    /// Reads what there is at this moment, which must all be ended soon.
    void readAll() {
        try (var all = client.consumer(Map.of())) {
            var ends = all.endOffsets(partitions);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
                assertTrue(System.nanoTime() < end, () -> "open transactions before " + ends);
                poll();
            }
        }
    }

    void poll() {
        consumer.poll(Duration.ofMillis(100))
                .forEach(record -> seen.get(record.topic()).add(record));
    }

    int count(String topic) {
        return seen.get(topic).size();
    }

    /// Values in the order of their partitions.
    List<String> values(String topic) {
        return seen.get(topic).stream()
                .map(record -> client.text(record.value()))
                .toList();
    }

    /// Values by key, in the order in which they were written.
    Map<String, List<String>> valuesByKey(String topic) {
        var values = new HashMap<String, List<String>>();
        for (var record : seen.get(topic))
            values.computeIfAbsent(client.text(record.key()), _ -> new ArrayList<>())
                    .add(client.text(record.value()));
        return values;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
