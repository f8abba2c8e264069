package io.braid.it;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/// Consumes one topic and produces what it read to another, exactly once: records and offsets in one
/// transaction. Some transactions are aborted, and what they had is read again; some are left open, and a
/// new consumer and a new producer go on from the offsets that were committed.
///
/// The thread that runs it; the rest is for any thread.
final class TransactionRelay implements Runnable {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int RECORDS_MAX = 100;
    private static final int ABORTED_PERCENT = 20;
    private static final int ABANDONED_PERCENT = 10;

    private final OldestClient client;
    private final String source;
    private final String target;
    private final List<TopicPartition> from;
    private final String id;
    private final Random random;
    private final AtomicLong relayed = new AtomicLong();
    private volatile boolean isSourceComplete;
    private volatile Throwable failure;

    TransactionRelay(OldestClient client, String source, String target, int partitions, Random random) {
        this.client = client;
        this.source = source;
        this.target = target;
        this.from = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(source, partition))
                .toList();
        this.id = client.name("relay");
        this.random = random;
    }

    @Override
    public void run() {
        try {
            boolean isDone = false;
            while (!isDone) isDone = session();
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /// One producer and one consumer; true if there is nothing more to relay.
    private boolean session() {
        var producer = TransactionWriter.producer(client, id);
        try (var consumer = consumer()) {
            producer.initTransactions();
            consumer.assign(from);
            while (true) {
                boolean isLast = isSourceComplete; // before the last look
                int chance = random.nextInt(100);
                var records = consumer.poll(POLL);
                if (records.isEmpty()) {
                    if (isLast && isAtEnd(consumer)) return true;
                    continue;
                }
                producer.beginTransaction();
                for (var record : records)
                    producer.send(new ProducerRecord<>(target, record.partition(), null, record.value()));
                producer.sendOffsetsToTransaction(positions(consumer), consumer.groupMetadata());
                if (chance < ABANDONED_PERCENT) return false;
                if (chance < ABANDONED_PERCENT + ABORTED_PERCENT) {
                    producer.abortTransaction();
                    goBack(consumer);
                } else {
                    producer.commitTransaction();
                    relayed.addAndGet(records.count());
                }
            }
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private Consumer<byte[], byte[]> consumer() {
        return client.consumer(Map.of(
                "group.id", id,
                "enable.auto.commit", "false",
                "isolation.level", "read_committed",
                "max.poll.records", "" + RECORDS_MAX,
                "default.api.timeout.ms", "60000",
                "retry.backoff.ms", "20",
                "retry.backoff.max.ms", "100",
                "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100"));
    }

    private boolean isAtEnd(Consumer<byte[], byte[]> consumer) {
        return consumer.endOffsets(from).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private Map<TopicPartition, OffsetAndMetadata> positions(Consumer<byte[], byte[]> consumer) {
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : from) positions.put(partition, new OffsetAndMetadata(consumer.position(partition)));
        return positions;
    }

    private void goBack(Consumer<byte[], byte[]> consumer) {
        var committed = consumer.committed(Set.copyOf(from));
        for (var partition : from) {
            var offset = committed.get(partition);
            consumer.seek(partition, offset == null ? 0 : offset.offset());
        }
    }

    /// Nobody writes to the source any more: it ends when all is relayed.
    void finish() {
        isSourceComplete = true;
    }

    long relayed() {
        if (failure != null) throw new AssertionError(this.toString(), failure);
        return relayed.get();
    }

    @Override
    public String toString() {
        return "%s from %s: %d relayed, failure %s".formatted(id, source, relayed.get(), failure);
    }
}
