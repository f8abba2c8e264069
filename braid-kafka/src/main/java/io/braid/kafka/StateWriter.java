package io.braid.kafka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/// What Kafka's coordinators write through: it takes a coordinator's words to our [StatePartition]s.
final class StateWriter implements PartitionWriter {
    /// Whether a transaction has a partition in it.
    @FunctionalInterface
    interface Verification {
        /// Nobody can have a transaction in the partitions.
        Verification NONE = (partition, id, producer, version, before) -> CompletableFuture.failedFuture(
                new UnsupportedOperationException(partition + " has no part in transactions"));

        /// Asks the transaction's coordinator, and must not wait for it.
        ///
        /// @param version of the request that wants to write
        /// @param before  run before each time the question is put, which may be several times
        /// @return fails with what the client is to be told if the partition is not in it
        CompletableFuture<Void> ask(
                TopicPartition partition, String transactionalId, Producer producer, int version, Runnable before);
    }

    private final List<StatePartition> partitions;
    private final LogConfig config;
    private final Verification verification;
    private final IntConsumer active;

    /// @param batchBytesMax the largest batch the partitions take
    /// @param active        is told of every partition that has been loaded and takes changes from now on;
    ///     called
    ///     under the coordinator's lock, must not wait
    StateWriter(List<StatePartition> partitions, int batchBytesMax, Verification verification, IntConsumer active) {
        this.partitions = List.copyOf(partitions);
        this.config = new LogConfig(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, batchBytesMax));
        this.verification = verification;
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
        return partitions.get(partition.partition()).append(records, guard, transactions);
    }

    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transaction, long producer, short epoch, int version) {
        var guards = partitions.get(partition.partition()).guards();
        var guard = new AtomicReference<>(guards.ask(producer));
        return verification
                .ask(
                        partition,
                        transaction,
                        new Producer(producer, epoch),
                        version,
                        () -> guard.updateAndGet(old -> guards.askAgain(producer, old)))
                .handle((_, failure) -> {
                    if (failure == null) return guard.get();
                    guards.refused(producer, guard.get());
                    throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
                });
    }

    /// Asked for by share groups' state only.
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long before) {
        return partitions.get(partition.partition()).log().deleteBefore(before).thenApply(_ -> null);
    }
}
