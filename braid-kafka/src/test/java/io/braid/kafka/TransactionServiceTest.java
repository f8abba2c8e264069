package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.AppendOutcome.Unknown;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The coordinator over logs that lose and fail, asked without a network.
@Timeout(60)
class TransactionServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TransactionVersion TV2 = TransactionVersion.TV_2;
    private static final Set<TopicPartition> A = Set.of(new TopicPartition("a", 0));
    private static final Producer PRODUCER = new Producer(7, (short) 0);
    private static final Producer NEXT = new Producer(7, (short) 1);

    private final FakeStateLog log = new FakeStateLog();
    private final FakeEnds ends = new FakeEnds();
    private volatile long now = 1_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(now);
    private ExecutorService threads;
    private TransactionEnds carrying;
    private TransactionService service = start();

    @AfterEach
    void close() {
        carrying.close();
        service.close();
    }

    @Test
    void aTransactionIsEndedInItsPartitionsAndThenCompleted() throws Exception {
        begun();

        assertEquals(NEXT, end(TransactionResult.COMMIT));

        awaitState(TransactionState.COMPLETE_COMMIT);
        assertEquals(List.of("commit of 7/1 in a-0"), ends.written());
    }

    @Test
    void anAnswerComesWhenItIsOnDiskAndTheEndsComeAfterwards() throws Exception {
        begun();
        log.hold();
        var answer = service.end("x", PRODUCER, TransactionResult.COMMIT, TV2, OptionalLong.empty());
        while (log.waiting() == 0) Thread.onSpinWait();
        assertFalse(answer.isDone());
        assertEquals(List.of(), ends.written());

        log.turn();

        assertEquals(NEXT, answer.get(10, TimeUnit.SECONDS));
        while (log.waiting() == 0) Thread.onSpinWait(); // completed behind its ends
        assertEquals(List.of("commit of 7/1 in a-0"), ends.written());
        log.turn();
    }

    @Test
    void whatWasDecidedAndNotCompletedIsEndedByTheNextLife() throws Exception {
        begun();
        ends.hold();
        end(TransactionResult.COMMIT);
        while (ends.waiting() == 0) Thread.onSpinWait();

        restart();
        ends.turn();

        awaitState(TransactionState.COMPLETE_COMMIT);
        assertEquals(List.of("commit of 7/1 in a-0", "commit of 7/1 in a-0"), ends.written());
    }

    @Test
    void whatWasOpenIsOpenInTheNextLifeAndTimesOut() throws Exception {
        begun();
        restart();
        assertEquals(Map.of(), service.survey().timedOut());
        now += 1_001;
        var timedOut = service.survey().timedOut();
        assertEquals(Map.of("x", PRODUCER), timedOut);

        get(service.abort("x", PRODUCER, OptionalLong.empty()));

        awaitState(TransactionState.COMPLETE_ABORT);
        assertEquals(List.of("abort of 7/1 in a-0"), ends.written());
        failed(Errors.PRODUCER_FENCED, () -> service.add("x", PRODUCER, A, TV2));
    }

    @Test
    void aDecisionThatWasOverlookedIsFoundByTheNextSurvey() throws Exception {
        begun();
        threads.shutdown(); // nobody can begin to end it
        end(TransactionResult.ABORT);
        var found = service.survey().decided();
        assertEquals(List.of(new Ending("x", NEXT, false, true, A)), found);

        restart();

        awaitState(TransactionState.COMPLETE_ABORT);
    }

    @Test
    void aFailedAppendIsForgottenAndThePartitionLoadedAgain() throws Exception {
        begun();
        log.failNext(new Unknown(new IOException("injected")));

        failed(
                Errors.NOT_COORDINATOR,
                () -> service.end("x", PRODUCER, TransactionResult.COMMIT, TV2, OptionalLong.empty()));

        awaitState(TransactionState.ONGOING);
        assertEquals(List.of(), ends.written());
        assertEquals(NEXT, end(TransactionResult.COMMIT));
        awaitState(TransactionState.COMPLETE_COMMIT);
    }

    @Test
    void anAppendThatIsRefusedForWantOfRoomIsTakenBackAndCanBeTriedAgain() throws Exception {
        begun();
        log.failNext(new Refused(Reason.OVERLOADED, "full"));

        failed(
                Errors.NOT_ENOUGH_REPLICAS,
                () -> service.end("x", PRODUCER, TransactionResult.COMMIT, TV2, OptionalLong.empty()));

        assertEquals(NEXT, end(TransactionResult.COMMIT));
    }

    @Test
    void aPartitionIsInTheTransactionForOthersOnceThatIsOnDisk() throws Exception {
        get(service.initProducerId("x", 1_000, Optional.empty(), 7));
        log.hold();
        var first = service.add("x", PRODUCER, A, TV2);
        var second = service.add("x", PRODUCER, A, TV2);
        while (log.waiting() == 0) Thread.onSpinWait();
        assertEquals(Errors.TRANSACTION_ABORTABLE, verified());
        assertFalse(second.isDone(), "what put it in is not on disk");

        log.turn();

        get(first);
        get(second);
        assertEquals(Errors.NONE, verified());
    }

    @Test
    void anIdThatIsForgottenIsGoneFromTheLogToo() throws Exception {
        get(service.initProducerId("x", 1_000, Optional.empty(), 7));
        now += 5_000;

        service.expire(Duration.ofMillis(5_000));
        while (get(service.describe("x")).isPresent()) Thread.onSpinWait();

        restart();
        assertEquals(Optional.empty(), get(service.describe("x")));
    }

    @Test
    void aPartitionThatCannotBeReadIsNotServed() throws Exception {
        begun();
        log.damage("injected");
        restart();

        failed(Errors.NOT_COORDINATOR, () -> service.describe("x"));
        assertEquals(new TransactionShard.Survey(Map.of(), List.of()), service.survey());
    }

    @Test
    void closingEndsEveryThread() throws Exception {
        begun();

        service.close();

        ThreadsLeft.none("transactions");
    }

    // ---- helpers

    private TransactionService start() {
        threads = Executors.newVirtualThreadPerTaskExecutor();
        carrying = new TransactionEnds(ends, threads, 1);
        var started = new TransactionService(List.of(log), 1 << 20, 1 << 20, carrying, threads, clock);
        started.load();
        try {
            started.awaitLoaded(PATIENCE);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return started;
    }

    private void restart() {
        close();
        service = start();
    }

    private void begun() throws Exception {
        assertEquals(PRODUCER, get(service.initProducerId("x", 1_000, Optional.empty(), 7)));
        get(service.add("x", PRODUCER, A, TV2));
    }

    private Producer end(TransactionResult result) throws Exception {
        return get(service.end("x", PRODUCER, result, TV2, OptionalLong.empty()));
    }

    private Errors verified() throws Exception {
        return get(service.verify("x", PRODUCER, A)).values().iterator().next();
    }

    /// Asks again while the partition is being loaded.
    private void awaitState(TransactionState state) throws Exception {
        while (true) {
            try {
                if (get(service.describe("x")).orElseThrow().txnState() == state) return;
            } catch (ExecutionException e) {
                var error = Errors.forException(e.getCause());
                if (error != Errors.NOT_COORDINATOR && error != Errors.COORDINATOR_LOAD_IN_PROGRESS) throw e;
            }
            Thread.onSpinWait();
        }
    }

    private static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static void failed(Errors error, Supplier<CompletableFuture<?>> question) {
        var failure = assertThrows(ExecutionException.class, () -> get(question.get()));
        assertEquals(error, Errors.forException(failure.getCause()));
    }
}
