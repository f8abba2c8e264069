package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.log.TransactionStatus;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// Ends in all partitions there are: those of users' streams, and those in which groups keep their offsets,
/// whose coordinator writes them itself. No other stream of the server's own can be in a transaction.
final class PartitionEnds implements EndWriter {
    private final Broker broker;
    private final GroupCoordination groups;

    PartitionEnds(Broker broker, GroupCoordination groups) {
        this.broker = broker;
        this.groups = groups;
    }

    @Override
    public CompletableFuture<Errors> write(TopicPartition partition, EndOfTransaction end) throws InterruptedException {
        var found = broker.partition(partition.topic(), partition.partition());
        if (found.isEmpty()) return CompletableFuture.completedFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        return switch (found.get().stream().kind()) {
            case USER ->
                found.get()
                        .log()
                        .endTransaction(
                                end.producerId(), end.epoch(), end.isCommit(), end.isNewEpoch(), end.coordinatorEpoch())
                        .thenApply(outcome -> ProduceErrors.of(outcome, ApiKeys.PRODUCE.latestVersion()));
            case INTERNAL ->
                partition.topic().equals(GroupCoordination.STREAM)
                        ? ofGroups(partition, end)
                        : CompletableFuture.completedFuture(Errors.INVALID_TOPIC_EXCEPTION);
        };
    }

    @Override
    public boolean isOpen(TopicPartition partition, long producerId) {
        return broker.partition(partition.topic(), partition.partition())
                .filter(found -> found.log().transaction(producerId) instanceof TransactionStatus.Open)
                .isPresent();
    }

    private CompletableFuture<Errors> ofGroups(TopicPartition partition, EndOfTransaction end)
            throws InterruptedException {
        try {
            return groups.completeTransaction(partition.partition(), end)
                    .handle((_, failure) -> failure == null ? Errors.NONE : Errors.forException(failure));
        } catch (ApiException e) { // the coordinator cannot be started now
            return CompletableFuture.completedFuture(Errors.forException(e));
        }
    }
}
