package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.kafka.TransactionShard.Initialised;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What may become of a transactional id, step by step. Every record goes through its bytes before it is replayed.
class TransactionShardTest {
    private static final TransactionCoordinatorRecordSerde SERDE = new TransactionCoordinatorRecordSerde();
    private static final TransactionVersion TV1 = TransactionVersion.TV_1;
    private static final TransactionVersion TV2 = TransactionVersion.TV_2;
    private static final TransactionResult COMMIT = TransactionResult.COMMIT;
    private static final TransactionResult ABORT = TransactionResult.ABORT;
    private static final OptionalLong NO_ID = OptionalLong.empty();
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 1);
    private static final int TIMEOUT = 1_000;

    private final List<Ending> unfinished = new ArrayList<>();
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final SnapshotRegistry snapshots = new SnapshotRegistry(new LogContext());
    private TransactionShard shard = new TransactionShard(snapshots, unfinished::add);
    private long now = 100;
    private long fresh = 7; // the next producer id

    // ---- InitProducerId

    @Test
    void aProducerThatStartsAgainGetsTheNextEpoch() {
        assertEquals(new Producer(7, (short) 0), init());
        assertEquals(new Producer(7, (short) 1), init());
    }

    @Test
    void aProducerThatNamesItselfGetsTheNextEpochAndTheSameOneOnceMoreIfItHeardNothing() {
        var first = init();

        assertEquals(new Producer(7, (short) 1), init(first));
        assertEquals(new Producer(7, (short) 1), init(first), "a retry");
        restart();
        assertEquals(new Producer(7, (short) 1), init(first), "a retry after a restart");
        assertEquals(new Producer(7, (short) 2), init(new Producer(7, (short) 1)));
        refused(Errors.PRODUCER_FENCED, () -> init(first));
        refused(Errors.PRODUCER_FENCED, () -> init(new Producer(8, (short) 2)));
    }

    @Test
    void aProducerThatNamesItselfAndIsNotKnownHereBegins() {
        assertEquals(new Producer(7, (short) 0), init(new Producer(3, (short) 5)));
    }

    @Test
    void anOpenTransactionIsAbortedBeforeItsProducersSuccessorBegins() {
        var first = begun(A);

        var aborting = (Initialised.Aborting) tell(shard.initProducerId("x", TIMEOUT, Optional.empty(), fresh, now));

        assertEquals(new Ending("x", new Producer(7, (short) 1), false, true, Set.of(A)), aborting.ending());
        refused(Errors.CONCURRENT_TRANSACTIONS, this::init);
        refused(Errors.PRODUCER_FENCED, () -> end(first, ABORT, TV2));
        complete(aborting.ending());
        refused(Errors.PRODUCER_FENCED, () -> end(first, ABORT, TV2));
        assertEquals(new Producer(7, (short) 2), init());
        refused(Errors.PRODUCER_FENCED, () -> end(first, COMMIT, TV2));
    }

    @Test
    void aZombieThatNamesItselfDoesNotAbortWhatItsSuccessorHasOpen() {
        var zombie = init();
        begun(A);

        refused(Errors.PRODUCER_FENCED, () -> init(zombie));
        assertEquals(TransactionState.ONGOING, state());
    }

    @Test
    void aProducerThatHasUsedUpItsEpochsGetsAnotherId() {
        exhaust();

        assertEquals(new Producer(9, (short) 0), init());
    }

    @Test
    void aProducerThatDidNotHearOfItsOtherIdIsToldAgain() {
        var exhausted = exhaust();

        assertEquals(new Producer(9, (short) 0), init(exhausted));
        assertEquals(new Producer(9, (short) 0), init(exhausted), "a retry");
        refused(Errors.PRODUCER_FENCED, () -> init(new Producer(7, (short) 3)));
    }

    // ---- partitions

    @Test
    void partitionsAreInTheTransactionOnceTheyAreAddedAndOnDisk() {
        var producer = begun(A);
        long committed = commit();

        assertEquals(
                Map.of(A, Errors.NONE, B, Errors.TRANSACTION_ABORTABLE),
                shard.verify("x", producer, Set.of(A, B), committed));
        add(producer, B);
        assertEquals(
                Errors.TRANSACTION_ABORTABLE,
                shard.verify("x", producer, Set.of(B), committed).get(B));
        assertEquals(
                Errors.NONE, shard.verify("x", producer, Set.of(B), commit()).get(B));
    }

    @Test
    void aPartitionThatIsInAlreadyIsNotWrittenDownAgain() {
        var producer = begun(A);

        assertEquals(List.of(), shard.add("x", producer, Set.of(A), TV2, now).records());
    }

    @Test
    void onlyTheProducerOfNowMayAddPartitions() {
        var producer = init();
        init();

        refused(Errors.PRODUCER_FENCED, () -> add(producer, A));
        refused(Errors.INVALID_PRODUCER_ID_MAPPING, () -> add(new Producer(99, (short) 1), A));
        refused(Errors.PRODUCER_FENCED, () -> shard.verify("x", producer, Set.of(A), commit()));
    }

    @Test
    void nothingIsAddedToATransactionThatIsDecided() {
        var producer = begun(A);
        end(producer, COMMIT, TV1);

        refused(Errors.CONCURRENT_TRANSACTIONS, () -> add(producer, B));
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> shard.verify("x", producer, Set.of(A), commit()));
    }

    // ---- the end

    @Test
    void theEpochGrowsWithEveryTransactionOfVersionTwo() {
        var producer = begun(A);

        var ended = end(producer, COMMIT, TV2);

        assertEquals(new Producer(7, (short) 1), ended.producer());
        assertEquals(Optional.of(new Ending("x", new Producer(7, (short) 1), true, true, Set.of(A))), ended.ending());
        complete(ended.ending().orElseThrow());
        assertEquals(TransactionState.COMPLETE_COMMIT, state());
        add(ended.producer(), B);
        assertEquals(
                new Producer(7, (short) 2), end(ended.producer(), ABORT, TV2).producer());
    }

    @Test
    void theEpochStaysWithOlderClients() {
        var producer = begun(A);

        var ended = end(producer, ABORT, TV1);

        assertEquals(Optional.of(new Ending("x", producer, false, false, Set.of(A))), ended.ending());
        complete(ended.ending().orElseThrow());
        assertEquals(TransactionState.COMPLETE_ABORT, state());
        add(producer, B);
        assertEquals(producer, end(producer, COMMIT, TV1).producer());
    }

    @Test
    void anEndThatIsAskedForAgainIsTheSameEnd() {
        var producer = begun(A);
        var ending = end(producer, COMMIT, TV2).ending().orElseThrow();

        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(producer, COMMIT, TV2));
        refused(Errors.INVALID_TXN_STATE, () -> end(producer, ABORT, TV2));
        refused(Errors.PRODUCER_FENCED, () -> end(new Producer(7, (short) 5), COMMIT, TV2));
        complete(ending);

        assertEquals(
                new TransactionShard.Ended(new Producer(7, (short) 1), Optional.empty()), end(producer, COMMIT, TV2));
        refused(Errors.INVALID_TXN_STATE, () -> end(producer, ABORT, TV2));
        refused(Errors.PRODUCER_FENCED, () -> end(new Producer(7, (short) 5), COMMIT, TV2));
    }

    @Test
    void theEndOfATransactionThatWroteNothingWaitsForTheEndOfTheLastOne() {
        var ended = end(begun(A), COMMIT, TV2);

        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(ended.producer(), ABORT, TV2));
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(ended.producer(), COMMIT, TV2));

        complete(ended.ending().orElseThrow());
        assertEquals(
                new Producer(7, (short) 2), end(ended.producer(), ABORT, TV2).producer());
    }

    @Test
    void aCommitThatComesBeforeWhatItCommitsIsToComeAgain() {
        var producer = init();
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(producer, COMMIT, TV2));
        add(producer, A);
        var ended = end(producer, COMMIT, TV2);
        complete(ended.ending().orElseThrow());

        var next = ended.producer();
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(next, COMMIT, TV2));
        add(next, A);
        complete(end(next, ABORT, TV2).ending().orElseThrow());

        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(new Producer(7, (short) 2), COMMIT, TV2));
    }

    @Test
    void anOlderClientsEndThatIsAskedForAgainIsTheSameEnd() {
        var producer = begun(A);
        var ending = end(producer, ABORT, TV1).ending().orElseThrow();

        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(producer, ABORT, TV1));
        refused(Errors.INVALID_TXN_STATE, () -> end(producer, COMMIT, TV1));
        complete(ending);

        assertEquals(new TransactionShard.Ended(producer, Optional.empty()), end(producer, ABORT, TV1));
        refused(Errors.INVALID_TXN_STATE, () -> end(producer, COMMIT, TV1));
    }

    @Test
    void whereNothingIsOpenOnlyANewClientMayAbortAndGetsANewEpoch() {
        var producer = init();

        refused(Errors.INVALID_TXN_STATE, () -> end(producer, COMMIT, TV1));
        refused(Errors.INVALID_TXN_STATE, () -> end(producer, ABORT, TV1));
        var ended = end(producer, ABORT, TV2);
        assertEquals(new Producer(7, (short) 1), ended.producer());
        complete(ended.ending().orElseThrow());
        var again = end(ended.producer(), ABORT, TV2);
        assertEquals(new Producer(7, (short) 2), again.producer());
        refused(Errors.INVALID_PRODUCER_ID_MAPPING, () -> end(new Producer(99, (short) 0), ABORT, TV2));
    }

    @Test
    void theLastEpochsEndBringsAnotherId() {
        var exhausted = exhaust();
        add(exhausted, A);

        assertThrows(ProducerIdNeeded.class, () -> end(exhausted, COMMIT, TV2));
        var ended = tell(shard.end("x", exhausted, COMMIT, TV2, OptionalLong.of(9), now));

        assertEquals(new Producer(9, (short) 0), ended.producer());
        assertEquals(
                new Producer(7, Short.MAX_VALUE), ended.ending().orElseThrow().producer());
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> add(ended.producer(), B));
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(ended.producer(), ABORT, TV2));
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> init(ended.producer()));
        refused(Errors.CONCURRENT_TRANSACTIONS, () -> end(exhausted, COMMIT, TV2));
        complete(ended.ending().orElseThrow());
        assertEquals(ended.producer(), end(exhausted, COMMIT, TV2).producer(), "a retry");
        add(ended.producer(), B);
    }

    @Test
    void aDecidedTransactionIsCompletedOnceAndOnlyByItsOwnEnding() {
        var producer = begun(A);
        var ended = end(producer, COMMIT, TV2);
        var ending = ended.ending().orElseThrow();
        complete(new Ending("x", new Producer(7, (short) 9), true, true, Set.of(A)));
        assertEquals(TransactionState.PREPARE_COMMIT, state());

        complete(ending);
        add(ended.producer(), B);
        complete(ending);

        assertEquals(TransactionState.ONGOING, state());
    }

    // ---- what time brings

    @Test
    void aTransactionTimesOutAfterTheTimeItsProducerSaidAndIsFenced() {
        var producer = begun(A);
        now += TIMEOUT;
        assertEquals(Map.of(), shard.survey(now, commit()).timedOut());
        now++;
        assertEquals(Map.of("x", producer), shard.survey(now, commit()).timedOut());

        var ending = tell(shard.abort("x", producer, NO_ID, now)).orElseThrow();

        assertEquals(new Ending("x", new Producer(7, (short) 1), false, true, Set.of(A)), ending);
        assertEquals(List.of(ending), shard.survey(now, commit()).decided());
        complete(ending);
        refused(Errors.PRODUCER_FENCED, () -> end(producer, COMMIT, TV1));
        refused(Errors.PRODUCER_FENCED, () -> end(producer, COMMIT, TV2));
        refused(Errors.PRODUCER_FENCED, () -> end(producer, ABORT, TV2));
        refused(Errors.PRODUCER_FENCED, () -> add(producer, A));
        assertEquals(new TransactionShard.Survey(Map.of(), List.of()), shard.survey(now, commit()));
    }

    @Test
    void aTransactionThatHasEndedMeanwhileIsNotAborted() {
        var producer = begun(A);
        complete(end(producer, COMMIT, TV2).ending().orElseThrow());

        assertEquals(Optional.empty(), tell(shard.abort("x", producer, NO_ID, now)));
        assertEquals(TransactionState.COMPLETE_COMMIT, state());
    }

    @Test
    void anOlderClientsNextTransactionIsNotAbortedInsteadOfItsLastOne() {
        var producer = begun(A);
        now += TIMEOUT + 1;
        assertEquals(Map.of("x", producer), shard.survey(now, commit()).timedOut());
        complete(end(producer, COMMIT, TV1).ending().orElseThrow());
        add(producer, A);

        assertEquals(Optional.empty(), tell(shard.abort("x", producer, NO_ID, now)));
        assertEquals(TransactionState.ONGOING, state());
    }

    @Test
    void anIdOfWhichNothingWasHeardIsForgottenUnlessItsTransactionIsOpen() {
        var producer = begun(A);
        now += 5_000;
        tell(shard.expire(now - 5_000));
        assertEquals(TransactionState.ONGOING, state());
        complete(end(producer, COMMIT, TV1).ending().orElseThrow());

        tell(shard.expire(now - 1));
        assertEquals(TransactionState.COMPLETE_COMMIT, state());
        tell(shard.expire(now));

        assertTrue(shard.describe("x", commit()).isEmpty());
        refused(Errors.INVALID_PRODUCER_ID_MAPPING, () -> add(producer, A));
    }

    @Test
    void whatWasDecidedInAnEarlierLifeIsEnded() {
        var producer = begun(A);
        add(producer, B);
        restart();
        assertEquals(List.of(), unfinished);
        var ending = end(producer, COMMIT, TV2).ending().orElseThrow();

        restart();

        assertEquals(List.of(ending), unfinished);
        complete(ending);
        restart();
        assertEquals(List.of(ending), unfinished, "not again");
    }

    @Test
    void kafkaReadsWhatIsWrittenDown() {
        var producer = begun(A);
        add(producer, B);
        var record = records.getLast();

        var read = (TransactionLog.TxnRecord) TransactionLog.read(
                ByteBuffer.wrap(SERDE.serializeKey(record)), ByteBuffer.wrap(SERDE.serializeValue(record)));

        assertEquals("x", read.transactionId());
        assertEquals(TransactionState.ONGOING, read.metadata().state());
        assertEquals(Set.of(A, B), read.metadata().topicPartitions());
        assertEquals(7, read.metadata().producerId());
    }

    // ---- helpers

    /// Replays what is to be written, through its bytes, and answers the response.
    private <T> T tell(CoordinatorResult<T, CoordinatorRecord> result) {
        for (var record : result.records()) replay(record);
        return result.response();
    }

    private void replay(CoordinatorRecord record) {
        records.add(record);
        var value = SERDE.serializeValue(record);
        var read = SERDE.deserialize(
                ByteBuffer.wrap(SERDE.serializeKey(record)), value == null ? null : ByteBuffer.wrap(value));
        shard.replay(records.size(), -1, (short) -1, read);
    }

    /// Another life over the same records.
    private void restart() {
        var written = List.copyOf(records);
        records.clear();
        shard = new TransactionShard(snapshots, unfinished::add);
        written.forEach(this::replay);
        shard.onLoaded(CoordinatorMetadataImage.EMPTY);
    }

    /// All that was written is on disk; answers up to where.
    private long commit() {
        snapshots.idempotentCreateSnapshot(records.size());
        return records.size();
    }

    private Producer init() {
        return init(Optional.empty());
    }

    private Producer init(Producer expected) {
        return init(Optional.of(expected));
    }

    private Producer init(Optional<Producer> expected) {
        var initialised = tell(shard.initProducerId("x", TIMEOUT, expected, fresh, now));
        assertFalse(initialised instanceof Initialised.Aborting, initialised.toString());
        return ((Initialised.Ready) initialised).producer();
    }

    private Producer begun(TopicPartition partition) {
        var producer = init();
        add(producer, partition);
        return producer;
    }

    /// A producer that has one epoch left.
    private Producer exhaust() {
        var producer = init();
        while (producer.epoch() < Short.MAX_VALUE - 1) {
            records.clear();
            producer = init();
        }
        fresh = 9;
        return producer;
    }

    private void add(Producer producer, TopicPartition partition) {
        tell(shard.add("x", producer, Set.of(partition), TV2, now));
    }

    private TransactionShard.Ended end(Producer producer, TransactionResult result, TransactionVersion version) {
        return tell(shard.end("x", producer, result, version, NO_ID, now));
    }

    private void complete(Ending ending) {
        tell(shard.complete(ending, now));
    }

    private TransactionState state() {
        return shard.describe("x", commit()).orElseThrow().txnState();
    }

    private static void refused(Errors error, Executable question) {
        assertEquals(error, Errors.forException(assertThrows(ApiException.class, question)));
    }
}
