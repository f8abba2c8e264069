package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How decided transactions are ended, on the test's own thread.
@Timeout(30)
class TransactionEndsTest {
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final Ending ENDING = new Ending("x", new Producer(7, (short) 1), true, true, Set.of(A));

    private final FakeEnds writer = new FakeEnds();
    private final Queue<Ending> decided = new ArrayDeque<>();
    private final List<Ending> completed = new ArrayList<>();
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private Runnable whenCompleted = () -> {};
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final TransactionEnds ends = new TransactionEnds(writer, tasks::add, 3);

    @Test
    void aTransactionIsCompletedWhenItsEndIsInAllPartitions() {
        var two = new Ending("x", ENDING.producer(), false, true, Set.of(A, new TopicPartition("b", 1)));

        begin(two);
        assertEquals(List.of(), completed);
        tasks.remove().run();

        assertEquals(Set.of("abort of 7/1 in a-0", "abort of 7/1 in b-1"), Set.copyOf(writer.written()));
        assertEquals(List.of(two), completed);
    }

    @Test
    void whatCannotBeHadNowIsTriedAgain() {
        writer.answerNext(Errors.REQUEST_TIMED_OUT, Errors.COORDINATOR_LOAD_IN_PROGRESS);

        begin(ENDING);
        tasks.remove().run();

        assertEquals(3, writer.written().size());
        assertEquals(List.of(ENDING), completed);
    }

    @Test
    void anEndThatIsThereAlreadyAndAPartitionThatIsGoneAreNotWaitedFor() {
        for (var error : List.of(Errors.INVALID_PRODUCER_EPOCH, Errors.UNKNOWN_TOPIC_OR_PARTITION)) {
            writer.answerNext(error);
            begin(ENDING);
            tasks.remove().run();
        }

        assertEquals(2, writer.written().size());
        assertEquals(List.of(ENDING, ENDING), completed);
    }

    @Test
    void whatAnEarlierLifeHasEndedHereAndThereIsEndedWhereItIsOpen() {
        var open = new TopicPartition("b", 1);
        var old = new Ending("x", ENDING.producer(), true, false, Set.of(A, open));
        writer.open(open);

        decided.add(old);
        ends.resume("x", coordinator);
        tasks.remove().run();
        assertEquals(List.of("commit of 7/1 in b-1"), writer.written());
        assertEquals(List.of(old), completed);

        decided.add(ENDING);
        ends.resume("x", coordinator);
        tasks.remove().run();
        assertEquals(List.of("commit of 7/1 in b-1", "commit of 7/1 in a-0"), writer.written(), "to be refused there");
    }

    @Test
    void whatIsNotDecidedAnyMoreIsNotEndedAgain() {
        ends.begin("x", coordinator);
        tasks.remove().run();

        assertEquals(List.of(), writer.written());
        assertEquals(List.of(), completed);
    }

    @Test
    void whatIsDecidedWhileTheLastOneIsBeingEndedIsEndedNext() {
        var next = new Ending("x", new Producer(7, (short) 2), false, true, Set.of(A));
        whenCompleted = () -> {
            if (completed.size() == 1) begin(next);
        };

        begin(ENDING);
        tasks.remove().run();

        assertEquals(List.of("commit of 7/1 in a-0", "abort of 7/2 in a-0"), writer.written());
        assertEquals(List.of(ENDING, next), completed);
        assertEquals(0, tasks.size());
    }

    @Test
    void aTransactionIsEndedOnceAtATime() throws Exception {
        begin(ENDING);
        begin(ENDING);
        assertEquals(1, tasks.size());
        assertFalse(ends.await("x", 1), "it is not over yet");

        var running = Thread.ofVirtual().start(tasks.remove());
        running.join();

        assertFalse(ends.await("x", 1), "nothing is under way");
        begin(ENDING);
        assertEquals(1, tasks.size());
    }

    @Test
    void whoWaitsIsWokenWhenItIsOver() throws Exception {
        begin(ENDING);
        var woken = new CompletableFuture<Boolean>();
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                woken.complete(ends.await("x", 30_000));
            } catch (InterruptedException e) {
                woken.completeExceptionally(e);
            }
        });
        while (waiting.getState() != Thread.State.TIMED_WAITING) Thread.onSpinWait();

        tasks.remove().run();

        assertTrue(woken.get());
    }

    @Test
    void aCoordinatorThatCannotAnswerIsAskedAgain() {
        var failures = new ArrayDeque<>(List.of(
                Errors.COORDINATOR_LOAD_IN_PROGRESS,
                Errors.COORDINATOR_NOT_AVAILABLE,
                Errors.NOT_COORDINATOR,
                Errors.NOT_COORDINATOR));

        decided.add(ENDING);
        ends.begin("x", new TransactionEnds.Coordinator() {
            @Override
            public CompletableFuture<Optional<Ending>> decided(String id) {
                return failures.size() == 4 ? failed() : coordinator.decided(id);
            }

            @Override
            public CompletableFuture<Void> complete(Ending ending) {
                return failures.isEmpty() ? coordinator.complete(ending) : failed();
            }

            private <T> CompletableFuture<T> failed() {
                return CompletableFuture.failedFuture(failures.remove().exception());
            }
        });
        tasks.remove().run();

        assertEquals(List.of(ENDING), completed);
        assertEquals(1, writer.written().size(), "the ends are there");
    }

    @Test
    void aServerThatIsClosedTriesNothingAgain() {
        writer.answerNext(Errors.NOT_LEADER_OR_FOLLOWER);
        ends.close();

        begin(ENDING);
        tasks.remove().run();

        assertEquals(List.of(), completed);
    }

    @Test
    void whatCannotBeBegunIsNotUnderWay() throws Exception {
        var closed = new TransactionEnds(
                writer,
                _ -> {
                    throw new RejectedExecutionException("closed");
                },
                3);

        closed.begin("x", coordinator);

        assertFalse(closed.await("x", 30_000));
    }

    private void begin(Ending ending) {
        decided.add(ending);
        ends.begin(ending.id(), coordinator);
    }

    private final class FakeCoordinator implements TransactionEnds.Coordinator {
        @Override
        public CompletableFuture<Optional<Ending>> decided(String id) {
            return CompletableFuture.completedFuture(Optional.ofNullable(decided.peek()));
        }

        @Override
        public CompletableFuture<Void> complete(Ending ending) {
            completed.add(ending);
            decided.remove(ending);
            whenCompleted.run();
            return CompletableFuture.completedFuture(null);
        }
    }
}
