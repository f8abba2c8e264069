package io.braid.kafka;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/// Ends decided transactions: writes the end into each of their partitions, until it is on disk in all of them, and
/// then has that written down, so that the producer may go on.
///
///     decided ──► ends submitted to all partitions ──all on disk──► completed
///                    ▲ those that could not be had     │
///                    └──────────── a pause ◄───────────┘
///
/// Each transaction has a thread of the executor for so long, and there is one at most for each transactional id.
/// It is never given up: a partition that is gone has been ended, one that is closed (its disk failed) is tried
/// until the server is closed, and the next one finds the transaction decided and goes on.
final class TransactionEnds implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TransactionEnds.class.getName());

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(1);

    /// @param over counted down when the transaction is completed, or nobody will complete it in this life
    private record UnderWay(Ending ending, CountDownLatch over) {}

    private final EndWriter writer;
    private final Executor executor;
    private final int coordinatorEpoch;
    private final Map<String, UnderWay> underWay = new ConcurrentHashMap<>(); // as many as are decided
    private final CountDownLatch closing = new CountDownLatch(1);

    /// @param executor         whose threads may wait
    /// @param coordinatorEpoch for the record
    TransactionEnds(EndWriter writer, Executor executor, int coordinatorEpoch) {
        this.writer = writer;
        this.executor = executor;
        this.coordinatorEpoch = coordinatorEpoch;
    }

    /// Begins to end a transaction, unless that is under way.
    ///
    /// @param complete writes down that it was ended everywhere
    void begin(Ending ending, Function<Ending, CompletableFuture<Void>> complete) {
        var begun = new UnderWay(ending, new CountDownLatch(1));
        if (underWay.putIfAbsent(ending.id(), begun) != null) return;
        try {
            executor.execute(() -> run(begun, complete));
        } catch (RejectedExecutionException e) { // the server is being closed
            over(begun);
        }
    }

    /// Waits until the transaction of this id that is being ended is over, but not longer than `millis`; false if
    /// none is, or it takes longer.
    boolean await(String id, long millis) throws InterruptedException {
        var found = underWay.get(id);
        return found != null && found.over().await(millis, TimeUnit.MILLISECONDS);
    }

    private void run(UnderWay begun, Function<Ending, CompletableFuture<Void>> complete) {
        try {
            if (endEverywhere(begun.ending())) complete(begun.ending(), complete);
        } catch (InterruptedException e) {
            LOG.log(
                    WARNING,
                    "interrupted while a transaction was ended: id={0}",
                    begun.ending().id());
        } finally {
            over(begun);
        }
    }

    private void over(UnderWay begun) {
        underWay.remove(begun.ending().id(), begun);
        begun.over().countDown();
    }

    /// False if the server is closed before that.
    private boolean endEverywhere(Ending ending) throws InterruptedException {
        var pause = FIRST_PAUSE;
        var left = end(ending, ending.partitions());
        while (!left.isEmpty()) {
            if (isClosingWithin(pause)) return false;
            if (pause.equals(FIRST_PAUSE))
                LOG.log(WARNING, "transaction not ended yet: id={0} partitions={1}", ending.id(), left);
            pause = longer(pause);
            left = end(ending, left.keySet());
        }
        return true;
    }

    /// Those in which it could not be ended now, and why.
    private Map<TopicPartition, Errors> end(Ending ending, Set<TopicPartition> partitions) throws InterruptedException {
        var answers = new HashMap<TopicPartition, CompletableFuture<Errors>>();
        for (var partition : new HashSet<>(partitions))
            answers.put(partition, writer.write(partition, ending.end(coordinatorEpoch)));
        var left = new HashMap<TopicPartition, Errors>();
        for (var answer : answers.entrySet()) {
            var error = result(answer.getValue());
            if (!isEnded(error)) left.put(answer.getKey(), error);
        }
        return left;
    }

    private static Errors result(CompletableFuture<Errors> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            return Errors.forException(e.getCause());
        }
    }

    /// A partition that is fenced by a higher epoch has been ended before, by this server's last life for one; one
    /// that is gone has nothing to end.
    private static boolean isEnded(Errors error) {
        return error == Errors.NONE
                || error == Errors.INVALID_PRODUCER_EPOCH
                || error == Errors.UNKNOWN_TOPIC_OR_PARTITION
                || error == Errors.INVALID_TOPIC_EXCEPTION;
    }

    private void complete(Ending ending, Function<Ending, CompletableFuture<Void>> complete)
            throws InterruptedException {
        var pause = FIRST_PAUSE;
        while (true) {
            try {
                complete.apply(ending).get();
                return;
            } catch (ExecutionException e) { // the partition is being loaded again, or full
                LOG.log(DEBUG, "transaction not completed yet: id={0} cause={1}", ending.id(), e.getCause());
            }
            if (isClosingWithin(pause)) return;
            pause = longer(pause);
        }
    }

    private static Duration longer(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : twice;
    }

    private boolean isClosingWithin(Duration pause) throws InterruptedException {
        return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Tries nothing again. What is under way ends by itself.
    @Override
    public void close() {
        closing.countDown();
    }
}
