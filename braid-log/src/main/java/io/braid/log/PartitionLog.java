package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// One partition: any thread submits, one thread writes, any thread reads below [#end].
///
/// 1. Offsets are given without gaps and never again; compaction may leave gaps.
/// 2. `end` only grows, and only when the records below it are as durable as promised.
/// 3. After the first storage failure nothing more is written; opening the log again starts from the disk.
/// 4. Every append is answered exactly once.
public final class PartitionLog {
    /// The inbox's two counts in one number, so that both are taken in one step: appends above, bytes below.
    private static final int BYTES_BITS = 40;

    private static final long BYTES_MASK = (1L << BYTES_BITS) - 1;

    private final PartitionId id;
    private final Writer writer;
    private final LogConfig limits;
    private final InstantSource clock;
    private final int leaderEpoch;
    private final AtomicLong waiting = new AtomicLong();
    private final Set<OneWatch> watches = ConcurrentHashMap.newKeySet(); // bounded by those who may connect

    final PartitionTail tail; // writer thread only
    private volatile PartitionConfig config;
    private volatile List<Segment> segments; // in order; the writer changes it, by putting a new list here
    private volatile long start;
    private volatile long end;
    private volatile long stable; // at most `end`, which is written first
    private volatile Ending ending = Ending.OPEN;

    /// Whether the partition still takes appends and, if not, what to tell those who come.
    record Ending(boolean isOpen, String detail, Optional<IOException> cause) {
        static final Ending OPEN = new Ending(true, "", Optional.empty());

        /// Closed on purpose: what is there may still be read.
        static Ending quietly(String detail) {
            return new Ending(false, detail, Optional.empty());
        }

        static Ending because(String detail, IOException cause) {
            return new Ending(false, detail + ": " + cause.getMessage(), Optional.of(cause));
        }
    }

    PartitionLog(
            PartitionId id,
            PartitionConfig config,
            Writer writer,
            LogConfig limits,
            InstantSource clock,
            int leaderEpoch,
            PartitionTail tail,
            long start) {
        this.id = id;
        this.config = config;
        this.writer = writer;
        this.limits = limits;
        this.clock = clock;
        this.leaderEpoch = leaderEpoch;
        this.tail = tail;
        this.segments = tail.segments();
        this.start = start;
        this.end = tail.next();
        this.stable = tail.stable();
    }

    public PartitionId id() {
        return id;
    }

    public PartitionConfig config() {
        return config;
    }

    /// Submits one batch and never blocks: a full inbox is an answer, not a wait. The batch's bytes belong to
    /// the log until the answer is there. The answer is completed on the writer thread: what is chained to it
    /// must be short.
    public CompletableFuture<AppendOutcome> append(Batch batch) {
        return submit(batch, Origin.ANYBODY);
    }

    /// The same for a transactional batch whose coordinator was asked whether its transaction has this partition in it.
    /// It may then begin the transaction here, unless that has ended since: `seen` is what [#transaction] said
    /// before the coordinator was asked. Others are refused with [AppendOutcome.Reason#NOT_IN_TRANSACTION] if they
    /// would begin one, so that no late batch can begin a transaction that nobody ends (KIP-890).
    public CompletableFuture<AppendOutcome> append(Batch batch, TransactionStatus seen) {
        return submit(batch, new Origin.InTransaction(seen));
    }

    /// The same for the one appender a partition has (such as a group coordinator), which numbers its records
    /// itself and so need not wait to know their offsets: refused with [AppendOutcome.Reason#NOT_NEXT] unless
    /// the batch gets exactly `expectedOffset`. A refusal for want of room is already complete when this
    /// returns. Sequence numbers are not looked at.
    public CompletableFuture<AppendOutcome> append(Batch batch, long expectedOffset) {
        return submit(batch, new Origin.Coordinator(expectedOffset));
    }

    /// Appends the marker that ends a producer's transaction here, whether it has records here or not (KIP-98).
    ///
    /// @param producerEpoch    below the producer's own it is refused with [AppendOutcome.Reason#FENCED]; above,
    ///     it begins that epoch
    /// @param isNewEpoch       whether the epoch must be above that of the transaction's records (KIP-890,
    ///     transactions of version 2), so that a marker that comes late ends no later transaction
    /// @param coordinatorEpoch for the record, nothing is decided by it
    public CompletableFuture<AppendOutcome> endTransaction(
            long producerId, short producerEpoch, boolean isCommit, boolean isNewEpoch, int coordinatorEpoch) {
        return endTransaction(producerId, producerEpoch, isCommit, isNewEpoch, coordinatorEpoch, Origin.ANY_OFFSET);
    }

