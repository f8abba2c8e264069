package io.braid.kafka;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/// Ends decided transactions: writes the end into each of their partitions, until it is on disk in all of
/// them, and then has that written down, so that the producer may go on.
///
///     what is decided? ──► ends submitted to all partitions ──all on disk──► completed
///           ▲                 ▲ those that could not be had     │                │
///           │                 └──────────── a pause ◄───────────┘                │
///           └──────────────────── if it was begun again meanwhile ◄──────────────┘
///
/// Each transactional id has one thread of the executor at most, and nobody but that thread completes its
/// transactions. So what it is told to be decided stays so until it is done, and an end never comes late:
/// that of an older client has the epoch of the next transaction's records, too, and would end that.
///
/// It is never given up: a partition that is gone has been ended, one that is closed (its disk failed) is
/// tried until the server is closed, and the next one finds the transaction decided and goes on.
final class TransactionEnds implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TransactionEnds.class.getName());

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(1);

    /// Who decides.
    interface Coordinator {
        /// The transaction of an id that is decided and not completed, as far as that is on disk. May fail
        /// for a while.
        CompletableFuture<Optional<Ending>> decided(String id);

        /// Writes down that it was ended everywhere. May fail for a while.
        CompletableFuture<Void> complete(Ending ending);
    }

    /// @param over         counted down when nothing is being ended any more, or nobody will in this life
    /// @param isAskedAgain whether there may be another transaction to end
    private record UnderWay(CountDownLatch over, boolean isAskedAgain) {}

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

    /// Begins to end what is decided, or sees to it that who is at it looks again. Nothing need be decided.
    void begin(String id, Coordinator coordinator) {
        begin(id, coordinator, false);
    }

    /// The same for what an earlier life has decided, and has perhaps ended here and there. An end with an
    /// epoch of its own is refused where it is; others are written only where there is something to end, as
    /// nobody can begin anything there before it is completed.
    void resume(String id, Coordinator coordinator) {
        begin(id, coordinator, true);
    }

    private void begin(String id, Coordinator coordinator, boolean isOfEarlierLife) {
        var begun = new UnderWay(new CountDownLatch(1), false);
        var now = underWay.merge(id, begun, (before, _) -> new UnderWay(before.over(), true));
        if (now != begun) return;
        try {
            executor.execute(() -> run(id, begun, coordinator, isOfEarlierLife));
        } catch (RejectedExecutionException e) { // the server is being closed
            over(id, begun);
        }
    }

    /// Waits until the transaction of this id that is being ended is over, but not longer than `millis`;
    /// false if none is, or it takes longer.
    boolean await(String id, long millis) throws InterruptedException {
        var found = underWay.get(id);
        return found != null && found.over().await(millis, TimeUnit.MILLISECONDS);
    }

    private void run(String id, UnderWay begun, Coordinator coordinator, boolean isOfEarlierLife) {
        try {
            end(id, coordinator, isOfEarlierLife);
            while (isAskedAgain(id, begun)) end(id, coordinator, false);
        } catch (InterruptedException e) {
            LOG.log(WARNING, "interrupted while a transaction was ended: id={0}", id);
        } finally {
            over(id, begun);
        }
    }

    /// Whether there may be more to end; if not, nothing is under way any more.
    private boolean isAskedAgain(String id, UnderWay begun) {
        var now = underWay.computeIfPresent(
                id, (_, before) -> before.isAskedAgain() ? new UnderWay(before.over(), false) : null);
        return now != null && now.over() == begun.over();
    }

    private void over(String id, UnderWay begun) {
        underWay.computeIfPresent(id, (_, now) -> now.over() == begun.over() ? null : now);
        begun.over().countDown();
    }

    private void end(String id, Coordinator coordinator, boolean isOfEarlierLife) throws InterruptedException {
        var decided = persistently(id, () -> coordinator.decided(id)).flatMap(found -> found);
        if (decided.isEmpty()) return;
        var ending = decided.get();
        var left = isOfEarlierLife && !ending.isNewEpoch() ? ending.in(open(ending)) : ending;
        if (endEverywhere(left)) persistently(id, () -> coordinator.complete(ending));
    }

    private Set<TopicPartition> open(Ending ending) {
        return ending.partitions().stream()
                .filter(partition -> writer.isOpen(partition, ending.producer().id()))
                .collect(Collectors.toSet());
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

    /// A partition that is fenced by a higher epoch has been ended before, by this server's last life for
    /// one; one that is gone has nothing to end.
    private static boolean isEnded(Errors error) {
        return error == Errors.NONE
                || error == Errors.INVALID_PRODUCER_EPOCH
                || error == Errors.UNKNOWN_TOPIC_OR_PARTITION
                || error == Errors.INVALID_TOPIC_EXCEPTION;
    }

    /// Asks until there is an answer; empty if the server is closed before that, or the answer has nothing
    /// to say.
    private <T> Optional<T> persistently(String id, Supplier<CompletableFuture<T>> question)
            throws InterruptedException {
        var pause = FIRST_PAUSE;
        while (true) {
            try {
                return Optional.ofNullable(question.get().get());
            } catch (ExecutionException e) { // the partition is being loaded, or full
                LOG.log(DEBUG, "transaction not completed yet: id={0} cause={1}", id, e.getCause());
            }
            if (isClosingWithin(pause)) return Optional.empty();
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
