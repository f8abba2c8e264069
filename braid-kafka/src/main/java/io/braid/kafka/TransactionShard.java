package io.braid.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShard;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.apache.kafka.timeline.TimelineHashMap;

/// What is known of the transactional ids kept in one partition of `__transaction_state`, and what may
/// become of them. It decides and does nothing: each change is answered as records and a response, takes
/// effect when the records are replayed, and is told when they are on disk.
///
///              ┌───────────────────────── InitProducerId ◄───────────────────────┐
///              ▼                                                                 │
///     EMPTY ──add──► ONGOING ──end──► PREPARE_COMMIT ──complete──► COMPLETE_COMMIT ┤
///                       │ └───end──► PREPARE_ABORT ──complete──► COMPLETE_ABORT ───┘ ──add──► ONGOING ...
///                       └─ timeout, or another producer with the same transactional id: PREPARE_ABORT
///
/// Which step leads where, and with which epoch, is Kafka's own `TransactionMetadata`. What a client is
/// answered follows Kafka 4.4's `TransactionCoordinator`, but that a step takes effect at once here, so
/// there is nothing like its pending states, and its state PREPARE_EPOCH_FENCE is never entered.
///
/// Called under the coordinator's lock for the partition. A refusal is an `ApiException`, as the
/// coordinator wants it.
final class TransactionShard implements CoordinatorShard<CoordinatorRecord> {
    private static final int INITIAL_CAPACITY = 0;

    private final TimelineHashMap<String, TxnTransitMetadata> transactions;
    private final Consumer<Ending> unfinished;

    /// @param unfinished is told of transactions that were decided in an earlier life
    TransactionShard(SnapshotRegistry snapshots, Consumer<Ending> unfinished) {
        this.transactions = new TimelineHashMap<>(snapshots, INITIAL_CAPACITY);
        this.unfinished = unfinished;
    }

    @Override
    public void replay(long offset, long producerId, short producerEpoch, CoordinatorRecord record) {
        var id = TransactionRecords.id(record);
        if (record.value() == null) transactions.remove(id);
        else
            transactions.put(id, TransactionRecords.state((TransactionLogValue)
                    record.value().message()));
    }

    @Override
    public void onLoaded(CoordinatorMetadataImage image) {
        transactions.forEach((id, state) -> ending(id, state).ifPresent(unfinished));
    }

    // ---- InitProducerId

    /// What becomes of an InitProducerId.
    sealed interface Initialised {
        record Ready(Producer producer) implements Initialised {}

        /// The transaction that was open is being aborted first.
        record Aborting(Ending ending) implements Initialised {}
    }

    /// @param expected who the producer thinks it is; empty if it has just started
    /// @param fresh    a producer id that was never used, which may stay unused
    CoordinatorResult<Initialised, CoordinatorRecord> initProducerId(
            String id, int timeoutMillis, Optional<Producer> expected, long fresh, long now) {
        var known = Optional.ofNullable(transactions.get(id)).orElseGet(() -> unused(fresh, timeoutMillis, now));
        if (expected.isPresent() && !mayGoOn(known, expected.get())) throw Errors.PRODUCER_FENCED.exception();
        return switch (known.txnState()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> throw Errors.CONCURRENT_TRANSACTIONS.exception();
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> {
                var next = nextProducer(id, known, timeoutMillis, expected, fresh, now);
                yield step(id, next, new Initialised.Ready(producer(next)));
            }
            case ONGOING -> {
                if (expected.isPresent() && expected.get().epoch() != known.producerEpoch())
                    throw Errors.PRODUCER_FENCED.exception(); // a zombie must not abort what its successor does
                var next = expected.isPresent()
                        ? aborted(id, known, OptionalLong.of(fresh), now) // it will ask again, by this epoch
                        : fenced(id, known, OptionalLong.of(fresh), now);
                yield step(id, next, new Initialised.Aborting(ending(id, next).orElseThrow()));
            }
            case DEAD, PREPARE_EPOCH_FENCE -> throw illegal(id, known);
        };
    }

    private static TxnTransitMetadata unused(long producerId, int timeoutMillis, long now) {
        return new TxnTransitMetadata(
                producerId,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_PRODUCER_EPOCH,
                timeoutMillis,
                TransactionState.EMPTY,
                new HashSet<>(),
                -1,
                now,
                TransactionVersion.TV_0);
    }

    /// Whether it is the producer that is known here (KIP-360): by its id, or by the id it had before it
    /// ran out of epochs, if it did not hear of the new one. One that is not known here at all may begin.
    private static boolean mayGoOn(TxnTransitMetadata known, Producer expected) {
        return known.producerEpoch() == RecordBatch.NO_PRODUCER_EPOCH
                || expected.id() == known.producerId()
                || isNext(known, expected)
                || expected.id() == known.prevProducerId() && TransactionMetadata.isEpochExhausted(expected.epoch());
    }

