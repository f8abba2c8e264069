package io.braid.kafka;

import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.Batch;
import io.braid.log.TransactionStatus;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/// A partition in memory that answers at once, or when told to, and refuses or fails when told to. Any
/// thread.
final class FakeStateLog implements StateLog {
    private record Waiting(Batch batch, long expected, CompletableFuture<AppendOutcome> answer) {}

    private final List<byte[]> batches = new ArrayList<>();
    private final List<Long> firsts = new ArrayList<>();
    private final Map<Long, TransactionStatus> transactions = new HashMap<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private Optional<AppendOutcome> failure = Optional.empty();
    private Optional<IOException> damage = Optional.empty();
    private boolean holding;
    private long start;
    private long end;

    /// Appends wait for [#turn] from now on.
    synchronized FakeStateLog hold() {
        holding = true;
        return this;
    }

    /// The next append to be written has this outcome instead, and is not written.
    synchronized void failNext(AppendOutcome outcome) {
        failure = Optional.of(outcome);
    }

    synchronized void damage(String why) {
        damage = Optional.of(new IOException(why));
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /// Writes and answers one that waits, as the writer thread would.
    void turn() {
        Waiting next;
        AppendOutcome outcome;
        synchronized (this) {
            next = waiting.remove();
            outcome = write(next.batch(), next.expected());
        }
        next.answer().complete(outcome);
    }

    @Override
    public synchronized CompletableFuture<AppendOutcome> append(Batch batch, long expectedOffset) {
        var answer = new CompletableFuture<AppendOutcome>();
        if (holding) waiting.add(new Waiting(batch, expectedOffset, answer));
        else answer.complete(write(batch, expectedOffset));
        return answer;
    }

    @Override
    public CompletableFuture<AppendOutcome> endTransaction(EndOfTransaction end, long expectedOffset) {
        var type = end.isCommit() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        var records = MemoryRecords.withEndTransactionMarker(
                0, end.producerId(), end.epoch(), new EndTransactionMarker(type, end.coordinatorEpoch()));
        return append(new Batch(MemorySegment.ofBuffer(records.buffer())), expectedOffset);
    }

    @Override
    public synchronized TransactionStatus transaction(long producerId) {
        return transactions.getOrDefault(producerId, new TransactionStatus.None());
    }

    /// Appends what belongs to no transaction.
    static long append(StatePartition partition, MemoryRecords records) {
        return partition.append(records, VerificationGuard.SENTINEL, TransactionVersion.TV_UNKNOWN);
    }

    private void note(Batch batch) {
        if (batch.isControl())
            transactions.put(batch.producerId(), new TransactionStatus.Ended(end, batch.producerEpoch()));
        else if (batch.isTransactional())
            transactions.merge(
                    batch.producerId(),
                    new TransactionStatus.Open(end, batch.producerEpoch()),
                    (before, begun) -> before instanceof TransactionStatus.Open ? before : begun);
    }

    private AppendOutcome write(Batch batch, long expected) {
        var failed = failure;
        failure = Optional.empty();
        if (failed.isPresent()) return failed.get();
        if (expected != end) return new Refused(Reason.NOT_NEXT, "expected %d, next is %d".formatted(expected, end));
        if (batch.fault().isPresent())
            return new Refused(Reason.CORRUPT, batch.fault().get());
        var bytes = batch.bytes().toArray(ValueLayout.JAVA_BYTE);
        ByteBuffer.wrap(bytes).putLong(0, end);
        batches.add(bytes);
        firsts.add(end);
        note(batch);
        long first = end;
        end += batch.recordCount();
        return new Appended(first, end - 1);
    }

    @Override
    public synchronized long start() {
        return start;
    }

    @Override
    public synchronized CompletableFuture<Long> deleteBefore(long offset) {
        start = offset;
        return CompletableFuture.completedFuture(start);
    }

    @Override
    public synchronized long end() {
        return end;
    }

    /// One batch at a time.
    @Override
    public synchronized ByteBuffer read(long offset, int bytesMax) throws IOException {
        if (damage.isPresent()) throw damage.get();
        for (int i = batches.size() - 1; i >= 0; i--)
            if (firsts.get(i) <= offset) return ByteBuffer.wrap(batches.get(i).clone());
        return ByteBuffer.allocate(0);
    }
}