    /// The same for the one appender a partition has.
    public CompletableFuture<AppendOutcome> endTransaction(
            long producerId,
            short producerEpoch,
            boolean isCommit,
            boolean isNewEpoch,
            int coordinatorEpoch,
            long expectedOffset) {
        var marker = EndMarker.batch(producerId, producerEpoch, isCommit, coordinatorEpoch, clock.millis());
        return submit(marker, new Origin.Ending(expectedOffset, isNewEpoch));
    }

    /// How it stands with a producer's transaction here. Any thread.
    public TransactionStatus transaction(long producerId) {
        return tail.producers().transactions().of(producerId);
    }

    private CompletableFuture<AppendOutcome> submit(Batch batch, Origin origin) {
        var now = ending;
        if (!now.isOpen()) return refused(AppendOutcome.Reason.NOT_OWNER, now.detail());
        int most = Math.min(config.batchBytesMax(), limits.batchBytesMax());
        if (batch.bytes().byteSize() > most)
            return refused(
                    AppendOutcome.Reason.TOO_LARGE,
                    "the batch has %d bytes, %s takes %d"
                            .formatted(batch.bytes().byteSize(), id, most));
        var fault = batch.fault();
        if (fault.isPresent()) return refused(AppendOutcome.Reason.CORRUPT, fault.get());
        long before = takeRoom(batch.byteSize());
        if (before >= 0)
            return refused(
                    AppendOutcome.Reason.OVERLOADED,
                    "%d appends with %d bytes are already waiting"
                            .formatted(before >>> BYTES_BITS, before & BYTES_MASK));
        var append = new Work.Append(this, batch, origin);
        writer.submit(append);
        return append.answer;
    }

    /// Answers -1 if there was room, which is taken now, or else what waits.
    private long takeRoom(int bytes) {
        while (true) {
            long before = waiting.get();
            long count = before >>> BYTES_BITS;
            if (count >= limits.inboxMax()) return before;
            if (count > 0 && (before & BYTES_MASK) + bytes > limits.inboxBytesMax()) return before;
            if (waiting.compareAndSet(before, before + (1L << BYTES_BITS) + bytes)) return -1;
        }
    }

    private static CompletableFuture<AppendOutcome> refused(AppendOutcome.Reason reason, String detail) {
        return CompletableFuture.completedFuture(new AppendOutcome.Refused(reason, detail));
    }

    /// The first offset that is still held.
    public long start() {
        return start;
    }

    /// The first offset that may not be read yet (Kafka: high watermark).
    public long end() {
        return end;
    }

    /// The first offset that readers of committed records may not read yet (Kafka: last stable offset): where the
    /// oldest open transaction begins, or [#end] if none is open.
    public long lastStable() {
        return Math.max(start, stable);
    }

    /// The aborted transactions that have records in offsets `[from, to)`, of which `to` is at most [#lastStable].
    public List<AbortedTransaction> aborted(long from, long to) {
        var found = new ArrayList<AbortedTransaction>();
        var seen = segments;
        int at = seen.indexOf(segmentOf(seen, from));
        while (at < seen.size() && seen.get(at).extent().aborted().collect(from, to, found)) at++;
        return found;
    }

    /// The epoch stamped into batches written now: how often this data directory has been opened.
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /// The largest epoch not above `epoch` that has batches here, and the offset after its last one (KIP-320).
    public EpochEnd epochEnd(int epoch) {
        return tail.epochs().endOf(epoch, end);
    }

    /// `epoch` is -1 and `end` is -1 if there is no such epoch.
    public record EpochEnd(int epoch, long end) {}

    /// Whole batches from the one that holds `offset` (or the first behind it, if that is gone) on, below `limit`
    /// (which is [#end] or [#lastStable]) and
    /// from one segment; at most `bytesMax` bytes, but always the first batch if there is one.
    ///
    /// @throws IOException the disk failed, or the partition is closed because it did
    public ReadOutcome read(long offset, long limit, int bytesMax) throws IOException {
        failIfBroken();
        long last = end;
        if (offset < start || offset > last) return new ReadOutcome.OutOfRange(start, last);
        long below = Math.min(limit, last);
        while (offset < below) {
            var segment = segmentOf(segments, offset);
            if (!segment.hold()) { // deleted just now: its successor list tells
                if (offset < start) return new ReadOutcome.OutOfRange(start, end);
                if (!ending.isOpen()) throw new IOException(ending.detail());
                continue;
            }
            boolean given = false;
            try {
                var slice = segment.slice(offset, below, bytesMax);
                given = true;
                return new ReadOutcome.Found(slice);
            } finally {
                if (!given) segment.release();
            }
        }
        return new ReadOutcome.Found(new EmptySlice(offset, offset));
    }