    private static TxnTransitMetadata nextProducer(
            String id, TxnTransitMetadata known, int timeoutMillis, Optional<Producer> expected, long fresh, long now) {
        var epoch = expected.map(Producer::epoch);
        boolean isExhausted = TransactionMetadata.isEpochExhausted(known.producerEpoch());
        if (isExhausted && epoch.isPresent() && epoch.get() != known.producerEpoch())
            throw Errors.PRODUCER_FENCED.exception();
        var metadata = metadata(id, known);
        return isExhausted
                ? metadata.prepareProducerIdRotation(fresh, timeoutMillis, now, expected.isPresent())
                : metadata.prepareIncrementProducerEpoch(timeoutMillis, epoch, now);
    }

    // ---- partitions

    /// Takes partitions into a producer's transaction, which begins if none is open.
    CoordinatorResult<Void, CoordinatorRecord> add(
            String id, Producer producer, Set<TopicPartition> partitions, TransactionVersion version, long now) {
        var known = known(id, producer);
        return switch (known.txnState()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> throw Errors.CONCURRENT_TRANSACTIONS.exception();
            case EMPTY, ONGOING, COMPLETE_COMMIT, COMPLETE_ABORT -> {
                boolean isIn = known.txnState() == TransactionState.ONGOING
                        && known.topicPartitions().containsAll(partitions);
                if (isIn) yield new CoordinatorResult<>(List.of()); // told when what put them in is on disk
                yield step(id, metadata(id, known).prepareAddPartitions(partitions, now, version), null);
            }
            case DEAD, PREPARE_EPOCH_FENCE -> throw illegal(id, known);
        };
    }

    /// Which of these partitions are in a producer's transaction, as far as that is on disk.
    Map<TopicPartition, Errors> verify(String id, Producer producer, Set<TopicPartition> partitions, long committed) {
        var known = known(transactions.get(id, committed), producer);
        var answers = new HashMap<TopicPartition, Errors>();
        switch (known.txnState()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> throw Errors.CONCURRENT_TRANSACTIONS.exception();
            case EMPTY, ONGOING, COMPLETE_COMMIT, COMPLETE_ABORT, DEAD, PREPARE_EPOCH_FENCE -> {
                for (var partition : partitions)
                    answers.put(
                            partition,
                            known.topicPartitions().contains(partition) ? Errors.NONE : Errors.TRANSACTION_ABORTABLE);
            }
        }
        return answers;
    }

    // ---- the end

    /// What becomes of an EndTxn.
    ///
    /// @param producer who the client is from now on (KIP-890)
    /// @param ending   empty if there was nothing to do
    record Ended(Producer producer, Optional<Ending> ending) {}

    /// @param version what the client's EndTxn knows: from version 2 on each transaction has an epoch of
    ///     its own
    /// @param fresh   an unused producer id, for a client that has used up its epochs
    /// @throws ProducerIdNeeded it has, and there is none
    CoordinatorResult<Ended, CoordinatorRecord> end(
            String id,
            Producer producer,
            TransactionResult result,
            TransactionVersion version,
            OptionalLong fresh,
            long now) {
        var known = transactions.get(id);
        boolean isRetry = version.supportsEpochBump() && known != null && isRetry(known, producer);
        if (!isRetry) known = known(known, producer);
        var asked =
                result == TransactionResult.COMMIT ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT;
        return switch (known.txnState()) {
            case ONGOING -> decided(id, decided(id, known, asked, version, fresh, now, false));
            case PREPARE_COMMIT, PREPARE_ABORT -> {
                boolean isNext = version.supportsEpochBump() && !isRetry; // the end of one that nobody knows of yet
                throw (isNext || known.txnState() == asked ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE)
                        .exception();
            }
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> {
                boolean isSame = known.txnState() == completed(asked);
                if (isSame && (isRetry || !version.supportsEpochBump()))
                    yield new CoordinatorResult<>(List.of(), new Ended(producer(known), Optional.empty()));
                boolean isOfNothing = version.supportsEpochBump() && !isRetry; // nothing was added to what it ends
                if (!isOfNothing) throw Errors.INVALID_TXN_STATE.exception();
                // clients of 4.x may commit before they have sent what they commit: they send it when they try again
                if (asked == TransactionState.PREPARE_COMMIT) throw Errors.CONCURRENT_TRANSACTIONS.exception();
                // it may have written all the same: the new epoch fences that off
                yield decided(id, decided(id, known, asked, version, fresh, now, true));
            }
            case DEAD, PREPARE_EPOCH_FENCE -> throw illegal(id, known);
        };
    }

