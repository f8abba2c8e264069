package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Which records are committed, where the last stable offset is, and that both survive every kind of end.
class TransactionTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final TransactionStatus NONE = new TransactionStatus.None();
    private static final int COORDINATOR = 3;

    private final SimDisk disk = new SimDisk(new Random(1));
    private long now = 5;
    private Log log;
    private PartitionLog partition;

    TransactionTest() throws IOException {
        log = open();
        partition = log.create(ID, PartitionConfig.DEFAULT);
    }

    @Test
    void theStableOffsetStopsAtTheOldestOpenTransaction() throws IOException {
        taken(partition.append(plain()));
        begin(7);
        begin(8);
        assertEquals(1, partition.lastStable());
        assertEquals(new TransactionStatus.Open(2, (short) 0), partition.transaction(8));

        end(7, 0, true);
        assertEquals(2, partition.lastStable());
        end(8, 0, true);

        assertEquals(5, partition.lastStable());
        assertEquals(5, partition.end());
        assertEquals(new TransactionStatus.Ended(4, (short) 0), partition.transaction(8));
        assertEquals(List.of(), partition.aborted(0, 5));
    }

    @Test
    void abortedTransactionsAreFoundByTheOffsetsTheyLieIn() throws IOException {
        begin(7); // 0
        begin(8); // 1
        end(7, 0, false); // 2, while 8 is open
        taken(partition.append(transactional(7, 0, 1), partition.transaction(7))); // 3
        end(8, 0, false); // 4
        end(7, 0, true); // 5

        var first = new AbortedTransaction(7, 0, 2, 1);
        var second = new AbortedTransaction(8, 1, 4, 3);
        assertEquals(List.of(first, second), partition.aborted(0, 6));
        assertEquals(List.of(first), partition.aborted(0, 1));
        assertEquals(List.of(second), partition.aborted(3, 6));
        assertEquals(List.of(), partition.aborted(5, 6));
    }

    @Test
    void aTransactionBeginsOnlyWhereItsCoordinatorWasAsked() {
        refused(partition.append(transactional(7, 0, 0)));
        var seen = partition.transaction(7);
        begin(7);
        end(7, 0, true);

        refused(partition.append(transactional(7, 0, 1), seen)); // asked before the end
        refused(partition.append(transactional(7, 0, 1)));
        taken(partition.append(transactional(7, 0, 1), partition.transaction(7)));
        taken(partition.append(transactional(7, 0, 2))); // it has begun
    }

    @Test
    void aRetryIsADuplicateEvenAfterItsTransactionEnded() {
        begin(7);
        end(7, 0, true);

        var again = partition.append(transactional(7, 0, 0));
        log.turn();

        assertEquals(new AppendOutcome.Duplicate(0, 0), again.resultNow());
    }

    @Test
    void aBatchOutsideOfItsProducersOpenTransactionIsRefused() {
        begin(7);

        refused(partition.append(idempotent(7, 0, 1)));
    }

    @Test
    void clientsCannotEndTransactions() {
        begin(7);

        refused(partition.append(EndMarker.batch(7, (short) 0, true, COORDINATOR, 5)));
        assertEquals(0, partition.lastStable());
    }

    @Test
    void anEndWithANewEpochFencesTheOldOneAndBeginsAtSequenceZero() {
        begin(7);
        taken(partition.endTransaction(7, (short) 1, true, true, COORDINATOR));

        var late = partition.append(transactional(7, 0, 1), partition.transaction(7));
        var gap = partition.append(transactional(7, 1, 1), partition.transaction(7));
        var next = partition.append(transactional(7, 1, 0), partition.transaction(7));
        log.turn();

        assertEquals(AppendOutcome.Reason.FENCED, reason(late));
        assertEquals(AppendOutcome.Reason.OUT_OF_SEQUENCE, reason(gap));
        assertEquals(new AppendOutcome.Appended(2, 2), next.resultNow());
    }

    @Test
    void aBatchOfANewEpochDoesNotJoinTheTransactionOfAnOldOne() {
        begin(7);

        refused(partition.append(transactional(7, 1, 0), partition.transaction(7)));
        taken(partition.endTransaction(7, (short) 1, true, true, COORDINATOR));
        taken(partition.append(transactional(7, 1, 0), partition.transaction(7)));
    }

    @Test
    void producersAreToldWithWhatTheyWroteLast() {
        begin(7);
        taken(partition.append(transactional(7, 0, 1)));
        now = 9;
        taken(partition.endTransaction(8, (short) 3, false, true, COORDINATOR));

        var told = partition.producers();
        log.turn();

        assertEquals(
                List.of(new ProducerStatus(7, (short) 0, 1, 5, -1), new ProducerStatus(8, (short) 3, -1, 9, 2)),
                told.resultNow());
    }

    @Test
    void aLateEndDoesNotEndTheNextTransaction() {
        begin(7);
        taken(partition.endTransaction(7, (short) 1, true, true, COORDINATOR));
        taken(partition.append(transactional(7, 1, 0), partition.transaction(7)));

        var again = partition.endTransaction(7, (short) 1, true, true, COORDINATOR);
        log.turn();

        assertEquals(AppendOutcome.Reason.FENCED, reason(again));
        assertEquals(2, partition.lastStable());
    }

    @Test
    void theOldKindOfEndMayHaveTheSameEpochButNoLowerOne() {
        begin(7);
        end(7, 0, true);
        taken(partition.append(transactional(7, 1, 0), partition.transaction(7)));

        var lower = partition.endTransaction(7, (short) 0, true, false, COORDINATOR);
        log.turn();

        assertEquals(AppendOutcome.Reason.FENCED, reason(lower));
    }

    @Test
    void aCoordinatorsRecordsNeedNoSequenceNumbers() {
        taken(partition.append(transactional(7, 0, 0), 0, Purpose.SERVICE));
        taken(partition.append(transactional(7, 0, 0), 1, Purpose.SERVICE));

        assertEquals(0, partition.lastStable());
        taken(partition.endTransaction(7, (short) 0, true, false, COORDINATOR, 2));
        assertEquals(3, partition.lastStable());
    }

    @Test
    void openTransactionsSurviveACrash() throws IOException {
        begin(7);
        begin(8);
        end(7, 0, false);
        reopenAfter(disk::crash);
        thatIsHowItStood();
    }

    @Test
    void openTransactionsSurviveACheckpoint() throws IOException {
        begin(7);
        begin(8);
        end(7, 0, false);
        log.checkpoint();
        reopenAfter(disk::crash);
        thatIsHowItStood();
    }

    @Test
    void openTransactionsSurviveAnOrderlyEnd() throws IOException {
        begin(7);
        begin(8);
        end(7, 0, false);
        log.close();
        reopenAfter(disk::crash);
        thatIsHowItStood();
    }

    @Test
    void anIndexFileIsNotNeededToKnowWhatWasAborted() throws IOException {
        begin(7);
        begin(8);
        end(7, 0, false);
        log.close();
        disk.delete("partitions/%s/00000000000000000000.index".formatted(ID));
        reopenAfter(disk::crash);
        thatIsHowItStood();
    }

    @Test
    void aTransactionThatEndedSinceTheCheckpointIsEndedAfterwards() throws IOException {
        begin(7);
        log.checkpoint();
        end(7, 1, true);
        reopenAfter(disk::crash);

        assertEquals(2, partition.lastStable());
        var late = partition.append(transactional(7, 0, 1), partition.transaction(7));
        log.turn();
        assertEquals(AppendOutcome.Reason.FENCED, reason(late));
    }

    @Test
    void theEpochOfAnEndMarkerIsRememberedThroughACheckpoint() throws IOException {
        begin(7);
        taken(partition.endTransaction(7, (short) 4, true, true, COORDINATOR));
        log.checkpoint();
        reopenAfter(disk::crash);

        var late = partition.append(idempotent(7, 0, 1));
        log.turn();

        assertEquals(AppendOutcome.Reason.FENCED, reason(late));
    }

    @Test
    void whatWasOpenAtAnEarlierPointOfRecoveryIsOpenThere() throws IOException {
        log.create(ID, new PartitionConfig(Durability.OS, 1 << 20, 200, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1));
        begin(7);
        taken(partition.append(plain())); // another segment
        log.checkpoint(); // the point of recovery is its beginning
        end(7, 0, false);
        log.checkpoint(); // and still is, as it is not sealed
        disk.kill();
        log = open();
        partition = log.partition(ID).orElseThrow();

        assertEquals(partition.end(), partition.lastStable());
        assertEquals(1, partition.aborted(0, partition.end()).size());
    }

    @Test
    void aProducerWithAnOpenTransactionIsNotForgotten() throws IOException {
        begin(7);
        now += PRODUCER_MILLIS + 1;
        log.tidy();
        assertEquals(0, partition.lastStable());

        end(7, 0, true);
        now += PRODUCER_MILLIS + 1;
        log.tidy();

        assertEquals(NONE, partition.transaction(7));
    }

    @Test
    void deletedRecordsOfAnOpenTransactionDoNotHoldTheStableOffsetBelowTheStart() throws IOException {
        begin(7);
        taken(partition.append(plain()));
        var deleted = partition.deleteBefore(2);
        log.turn();

        assertEquals(2, deleted.resultNow());
        assertEquals(2, partition.lastStable());
    }

    private static final long PRODUCER_MILLIS = new LogConfig(Path.of("sim")).producerMillis();

    private void thatIsHowItStood() throws IOException {
        assertEquals(1, partition.lastStable());
        assertEquals(new TransactionStatus.Open(1, (short) 0), partition.transaction(8));
        assertEquals(List.of(new AbortedTransaction(7, 0, 2, 1)), partition.aborted(0, 1));

        end(8, 0, true);

        assertEquals(4, partition.lastStable());
    }

    private Log open() throws IOException {
        return Log.openByHand(new LogConfig(Path.of("sim"), 1), disk, () -> Instant.ofEpochMilli(now));
    }

    private void reopenAfter(Runnable end) throws IOException {
        end.run();
        log = open();
        partition = log.partition(ID).orElseThrow();
    }

    private void begin(long producer) {
        taken(partition.append(transactional(producer, 0, 0), partition.transaction(producer)));
    }

    private void end(long producer, int epoch, boolean isCommit) {
        taken(partition.endTransaction(producer, (short) epoch, isCommit, false, COORDINATOR));
    }

    private void taken(CompletableFuture<AppendOutcome> answer) {
        log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
    }

    private void refused(CompletableFuture<AppendOutcome> answer) {
        log.turn();
        assertEquals(AppendOutcome.Reason.NOT_IN_TRANSACTION, reason(answer));
    }

    private static AppendOutcome.Reason reason(CompletableFuture<AppendOutcome> answer) {
        return assertInstanceOf(AppendOutcome.Refused.class, answer.resultNow()).reason();
    }

    private static Batch plain() {
        return one(new BatchBuilder(1));
    }

    private static Batch idempotent(long producer, int epoch, int sequence) {
        return one(new BatchBuilder(1).producer(producer, (short) epoch, sequence));
    }

    private static Batch transactional(long producer, int epoch, int sequence) {
        return one(
                new BatchBuilder(1).producer(producer, (short) epoch, sequence).transactional());
    }

    private static Batch one(BatchBuilder builder) {
        return builder.add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build();
    }
}