    /// The base offset of the first batch that holds a record of this time or later; empty if there is none
    /// below `end`.
    public OptionalLong batchAt(long timestampMillis) throws IOException {
        failIfBroken();
        long limit = end;
        var seen = segments;
        for (var segment : seen) {
            if (segment.extent().maxTimestamp() < timestampMillis) continue;
            if (!segment.hold()) { // deleted or replaced just now: the list of now tells
                if (seen != segments) return batchAt(timestampMillis);
                continue;
            }
            try {
                var found = segment.batchAt(timestampMillis, limit);
                if (found.isPresent()) return found;
            } finally {
                segment.release();
            }
        }
        return OptionalLong.empty();
    }

    /// The base offset of the first batch with the largest timestamp of all below `end`; empty if no batch has
    /// one.
    public OptionalLong newestBatch() throws IOException {
        failIfBroken();
        var newest = OptionalLong.empty();
        long timestamp = -1;
        for (var segment : segments) {
            var extent = segment.extent();
            if (extent.maxTimestamp() <= timestamp) continue;
            timestamp = extent.maxTimestamp();
            newest = OptionalLong.of(extent.maxTimestampAt());
        }
        return newest;
    }

    /// Deletes all records below `offset`; the answer is the new [#start], durable. Fails with
    /// [IllegalArgumentException] if `offset` is above [#end].
    public CompletableFuture<Long> deleteBefore(long offset) {
        var work = new Work.DeleteBefore(this, offset, new CompletableFuture<>());
        writer.submit(work);
        return work.answer();
    }

    /// Runs `wake` once, on any thread, as soon as [#end] is above `offset` (at once if it is already), or the
    /// partition is closed. `wake` must be short. Closing the watch forgets it.
    public Watch watch(long offset, Runnable wake) {
        var watch = new OneWatch(offset, wake);
        watches.add(watch);
        if (end > offset || !ending.isOpen()) watch.fire(); // moved before it was seen: nobody else would wake it
        return watch;
    }

    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    private final class OneWatch implements Watch {
        private final long offset;
        private final Runnable wake;
        private final AtomicBoolean over = new AtomicBoolean();

        OneWatch(long offset, Runnable wake) {
            this.offset = offset;
            this.wake = wake;
        }

        void fire() {
            watches.remove(this);
            if (over.compareAndSet(false, true)) wake.run();
        }

        @Override
        public void close() {
            over.set(true);
            watches.remove(this);
        }
    }

    /// Bytes held in segments.
    public long byteSize() {
        long size = 0;
        for (var segment : segments) size += segment.extent().size() - SegmentHeader.BYTES;
        return size;
    }

    /// New settings, from the next append on.
    public void configure(PartitionConfig config) {
        reconfigure(config);
    }

    /// The same; the answer comes when a crash would not undo it.
    CompletableFuture<Void> reconfigure(PartitionConfig changed) {
        if (changed.equals(config)) return CompletableFuture.completedFuture(null);
        var work = new Work.Configure(this, changed, new CompletableFuture<>());
        writer.submit(work);
        return work.answer();
    }

    // What the writer does to a partition. Writer thread only, unless said otherwise.

    void giveBackRoom(Batch batch) {
        waiting.addAndGet(-(1L << BYTES_BITS) - batch.byteSize());
    }

    void apply(PartitionConfig changed) {
        config = changed;
    }

    /// Shows readers what the turn has written, then wakes those who wait for it.
    void publish() {
        tail.publish();
        segments = tail.segments();
        end = tail.next();
        stable = tail.stable();
        wake(false);
    }

    /// Shows readers that records were deleted.
    void publishStart(long newStart) {
        start = newStart;
        segments = tail.segments();
    }

    /// Shows readers that the same records are elsewhere.
    void publishSegments() {
        segments = tail.segments();
    }

    /// What readers find, in order. Any thread.
    List<Segment> segments() {
        return segments;
    }

    /// Any thread.
    boolean isOpen() {
        return ending.isOpen();
    }

    /// Takes no more appends; reads go on if there is no cause.
    void close(Ending why) {
        if (!ending.isOpen()) return;
        ending = why;
        wake(true);
    }

    Ending ending() {
        return ending;
    }

    private void wake(boolean all) {
        if (watches.isEmpty()) return;
        long now = end;
        for (var watch : watches) if (all || now > watch.offset) watch.fire();
    }

    private void failIfBroken() throws IOException {
        var now = ending;
        if (now.cause().isPresent())
            throw new IOException(now.detail(), now.cause().get());
    }

    /// The segment that holds an offset. Any thread.
    static Segment segmentOf(List<Segment> segments, long offset) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).base() <= offset) low = middle;
            else high = middle - 1;
        }
        return segments.get(low);
    }
}