    /// Whether a client asks again for an end that was decided already: its epoch is the one before.
    private static boolean isRetry(TxnTransitMetadata known, Producer producer) {
        return switch (known.txnState()) {
            case EMPTY, ONGOING, DEAD, PREPARE_EPOCH_FENCE -> false;
            case PREPARE_COMMIT, PREPARE_ABORT -> isBefore(known, producer);
            case COMPLETE_COMMIT, COMPLETE_ABORT -> {
                boolean isRotated = known.prevProducerId() == producer.id()
                        && producer.epoch() == Short.MAX_VALUE - 1
                        && known.producerEpoch() == 0;
                yield isRotated || isBefore(known, producer);
            }
        };
    }

    /// One that was fenced is not the producer before: what fences does not keep its epoch.
    private static boolean isBefore(TxnTransitMetadata known, Producer producer) {
        return known.producerId() == producer.id()
                && known.producerEpoch() == producer.epoch() + 1
                && known.lastProducerEpoch() == producer.epoch();
    }

    private static TransactionState completed(TransactionState prepared) {
        return prepared == TransactionState.PREPARE_COMMIT
                ? TransactionState.COMPLETE_COMMIT
                : TransactionState.COMPLETE_ABORT;
    }

    private CoordinatorResult<Ended, CoordinatorRecord> decided(String id, TxnTransitMetadata next) {
        boolean isRotating = next.nextProducerId() != RecordBatch.NO_PRODUCER_ID;
        var producer = isRotating ? new Producer(next.nextProducerId(), (short) 0) : producer(next);
        return step(id, next, new Ended(producer, ending(id, next)));
    }

    private static TxnTransitMetadata decided(
            String id,
            TxnTransitMetadata known,
            TransactionState prepared,
            TransactionVersion version,
            OptionalLong fresh,
            long now,
            boolean isEmpty) {
        boolean isRotating = version.supportsEpochBump() && TransactionMetadata.isEpochExhausted(known.producerEpoch());
        if (isRotating && fresh.isEmpty()) throw new ProducerIdNeeded(id);
        // what is not told apart by epochs is written down as version 0, as Kafka does
        var kept = version.supportsEpochBump() ? version : TransactionVersion.TV_0;
        long next = isRotating ? fresh.getAsLong() : RecordBatch.NO_PRODUCER_ID;
        return metadata(id, known).prepareAbortOrCommit(prepared, kept, next, now, isEmpty);
    }

    private static TxnTransitMetadata aborted(String id, TxnTransitMetadata known, OptionalLong fresh, long now) {
        return decided(id, known, TransactionState.PREPARE_ABORT, TransactionVersion.TV_2, fresh, now, false);
    }

    /// The same by others than its producer, which is fenced: whatever it asks for, it is not a retry.
    private static TxnTransitMetadata fenced(String id, TxnTransitMetadata known, OptionalLong fresh, long now) {
        var next = aborted(id, known, fresh, now);
        return new TxnTransitMetadata(
                next.producerId(),
                next.prevProducerId(),
                next.nextProducerId(),
                next.producerEpoch(),
                RecordBatch.NO_PRODUCER_EPOCH,
                next.txnTimeoutMs(),
                next.txnState(),
                next.topicPartitions(),
                next.txnStartTimestamp(),
                next.txnLastUpdateTimestamp(),
                next.clientTransactionVersion());
    }

    /// Aborts a transaction that was open for too long, unless it has ended meanwhile, be it that the next
    /// one is open by now. The epoch grows, whatever the client knows of that, so that it is fenced.
    CoordinatorResult<Optional<Ending>, CoordinatorRecord> abort(
            String id, Producer producer, OptionalLong fresh, long now) {
        var known = transactions.get(id);
        boolean isThis =
                known != null && isOverdue(known, now) && producer(known).equals(producer);
        if (!isThis) return new CoordinatorResult<>(List.of(), Optional.empty());
        var next = fenced(id, known, fresh, now);
        return step(id, next, ending(id, next));
    }

    /// The transaction that is decided and not completed, as far as that is on disk.
    Optional<Ending> decided(String id, long committed) {
        return Optional.ofNullable(transactions.get(id, committed)).flatMap(known -> ending(id, known));
    }

    /// A decided transaction has been ended in all its partitions.
    CoordinatorResult<Void, CoordinatorRecord> complete(Ending ending, long now) {
        var known = transactions.get(ending.id());
        boolean isThis = known != null
                && ending(ending.id(), known).isPresent()
                && producer(known).equals(ending.producer());
        if (!isThis) return new CoordinatorResult<>(List.of()); // somebody else has completed it
        return step(ending.id(), metadata(ending.id(), known).prepareComplete(now), null);
    }

