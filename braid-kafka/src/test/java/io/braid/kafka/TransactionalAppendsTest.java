package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.NewStream;
import io.braid.broker.Partition;
import io.braid.kafka.TransactionalAppends.Entry;
import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The way of transactional batches into a real log; the coordinator answers when the test says so.
@Timeout(60)
class TransactionalAppendsTest {
    private static final long PRODUCER = 7;
    private static final TopicPartition S0 = new TopicPartition("s", 0);
    private static final TopicPartition S1 = new TopicPartition("s", 1);

    private record Asked(
            String id,
            Producer producer,
            Set<TopicPartition> partitions,
            Runnable before,
            Consumer<Map<TopicPartition, Errors>> answer) {}

    private final Queue<Asked> asked = new ArrayDeque<>();
    private final TransactionalAppends appends =
            new TransactionalAppends((id, producer, partitions, _, before, answer) ->
                    asked.add(new Asked(id, producer, partitions, before, answer)));
    private Log log;
    private Broker broker;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        log = Log.open(new LogConfig(directory), InstantSource.system());
        broker = Broker.open(log, BrokerConfig.DEFAULT, InstantSource.system(), new SplittableRandom(1));
        broker.create(NewStream.of("s", 2));
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
        log.close();
    }

    @Test
    void aBatchThatBeginsATransactionWaitsForItsCoordinatorAndTheNextGoesInAtOnce() throws Exception {
        var first = append(0, 0, 0);
        assertFalse(first.isDone());

        answer(Errors.NONE);

        assertEquals(new Appended(0, 0), outcome(first));
        var second = append(0, 0, 1);
        assertEquals(new Appended(1, 1), outcome(second));
        assertEquals(0, asked.size());
    }

    @Test
    void batchesBehindOneThatWaitsGoInBehindIt() throws Exception {
        var first = append(0, 0, 0);
        var second = append(0, 0, 1);
        var third = append(0, 0, 2);
        assertEquals(1, asked.size(), "asked once");

        answer(Errors.NONE);

        assertEquals(new Appended(0, 0), outcome(first));
        assertEquals(new Appended(1, 1), outcome(second));
        assertEquals(new Appended(2, 2), outcome(third));
    }

    @Test
    void aBatchGoesInBehindOnesThatTheLogHasNotAnsweredYet() throws Exception {
        for (int epoch = 0; epoch < 50; epoch++) {
            var first = append(0, epoch, 0);
            answer(Errors.NONE);
            var second = append(0, epoch, 1);

            assertEquals(0, asked.size(), "not asked again");
            assertInstanceOf(Appended.class, outcome(first));
            assertInstanceOf(Appended.class, outcome(second));
            partition(0)
                    .log()
                    .endTransaction(PRODUCER, (short) (epoch + 1), true, true, 0)
                    .get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void oneRequestAsksOnceForAllItsPartitions() throws Exception {
        var round = appends.round("x", PartitionEntry.ADDED);
        var first = round.append(partition(0), batch(0, 0));
        var second = round.append(partition(1), batch(0, 0));
        round.ask();
        assertEquals(Set.of(S0, S1), asked.element().partitions());
        assertEquals("x", asked.element().id());
        assertEquals(new Producer(PRODUCER, (short) 0), asked.element().producer());

        asked.remove().answer().accept(Map.of(S0, Errors.NONE, S1, Errors.TRANSACTION_ABORTABLE));

        assertEquals(new Appended(0, 0), outcome(first));
        assertEquals(Errors.TRANSACTION_ABORTABLE, refusal(second));
    }

    @Test
    void allThatWaitAreToldWhatTheCoordinatorSaid() throws Exception {
        var first = append(0, 0, 0);
        var second = append(0, 0, 1);

        answer(Errors.INVALID_PRODUCER_EPOCH);

        assertEquals(Errors.INVALID_PRODUCER_EPOCH, refusal(first));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, refusal(second));
        assertEquals(0, partition(0).log().end());
        append(0, 0, 0);
        assertEquals(1, asked.size(), "asked anew");
    }

    @Test
    void aCoordinatorThatCannotSayYetMakesAllClientsTryAgain() throws Exception {
        for (var error : Set.of(
                Errors.CONCURRENT_TRANSACTIONS,
                Errors.COORDINATOR_LOAD_IN_PROGRESS,
                Errors.COORDINATOR_NOT_AVAILABLE,
                Errors.NOT_COORDINATOR)) {
            var waiting = append(0, 0, 0);
            answer(error);
            assertEquals(Errors.NOT_ENOUGH_REPLICAS, refusal(waiting));
        }
    }

    @Test
    void aTransactionBeginsWithWhatWasRefusedAndNotBehindIt() throws Exception {
        var first = verified(0);
        answer(Errors.NOT_COORDINATOR);
        assertEquals(Errors.NOT_ENOUGH_REPLICAS, refusal(first));

        var second = verified(1);
        answer(Errors.NONE);
        assertEquals(Reason.OUT_OF_SEQUENCE, ((Refused) outcome(second)).reason());

        var again = verified(0);
        answer(Errors.NONE);
        assertEquals(new Appended(0, 0), outcome(again));
    }

    /// Of a client that has added the partition itself: its transactions go on with the last one's sequence.
    private CompletableFuture<Entry> verified(int sequence) {
        var round = appends.round("x", PartitionEntry.VERIFIED);
        var entry = round.append(partition(0), batch(0, sequence));
        round.ask();
        return entry;
    }

    @Test
    void aTransactionThatEndsWhileItsCoordinatorAnswersIsNotBegunAgain() throws Exception {
        var late = append(0, 0, 0);
        partition(0).log().endTransaction(PRODUCER, (short) 0, false, false, 1).get();

        answer(Errors.NONE);

        assertEquals(Reason.NOT_IN_TRANSACTION, ((Refused) outcome(late)).reason());
        assertEquals(1, partition(0).log().end());
        assertEquals(1, partition(0).log().lastStable());
    }

    @Test
    void aBatchOfTheNextTransactionWaitsWhileTheLastOneIsStillOpenHere() throws Exception {
        var first = append(0, 0, 0);
        answer(Errors.NONE);
        outcome(first);

        var next = append(0, 1, 0);

        assertFalse(next.isDone());
        partition(0).log().endTransaction(PRODUCER, (short) 1, true, true, 1).get();
        answer(Errors.CONCURRENT_TRANSACTIONS);
        assertEquals(Errors.NOT_ENOUGH_REPLICAS, refusal(next));
        var again = append(0, 1, 0);
        answer(Errors.NONE);
        assertEquals(new Appended(2, 2), outcome(again));
    }

    @Test
    void aBatchThatWaitedForTheEndOfTheLastTransactionGoesInBehindIt() throws Exception {
        var first = append(0, 0, 0);
        answer(Errors.NONE);
        outcome(first);
        var next = append(0, 1, 0); // its coordinator is asked, and waits for this:
        partition(0).log().endTransaction(PRODUCER, (short) 1, true, true, 1).get();
        asked.element().before().run();

        answer(Errors.NONE);

        assertEquals(new Appended(2, 2), outcome(next));
    }

    @Test
    void aTransactionOfVersionTwoBeginsAtSequenceZero() throws Exception {
        var lost = append(0, 0, 3);
        var behind = append(0, 0, 4);

        answer(Errors.NONE);

        assertEquals(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, refusal(lost));
        assertEquals(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, refusal(behind));
        assertEquals(0, partition(0).log().end());
    }

    @Test
    void theBeginningOfATransactionGoesInAlthoughALaterBatchStandsBeforeIt() throws Exception {
        var early = append(0, 0, 1);
        var beginning = append(0, 0, 0);
        var next = append(0, 0, 1);

        answer(Errors.NONE);

        assertEquals(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, refusal(early));
        assertEquals(new Appended(0, 0), outcome(beginning));
        assertEquals(new Appended(1, 1), outcome(next));
    }

    @Test
    void anOlderClientsTransactionGoesOnWithTheSequence() throws Exception {
        var batch = verified(5);

        answer(Errors.NONE);

        assertEquals(new Appended(0, 0), outcome(batch));
    }

    @Test
    void aRequestHasBatchesOfOneProducerOnly() throws Exception {
        var round = appends.round("x", PartitionEntry.ADDED);
        round.append(partition(0), batch(0, 0));

        var other = round.append(partition(1), batch(1, 0));

        assertEquals(Errors.INVALID_PRODUCER_ID_MAPPING, refusal(other));
    }

    @Test
    void aBatchOfAnotherEpochBehindOneThatWaitsIsToBeSentAgain() throws Exception {
        append(0, 0, 0);

        assertEquals(Errors.NOT_ENOUGH_REPLICAS, refusal(append(0, 1, 0)));
    }

    // ---- helpers

    private CompletableFuture<Entry> append(int partition, int epoch, int sequence) {
        var round = appends.round("x", PartitionEntry.ADDED);
        var entry = round.append(partition(partition), batch(epoch, sequence));
        round.ask();
        return entry;
    }

    private void answer(Errors error) {
        var next = asked.remove();
        var answers = new HashMap<TopicPartition, Errors>();
        next.partitions().forEach(partition -> answers.put(partition, error));
        next.answer().accept(answers);
    }

    private Partition partition(int index) {
        return broker.partition("s", index).orElseThrow();
    }

    private static Batch batch(int epoch, int sequence) {
        return new BatchBuilder(1)
                .producer(PRODUCER, (short) epoch, sequence)
                .transactional()
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build();
    }

    private static AppendOutcome outcome(CompletableFuture<Entry> entry) throws Exception {
        return assertInstanceOf(Entry.In.class, entry.get(20, TimeUnit.SECONDS))
                .outcome()
                .get(20, TimeUnit.SECONDS);
    }

    private static Errors refusal(CompletableFuture<Entry> entry) throws Exception {
        return assertInstanceOf(Entry.Out.class, entry.get(20, TimeUnit.SECONDS))
                .error();
    }
}
