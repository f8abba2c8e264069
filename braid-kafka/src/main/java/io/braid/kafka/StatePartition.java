package io.braid.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Duplicate;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.AppendOutcome.Unknown;
import io.braid.log.Batch;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/// The writing side of one partition of a stream in which a coordinator of Kafka's keeps what it knows. It is the
/// partition's only appender, so it numbers the records itself and tells the coordinator their offsets before
/// they are on disk; the answers to clients wait in the coordinator until [Committed] says that they are.
///
///     loading ──loaded──► good ──an append fails──► out of step ──all appends answered──► reload ──► loading
///
/// What the coordinator holds in memory runs ahead of the disk. An append that is refused at once changes
/// nothing: the coordinator takes that one change back. One that fails later leaves memory ahead of what the
/// disk will ever hold, so every further append is refused too, and as soon as no append is under way any
/// more the coordinator is made to forget this partition and to load it again from the log. What clients can bring
/// about (a producer that was fenced) must therefore be refused at once, which is what [TransactionGuards] is for.
///
/// [#append] is called by the coordinator under its lock for this partition and never waits. Answers come on
/// the log's writer thread. [#loaded] is called between the two lives of a loaded partition, when nobody
/// appends.
final class StatePartition {
    private static final System.Logger LOG = System.getLogger(StatePartition.class.getName());

    /// Is told up to which offset the records are on disk. Called on the log's writer thread; must not wait.
    interface Committed {
        void upTo(long offset);
    }

    private final TopicPartition name;
    private final StateLog log;
    private final Runnable reload;
    private final TransactionGuards guards;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean reloadAsked = new AtomicBoolean();
    private long next; // the coordinator, under its lock for this partition
    private volatile Committed committed = offset -> {};
    private volatile boolean outOfStep;

    /// @param reload makes the coordinator forget this partition and load it again; must not wait
    StatePartition(TopicPartition name, StateLog log, Runnable reload) {
        this.name = name;
        this.log = log;
        this.reload = reload;
        this.guards = new TransactionGuards(log);
    }

    TopicPartition name() {
        return name;
    }

    StateLog log() {
        return log;
    }

    TransactionGuards guards() {
        return guards;
    }

    /// The coordinator holds everything below `end`, and appends follow from there.
    void loaded(long end) {
        next = end;
        guards.forget();
        outOfStep = false;
        reloadAsked.set(false);
    }

    void listen(Committed committed) {
        this.committed = committed;
    }

    /// Submits one batch, which is copied: the coordinator uses its buffer again at once. Answers the offset
    /// after the batch's last record.
    ///
    /// @param guard              of a batch that belongs to a transaction: what its question was given
    /// @param transactionVersion of a batch that ends one
    /// @throws ApiException nothing was written, in the word that the coordinator translates for the client
    long append(MemoryRecords records, VerificationGuard guard, short transactionVersion) {
        if (outOfStep) throw reloading();
        var batch = copy(records);
        if (batch.isControl()) return end(EndOfTransaction.of(records, transactionVersion));
        if (!batch.isTransactional()) return submitted(log.append(batch, next), batch.recordCount(), () -> {});
        guards.check(batch, guard);
        var underWay = guards.begin(batch);
        return submitted(log.append(batch, next), batch.recordCount(), underWay);
    }

    private long end(EndOfTransaction marker) {
        guards.check(marker);
        var underWay = guards.begin(marker);
        return submitted(log.endTransaction(marker, next), 1, underWay);
    }

    /// @param settled run when the append is answered
    private long submitted(CompletableFuture<AppendOutcome> answer, int recordCount, Runnable settled) {
        unanswered.incrementAndGet();
        if (answer.state() == Future.State.SUCCESS && answer.resultNow() instanceof Refused refused) {
            if (mustReload(refused.reason())) fail(refused.reason() + ": " + refused.detail());
            settled.run();
            answered();
            throw refusal(refused);
        }
        long end = next + recordCount;
        next = end;
        answer.whenComplete((outcome, bug) -> {
            settled.run();
            if (bug != null) fail("the log failed to answer: " + bug);
            else settle(outcome, end);
            answered();
        });
        return end;
    }

    private void settle(AppendOutcome outcome, long end) {
        switch (outcome) {
            case Appended _ -> committed.upTo(end);
            case Duplicate duplicate -> fail("nothing is ever sent twice here, yet " + duplicate);
            case Refused refused -> fail(refused.reason() + ": " + refused.detail());
            case Unknown(var cause) -> fail("nobody can say whether it was written: " + cause);
        }
    }

    private void fail(String why) {
        if (!outOfStep) LOG.log(WARNING, "coordinator reloads: partition={0} cause={1}", name, why);
        outOfStep = true;
    }

    private void answered() {
        if (unanswered.decrementAndGet() == 0 && outOfStep && reloadAsked.compareAndSet(false, true)) reload.run();
    }

    /// Whether a refusal means that the log and the coordinator no longer agree, rather than that this one
    /// batch cannot be had.
    private static boolean mustReload(Reason reason) {
        return switch (reason) {
            case OVERLOADED, DISK_FULL, TOO_LARGE, CORRUPT -> false;
            case NOT_OWNER, NOT_NEXT, OUT_OF_SEQUENCE, FENCED, NOT_IN_TRANSACTION -> true;
        };
    }

    /// The coordinator makes of these: not available (retry), unknown server error, not coordinator (find it
    /// again).
    private ApiException refusal(Refused refused) {
        return switch (refused.reason()) {
            case OVERLOADED, DISK_FULL -> new NotEnoughReplicasException(refused.detail());
            case TOO_LARGE -> new RecordTooLargeException(refused.detail());
            case NOT_OWNER, NOT_NEXT, CORRUPT, OUT_OF_SEQUENCE, FENCED, NOT_IN_TRANSACTION ->
                new NotLeaderOrFollowerException(refused.reason() + ": " + refused.detail());
        };
    }

    private ApiException reloading() {
        return new NotLeaderOrFollowerException(name + " is being loaded again after a failed append");
    }

    private static Batch copy(MemoryRecords records) {
        var bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return new Batch(MemorySegment.ofArray(bytes));
    }
}
