package io.braid.kafka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/// What Kafka's coordinator writes through: it takes the coordinator's words to our [GroupPartition]s.
final class GroupWriter implements PartitionWriter {
    private final List<GroupPartition> partitions;
    private final LogConfig config;
    private final IntConsumer active;

    /// @param batchBytesMax the largest batch the partitions take
    /// @param active        is told of every partition that has been loaded and takes changes from now on;
    ///     called
    ///     under the coordinator's lock, must not wait
    GroupWriter(List<GroupPartition> partitions, int batchBytesMax, IntConsumer active) {
        this.partitions = List.copyOf(partitions);
        this.config = new LogConfig(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, batchBytesMax));
        this.active = active;
    }

    @Override
    public void registerListener(TopicPartition partition, Listener listener) {
        partitions.get(partition.partition()).listen(offset -> listener.onHighWatermarkUpdated(partition, offset));
        active.accept(partition.partition());
    }

    @Override
    public void deregisterListener(TopicPartition partition, Listener listener) {
        partitions.get(partition.partition()).listen(offset -> {});
    }

    @Override
    public LogConfig config(TopicPartition partition) {
        return config;
    }

    @Override
    public long append(TopicPartition partition, VerificationGuard guard, MemoryRecords records, short transactions) {
        return partitions.get(partition.partition()).append(records);
    }

    /// Asked for transactional commits only, which this release does not serve.
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transaction, long producer, short epoch, int version) {
        return CompletableFuture.completedFuture(VerificationGuard.SENTINEL);
    }

    /// Asked for by share groups' state only, which is not kept here.
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long before) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("the groups' stream is never cut: " + partition));
    }
}