    // ---- what time brings

    /// @param timedOut transactions that are open for longer than their producers said
    /// @param decided  transactions that are decided and not completed
    record Survey(Map<String, Producer> timedOut, List<Ending> decided) {}

    /// As far as it is on disk.
    Survey survey(long now, long committed) {
        var timedOut = new HashMap<String, Producer>();
        var decided = new ArrayList<Ending>();
        for (var each : transactions.entrySet(committed)) {
            var state = each.getValue();
            if (isOverdue(state, now)) timedOut.put(each.getKey(), producer(state));
            ending(each.getKey(), state).ifPresent(decided::add);
        }
        return new Survey(timedOut, decided);
    }

    private static boolean isOverdue(TxnTransitMetadata state, long now) {
        return state.txnState() == TransactionState.ONGOING && state.txnStartTimestamp() + state.txnTimeoutMs() < now;
    }

    /// Forgets transactional ids of which nothing was heard since `millis`.
    CoordinatorResult<Void, CoordinatorRecord> expire(long millis) {
        var records = new ArrayList<CoordinatorRecord>();
        transactions.forEach((id, state) -> {
            if (state.txnState().isExpirationAllowed() && state.txnLastUpdateTimestamp() <= millis)
                records.add(TransactionRecords.gone(id));
        });
        return new CoordinatorResult<>(records, false);
    }

    // ---- questions

    /// What is on disk of a transactional id.
    Optional<TxnTransitMetadata> describe(String id, long committed) {
        return Optional.ofNullable(transactions.get(id, committed));
    }

    /// What is on disk of all of them.
    Map<String, TxnTransitMetadata> all(long committed) {
        var all = new HashMap<String, TxnTransitMetadata>();
        for (var each : transactions.entrySet(committed)) all.put(each.getKey(), each.getValue());
        return all;
    }

    // ---- helpers

    private TxnTransitMetadata known(String id, Producer producer) {
        return known(transactions.get(id), producer);
    }

    private static TxnTransitMetadata known(TxnTransitMetadata known, Producer producer) {
        // it was told of the id that it has once the transaction before has been ended everywhere
        if (known != null && isNext(known, producer)) throw Errors.CONCURRENT_TRANSACTIONS.exception();
        if (known == null || known.producerId() != producer.id()) throw Errors.INVALID_PRODUCER_ID_MAPPING.exception();
        if (known.producerEpoch() != producer.epoch()) throw Errors.PRODUCER_FENCED.exception();
        return known;
    }

    private static boolean isNext(TxnTransitMetadata known, Producer producer) {
        return switch (known.txnState()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> known.nextProducerId() == producer.id() && producer.epoch() == 0;
            case EMPTY, ONGOING, COMPLETE_COMMIT, COMPLETE_ABORT, DEAD, PREPARE_EPOCH_FENCE -> false;
        };
    }

    private static Producer producer(TxnTransitMetadata state) {
        return new Producer(state.producerId(), state.producerEpoch());
    }

    private static Optional<Ending> ending(String id, TxnTransitMetadata state) {
        return switch (state.txnState()) {
            case PREPARE_COMMIT, PREPARE_ABORT ->
                Optional.of(new Ending(
                        id,
                        producer(state),
                        state.txnState() == TransactionState.PREPARE_COMMIT,
                        state.clientTransactionVersion().supportsEpochBump(),
                        state.topicPartitions()));
            case EMPTY, ONGOING, COMPLETE_COMMIT, COMPLETE_ABORT, DEAD, PREPARE_EPOCH_FENCE -> Optional.empty();
        };
    }

    private static <T> CoordinatorResult<T, CoordinatorRecord> step(String id, TxnTransitMetadata next, T response) {
        return new CoordinatorResult<>(List.of(TransactionRecords.of(id, next)), response);
    }

    /// A state as Kafka's table of transitions wants it, to make one step with.
    private static TransactionMetadata metadata(String id, TxnTransitMetadata state) {
        return new TransactionMetadata(
                id,
                state.producerId(),
                state.prevProducerId(),
                state.nextProducerId(),
                state.producerEpoch(),
                state.lastProducerEpoch(),
                state.txnTimeoutMs(),
                state.txnState(),
                state.topicPartitions(),
                state.txnStartTimestamp(),
                state.txnLastUpdateTimestamp(),
                state.clientTransactionVersion());
    }

    private static IllegalStateException illegal(String id, TxnTransitMetadata known) {
        return new IllegalStateException(
                "transactional id '%s' is in state %s, which is never entered here".formatted(id, known.txnState()));
    }
}
