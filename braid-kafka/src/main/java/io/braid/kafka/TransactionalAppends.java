package io.braid.kafka;

import io.braid.broker.Partition;
import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.PartitionId;
import io.braid.log.TransactionStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/// Lets transactional batches into partitions. A batch whose transaction has begun in its partition goes in
/// at once. One that would begin it waits until the transaction's coordinator has said that the partition
/// is in it (KIP-890), and whatever the same producer sends to the same partition meanwhile waits behind
/// it, in order.
///
///     batch ──► has it begun here? ──yes, and nobody waits──► the log
///                  │ no, or there is a line
///                  ▼
///               line of this producer and partition ──coordinator: yes──► the log, in order
///                                                    └─coordinator: no──► all are told
///
/// A line that has gone in lets others through behind it until the log has answered the first: not before
/// that is it sure to show that the transaction has begun.
///
/// The status that the log shows is taken before the coordinator is asked and given to the log with the
/// batch: if the transaction ends in between, the log refuses the batch, which nobody would commit or
/// abort.
///
/// Any thread, those of one connection one at a time. What waits is bounded by the requests that
/// connections may have in flight, and so is the time: the coordinator always answers.
final class TransactionalAppends {
    /// Who is asked.
    interface Coordinator {
        /// Asks whether a producer may write to partitions, on another thread.
        ///
        /// @param before run before each time the question is put, which may be several times
        /// @param answer told [Errors#NONE] for each partition that may be written to
        void ask(
                String transactionalId,
                Producer producer,
                Set<TopicPartition> partitions,
                PartitionEntry entry,
                Runnable before,
                Consumer<Map<TopicPartition, Errors>> answer);
    }

    /// What becomes of a batch.
    sealed interface Entry {
        /// It was given to the log.
        record In(CompletableFuture<AppendOutcome> outcome) implements Entry {}

        record Out(Errors error, String detail) implements Entry {}
    }

    private record Key(PartitionId partition, long producerId) {}

    private record Waiting(Batch batch, CompletableFuture<Entry> entry) {}

    /// Changed only while the map computes its key.
    private sealed interface Line {
        /// Those who wait for one answer.
        ///
        /// @param seen      before the coordinator was asked for the last time
        /// @param isFromZero whether the transaction begins with sequence 0, as each of version 2 does;
        ///     those of earlier versions go on with the sequence of the last one
        record Asking(short epoch, TransactionStatus seen, boolean isFromZero, List<Waiting> waiting) implements Line {
            Asking seeing(TransactionStatus now) {
                return new Asking(epoch, now, isFromZero, waiting);
            }

            boolean mayBeginWith(Waiting first) {
                return !isFromZero || first.batch().baseSequence() == 0;
            }
        }

        /// They have gone in, and the log has not answered the first of them.
        record Passing(short epoch, TransactionStatus seen, CompletableFuture<AppendOutcome> first) implements Line {}
    }

    private final Coordinator coordinator;
    private final Map<Key, Line> lines = new ConcurrentHashMap<>();

    TransactionalAppends(Coordinator coordinator) {
        this.coordinator = coordinator;
    }

    /// The batches of one produce request, for which the coordinator is asked once.
    final class Round {
        private final String transactionalId;
        private final PartitionEntry entry;
        private final Map<TopicPartition, Partition> unasked = new HashMap<>();
        private Producer producer = new Producer(Batch.NO_PRODUCER, (short) -1);

        private Round(String transactionalId, PartitionEntry entry) {
            this.transactionalId = transactionalId;
            this.entry = entry;
        }

        boolean hasTransactionalId() {
            return transactionalId != null; // Kafka's word for a producer that has none
        }

        /// Gives a batch to the log, or lets it wait for [#ask].
        CompletableFuture<Entry> append(Partition partition, Batch batch) {
            var sender = new Producer(batch.producerId(), batch.producerEpoch());
            if (producer.id() == Batch.NO_PRODUCER) producer = sender;
            if (!producer.equals(sender))
                return out(Errors.INVALID_PRODUCER_ID_MAPPING, "a request has batches of one producer only");
            var key = new Key(partition.log().id(), sender.id());
            if (!lines.containsKey(key) && hasBegun(partition, batch))
                return CompletableFuture.completedFuture(
                        new Entry.In(partition.log().append(batch)));
            var waiting = new Waiting(batch, new CompletableFuture<>());
            lines.compute(key, (_, line) -> {
                if (line != null) return join(partition, line, waiting);
                if (hasBegun(partition, batch)) { // the line has gone in just now
                    waiting.entry().complete(new Entry.In(partition.log().append(batch)));
                    return null;
                }
                return begin(partition, waiting);
            });
            return waiting.entry();
        }

