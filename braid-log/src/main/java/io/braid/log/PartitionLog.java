package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

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

    /// How often in its retention time a partition is trimmed: an hour late at most, if that is a day.
    private static final int TRIMS = 24;

    private final PartitionId id;
    private final Writer writer;
    private final LogConfig limits;
    private final InstantSource clock;
    private final ColdReads cold;
    private final int leaderEpoch;
    private final AtomicLong waiting = new AtomicLong();
    private final Watches watches = new Watches();

    final PartitionTail tail; // writer thread only
    private final TierManifest manifest;
    private volatile long settledBase; // sealed segments below this one are on the disk, whatever becomes of journals
    private volatile PartitionConfig config;
    private volatile List<Segment> segments; // in order; the writer changes it, by putting a new list here
    private volatile long start;
    private volatile long end;
    private volatile long stable; // at most `end`, which is written first
    private volatile long appendedBytes; // the writer changes it
    private final LongAdder fetchedBytes = new LongAdder();
    private volatile Ending ending = Ending.OPEN;
    private volatile boolean isSuspended; // anybody writes it, the writer reads it
    private volatile Segment.Newest oldest = new Segment.Newest(-1, -1); // the first batch when it was trimmed last

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
            ColdReads cold,
            int leaderEpoch,
            PartitionTail tail,
            TierManifest manifest,
            long start) {
        this.id = id;
        this.config = config;
        this.writer = writer;
        this.limits = limits;
        this.clock = clock;
        this.cold = cold;
        this.leaderEpoch = leaderEpoch;
        this.tail = tail;
        this.manifest = manifest;
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
    /// the log until the answer is there; those of a batch that was appended then say what the log has stamped: its
    /// offset and, if the partition gives it, the time of append. The answer is completed on the writer thread, so
    /// that what is chained to it must be short.
    public CompletableFuture<AppendOutcome> append(Batch batch) {
        return submit(batch, Origin.ANYBODY);
    }

    /// The same for a transactional batch whose coordinator was asked whether its transaction has this partition in
    /// it. It may then begin the transaction here, unless that has ended since: `seen` is what [#transaction] said
    /// before the coordinator was asked. Others are refused with [AppendOutcome.Reason#NOT_IN_TRANSACTION] if they
    /// would begin one, so that no late batch can begin a transaction that nobody ends (KIP-890).
    public CompletableFuture<AppendOutcome> append(Batch batch, TransactionStatus seen) {
        return submit(batch, new Origin.InTransaction(seen));
    }

    /// The same for the one appender a partition has (such as a group coordinator), which numbers its records
    /// itself and so need not wait to know their offsets: refused with [AppendOutcome.Reason#NOT_NEXT] unless
    /// the batch gets exactly `expectedOffset`. A refusal for want of room, in the inbox or on the disk, is
    /// already complete when this returns. Sequence numbers are not looked at.
    ///
    /// @param purpose how far it may fill the disk
    public CompletableFuture<AppendOutcome> append(Batch batch, long expectedOffset, Purpose purpose) {
        return submit(batch, new Origin.Coordinator(expectedOffset, purpose));
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

    /// Writes nothing, and tells whether an idempotent batch is here already: [AppendOutcome.Duplicate] with the
    /// offsets it has, or else refused with [AppendOutcome.Reason#NOT_OWNER].
    public CompletableFuture<AppendOutcome> find(Batch batch) {
        return submit(batch, Origin.RETRY);
    }

    /// How it stands with a producer's transaction here. Any thread.
    public TransactionStatus transaction(long producerId) {
        return tail.producers().transactions().of(producerId);
    }

    /// Takes no more batches of producers until it is [resumed][#resume]: those that are not here already are refused
    /// with [AppendOutcome.Reason#NOT_OWNER]. Ends of transactions are taken. When the answer is there, all that
    /// was appended lies below [#end].
    public CompletableFuture<Void> suspend() {
        isSuspended = true;
        return producers().thenAccept(_ -> {}); // answered after everything that the writer took before
    }

    /// Says that a batch was refused before it came here: a producer that is not known yet must not begin with one
    /// behind it (see [Refusals]). Refusals of this log need not be told. Any thread.
    public void noteRefusal(Batch batch) {
        tail.producers().refusals().note(batch, clock.millis());
    }

    /// Undoes [#suspend].
    public void resume() {
        isSuspended = false;
    }

    /// Who has written here and is remembered, the one to be forgotten next first.
    public CompletableFuture<List<ProducerStatus>> producers() {
        var work = new Work.Ask(this, new CompletableFuture<>());
        writer.submit(work);
        return work.answer();
    }

    private CompletableFuture<AppendOutcome> submit(Batch batch, Origin origin) {
        var now = ending;
        if (!now.isOpen()) return refused(batch, AppendOutcome.Reason.NOT_OWNER, now.detail());
        int most = limits.batchBytesMax();
        if (origin.isLimitedHere()) most = Math.min(most, config.batchBytesMax());
        if (batch.bytes().byteSize() > most)
            return refused(
                    batch,
                    AppendOutcome.Reason.TOO_LARGE,
                    "the batch has %d bytes, %s takes %d"
                            .formatted(batch.bytes().byteSize(), id, most));
        if (writer.space().refuses(origin.purpose()))
            return refused(
                    batch,
                    AppendOutcome.Reason.DISK_FULL,
                    writer.space().state().text());
        var fault = batch.fault();
        if (fault.isPresent()) return refused(batch, AppendOutcome.Reason.CORRUPT, fault.get());
        long before = takeRoom(batch.byteSize());
        if (before >= 0)
            return refused(
                    batch,
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

    private CompletableFuture<AppendOutcome> refused(Batch batch, AppendOutcome.Reason reason, String detail) {
        noteRefusal(batch);
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

    /// The first offset that is on this disk; what is below it, from [#start] on, is read from the tier.
    public long localStart() {
        return Math.max(start, firstLocal(segments));
    }

    /// The last offset that is in the tier, on this disk too or not; -1 if there is none.
    public long lastTiered() {
        return manifest.lastUploaded(start);
    }

    /// The aborted transactions that have records in offsets `[from, to)`, of which `to` is at most [#lastStable].
    ///
    /// @throws IOException they are in the tier, and it or the disk failed
    public List<AbortedTransaction> aborted(long from, long to) throws IOException {
        var found = new ArrayList<AbortedTransaction>();
        var seen = segments;
        int at = seen.indexOf(segmentOf(seen, from));
        while (at < seen.size() && seen.get(at).aborted().collect(from, to, found)) at++;
        return found;
    }

    /// The epoch stamped into batches written now: how often this data directory had been opened before.
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /// The largest epoch not above `epoch` that has batches here, and the offset after its last one (KIP-320).
    public EpochEnd epochEnd(int epoch) {
        return tail.epochs().endOf(epoch, end);
    }

    /// The epoch of the batch that holds an offset; that of now at [#end], empty if it is not held.
    public OptionalInt epochAt(long offset) {
        if (offset == end) return OptionalInt.of(leaderEpoch);
        return offset < start || offset > end
                ? OptionalInt.empty()
                : tail.epochs().at(offset);
    }

    /// `epoch` is -1 and `end` is -1 if there is no such epoch.
    public record EpochEnd(int epoch, long end) {}

    /// Whole batches from the one that holds `offset` on (or the first behind it, if compaction has left nothing of
    /// that), below `limit` (which is [#end] or [#lastStable]) and from one segment; at most `bytesMax` bytes, but
    /// always the first batch if there is one. What nobody has looked at lately is checked first ([ColdReads]); no
    /// more is found than what lies before a damaged batch.
    ///
    /// Below [#localStart] this waits for the tier, for some seconds at most.
    ///
    /// @throws IOException the disk failed, or the partition is closed because it did; or the tier failed, which
    ///     closes nothing
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
                var outcome = segment.read(offset, below, bytesMax, cold, tail.epochs());
                given = outcome instanceof ReadOutcome.Found;
                return outcome;
            } catch (IOException e) {
                if (segment.isTiered() && offset < start) return new ReadOutcome.OutOfRange(start, end);
                throw e;
            } finally {
                if (!given) segment.release();
            }
        }
        return new ReadOutcome.Found(new EmptySlice(offset, offset));
    }

    /// The base offset of the first batch with offsets from `from` on whose newest record is of this time or later, or
    /// may be as it is damaged; empty if there is none below [#end]. That record may be one before `from`, in the
    /// batch that holds both.
    public OptionalLong batchAt(long timestampMillis, long from) throws IOException {
        failIfBroken();
        long limit = end;
        long first = Math.max(from, start);
        var seen = segments;
        for (var segment : seen.subList(seen.indexOf(segmentOf(seen, first)), seen.size())) {
            if (segment.extent().maxTimestamp() < timestampMillis) continue;
            if (!segment.hold()) return retry(() -> batchAt(timestampMillis, from));
            try {
                var found = segment.batchAt(timestampMillis, first, limit, cold, tail.epochs());
                if (found.isPresent()) return OptionalLong.of(found.get().offset());
            } finally {
                segment.release();
            }
        }
        return OptionalLong.empty();
    }

    /// The base offset of the first batch with the largest timestamp of all that begin at `from` or later, below
    /// [#end]; empty if none of them has one.
    public OptionalLong newestBatch(long from) throws IOException {
        failIfBroken();
        long limit = end;
        long first = Math.max(from, start);
        var newest = Optional.<Segment.Newest>empty();
        var seen = segments;
        for (var segment : seen.subList(seen.indexOf(segmentOf(seen, first)), seen.size())) {
            var extent = segment.extent();
            if (extent.maxTimestamp() <= newest.map(Segment.Newest::timestamp).orElse(-1L)) continue;
            boolean isWanted = extent.maxTimestampAt() >= first && extent.maxTimestampAt() < limit;
            if (isWanted) newest = Optional.of(new Segment.Newest(extent.maxTimestampAt(), extent.maxTimestamp()));
            else if (!segment.hold()) return retry(() -> newestBatch(from));
            else
                try {
                    newest = segment.newer(newest, first, limit);
                } finally {
                    segment.release();
                }
        }
        return newest.isPresent() ? OptionalLong.of(newest.get().offset()) : OptionalLong.empty();
    }

    private interface Search {
        OptionalLong again() throws IOException;
    }

    /// A segment was let go of just now, by deletion or because another took its place: the list of now tells.
    private OptionalLong retry(Search search) throws IOException {
        if (!ending.isOpen()) throw new IOException(ending.detail());
        return search.again();
    }

    /// Deletes all records below `offset`; the answer is the new [#start], durable. Fails with
    /// [IllegalArgumentException] if `offset` is above [#end].
    public CompletableFuture<Long> deleteBefore(long offset) {
        var work = new Work.DeleteBefore(this, offset, new CompletableFuture<>());
        writer.submit(work);
        return work.answer();
    }

    /// Deletes the batches at the beginning that are past retention, where their segment has younger ones, too; the
    /// writer deletes segments that are past it as a whole. Reads at most once in a part of the retention time, and
    /// answers [#start] once that is done. One thread at a time.
    CompletableFuture<Long> trim(long nowMillis) throws IOException {
        long from = start;
        long kept = config.retention().millis();
        var known = oldest;
        boolean isTooSoon = known.offset() == from && known.timestamp() >= nowMillis - kept - kept / TRIMS;
        if (kept < 0 || isTooSoon) return CompletableFuture.completedFuture(from);
        var segment = segmentOf(segments, from);
        // Of what is in the tier whole segments go: nobody here waits for it.
        if (segment.isTiered() || segment.extent().maxTimestamp() < nowMillis - kept || !segment.hold())
            return CompletableFuture.completedFuture(from);
        try {
            var young = segment.batchAt(nowMillis - kept, from, end, cold, tail.epochs());
            if (young.isEmpty()) return CompletableFuture.completedFuture(from);
            long upTo = Math.max(from, young.get().offset());
            oldest = new Segment.Newest(upTo, young.get().timestamp());
            return upTo > from ? deleteBefore(upTo) : CompletableFuture.completedFuture(from);
        } finally {
            segment.release();
        }
    }

    /// Runs `wake` once, on any thread, as soon as [#end] is above `offset` (at once if it is already), or the
    /// partition is closed. `wake` must be short. Closing the watch forgets it.
    public Watch watch(long offset, Runnable wake) {
        return watches.add(() -> end, offset, () -> !ending.isOpen(), wake);
    }

    /// The same for [#lastStable].
    public Watch watchStable(long offset, Runnable wake) {
        return watches.add(() -> stable, offset, () -> !ending.isOpen(), wake);
    }

    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /// Bytes held in segments on this disk.
    public long byteSize() {
        long size = 0;
        for (var segment : segments)
            if (!segment.isTiered()) size += segment.extent().size() - SegmentHeader.BYTES;
        return size;
    }

    /// Bytes of all batches that were appended since the log was opened, deleted since or not: as they are stored, so
    /// after compression. Never less than those of the records below [#end] that came since.
    public long appendedBytes() {
        return appendedBytes;
    }

    /// Somebody gives this many bytes of it to a consumer of Kafka's.
    public void countFetched(long bytes) {
        fetchedBytes.add(bytes);
    }

    /// What was [counted][#countFetched] since the log was opened.
    public long fetchedBytes() {
        return fetchedBytes.sum();
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

    // Segments. Any thread.

    List<Segment> segments() {
        return segments;
    }

    TierManifest manifest() {
        return manifest;
    }

    /// A checkpoint is on the disk: all segments below this one are, too, and no journal speaks of them.
    void settle(long base) {
        settledBase = base;
    }

    long settledBase() {
        return settledBase;
    }

    /// Has others take the place of sealed segments; see [Work.Replace].
    CompletableFuture<Boolean> replace(List<Segment> olds, List<Segment> news, Work.Swap swap) {
        var work = new Work.Replace(this, olds, news, swap, new CompletableFuture<>());
        writer.submit(work);
        return work.answer();
    }

    // What the writer does to a partition. Writer thread only, unless said otherwise.

    boolean refuses(Origin origin) {
        return origin.isRefused(isSuspended);
    }

    void giveBackRoom(Batch batch) {
        waiting.addAndGet(-(1L << BYTES_BITS) - batch.byteSize());
    }

    void apply(PartitionConfig changed) {
        config = changed;
    }

    /// Shows readers what the turn has written, then wakes those who wait for it.
    void publish() {
        long bytes = 0;
        for (var run : tail.runs) {
            cold.written(run.segment, run.position, run.byteSize);
            bytes += run.byteSize;
        }
        appendedBytes += bytes; // before `end`: whoever sees the records sees their bytes
        tail.publish();
        segments = tail.segments();
        end = tail.next();
        stable = tail.stable();
        watches.wake(false);
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

    /// Any thread.
    boolean isOpen() {
        return ending.isOpen();
    }

    /// Readers need not look at a segment that was written just now, and not by appending. Any thread.
    void noteFresh(Segment segment) {
        cold.written(segment, SegmentHeader.BYTES, segment.extent().size() - SegmentHeader.BYTES);
    }

    /// Takes no more appends; reads go on if there is no cause.
    void close(Ending why) {
        if (!ending.isOpen()) return;
        ending = why;
        watches.wake(true);
    }

    Ending ending() {
        return ending;
    }

    private void failIfBroken() throws IOException {
        var now = ending;
        if (now.cause().isPresent())
            throw new IOException(now.detail(), now.cause().get());
    }

    /// Where the first segment begins that is not in the tier; those that are come before all others. Any thread.
    static long firstLocal(List<Segment> segments) {
        int low = 0;
        int high = segments.size() - 1; // the last one is here
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).isTiered()) low = middle + 1;
            else high = middle;
        }
        return segments.get(low).base();
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