        private static Line join(Partition partition, Line line, Waiting waiting) {
            switch (line) {
                case Line.Asking asking
                when asking.epoch() == waiting.batch().producerEpoch() ->
                    asking.waiting().add(waiting);
                case Line.Passing passing
                when passing.epoch() == waiting.batch().producerEpoch() ->
                    waiting.entry().complete(new Entry.In(partition.log().append(waiting.batch(), passing.seen())));
                case Line.Asking _, Line.Passing _ -> {
                    partition.log().noteRefusal(waiting.batch());
                    waiting.entry()
                            .complete(new Entry.Out(
                                    Errors.NOT_ENOUGH_REPLICAS,
                                    "a batch of another epoch is waiting for its transaction"));
                }
            }
            return line;
        }

        private Line begin(Partition partition, Waiting first) {
            unasked.put(new TopicPartition(partition.stream().name(), partition.index()), partition);
            var batch = first.batch();
            var waiting = new ArrayList<Waiting>();
            waiting.add(first);
            return new Line.Asking(
                    batch.producerEpoch(),
                    partition.log().transaction(batch.producerId()),
                    entry == PartitionEntry.ADDED,
                    waiting);
        }

        /// Asks the coordinator about those who wait, if anybody does.
        void ask() {
            if (unasked.isEmpty()) return;
            coordinator.ask(
                    transactionalId,
                    producer,
                    new HashSet<>(unasked.keySet()),
                    entry,
                    () -> unasked.values().forEach(partition -> look(partition, producer.id())),
                    answers -> unasked.forEach((name, partition) ->
                            settle(partition, producer.id(), answers.getOrDefault(name, Errors.UNKNOWN_SERVER_ERROR))));
        }
    }

    Round round(String transactionalId, PartitionEntry entry) {
        return new Round(transactionalId, entry);
    }

    private static boolean hasBegun(Partition partition, Batch batch) {
        return partition.log().transaction(batch.producerId()) instanceof TransactionStatus.Open(long _, short epoch)
                && epoch == batch.producerEpoch();
    }

    /// The transaction before may have ended since the line was formed, which is what it waited for.
    private void look(Partition partition, long producerId) {
        lines.computeIfPresent(new Key(partition.log().id(), producerId), (_, line) -> switch (line) {
            case Line.Asking asking -> asking.seeing(partition.log().transaction(producerId));
            case Line.Passing passing -> passing;
        });
    }

    /// The whole line goes in or is told why not, and nobody can come in between meanwhile.
    private void settle(Partition partition, long producerId, Errors error) {
        var key = new Key(partition.log().id(), producerId);
        var settled = lines.computeIfPresent(key, (_, line) -> switch (line) {
            case Line.Asking asking -> settled(partition, asking, error);
            case Line.Passing passing -> passing;
        });
        if (settled instanceof Line.Passing passing) passing.first().whenComplete((_, _) -> lines.remove(key, passing));
    }

    /// What becomes of a line; null if nobody has to wait for it any more, as the map wants it.
    ///
    /// Those before the beginning would be taken for it, and are to be sent again. They may stand before
    /// it: a client that has several requests under way and is told to try again does not always do so in
    /// order, and gives up when its first one is refused like this.
    private static Line settled(Partition partition, Line.Asking line, Errors error) {
        boolean isWhole = false;
        var outcomes = new ArrayList<CompletableFuture<AppendOutcome>>();
        for (var waiting : line.waiting()) {
            isWhole |= outcomes.isEmpty() && line.mayBeginWith(waiting);
            var entry = entry(partition, line, waiting, error, isWhole);
            if (entry instanceof Entry.In(var outcome)) outcomes.add(outcome);
            else partition.log().noteRefusal(waiting.batch());
            isWhole &= entry instanceof Entry.In(var outcome) && !isRefused(outcome);
            waiting.entry().complete(entry);
        }
        return isWhole ? new Line.Passing(line.epoch(), line.seen(), outcomes.getFirst()) : null;
    }

    private static Entry entry(Partition partition, Line.Asking line, Waiting waiting, Errors error, boolean isWhole) {
        if (error != Errors.NONE) return refused(error);
        if (!isWhole)
            return new Entry.Out(
                    Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "sequence %d comes before the transaction has begun here"
                            .formatted(waiting.batch().baseSequence()));
        return new Entry.In(partition.log().append(waiting.batch(), line.seen()));
    }

    private static boolean isRefused(CompletableFuture<AppendOutcome> outcome) {
        return outcome.state() == Future.State.SUCCESS && outcome.resultNow() instanceof AppendOutcome.Refused;
    }

    /// What clients of all versions try again is NOT_ENOUGH_REPLICAS, as with Kafka.
    private static Entry refused(Errors error) {
        return switch (error) {
            case CONCURRENT_TRANSACTIONS, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                new Entry.Out(
                        Errors.NOT_ENOUGH_REPLICAS,
                        "the coordinator of the transaction cannot say yet whether the partition is in it: " + error);
            case INVALID_TXN_STATE -> new Entry.Out(error, "the partition was not added to the transaction");
            default -> new Entry.Out(error, error.message());
        };
    }

    private static CompletableFuture<Entry> out(Errors error, String detail) {
        return CompletableFuture.completedFuture(new Entry.Out(error, detail));
    }
}
