package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The end of a partition, where the writer works: it numbers batches and gives each its place in a segment.
/// Writer thread only, unless said otherwise.
final class PartitionTail {
    /// A run of batches that stand together in the writer's memory and will stand together in a segment.
    static final class Run {
        final Segment segment;
        final int position;
        final int from;
        int byteSize;

        Run(Segment segment, int position, int from) {
            this.segment = segment;
            this.position = position;
            this.from = from;
        }
    }

    private final Disk disk;
    private final PartitionId id;
    private final Producers producers;
    private final Epochs epochs;
    private Point synced; // all below it is on the disk, or will be before the next checkpoint says so
    private List<Segment> segments; // in order, the last one is written to; never empty; replaced, never changed
    private Segment active;
    private long activeSince; // when its first record came, or this life began

    final List<Work.Append> waiting = new ArrayList<>(); // of the turn that runs now
    final List<Run> runs = new ArrayList<>(); // of the turn that runs now
    private long unsyncedRecords; // not in the journal, and written to segments since their last sync
    private long unsyncedSince; // when the first of those came

    PartitionTail(
            Disk disk, PartitionId id, List<Segment> segments, Producers producers, Epochs epochs, long nowMillis) {
        this.activeSince = nowMillis;
        this.disk = disk;
        this.id = id;
        this.segments = List.copyOf(segments);
        this.active = segments.getLast();
        this.producers = producers;
        this.epochs = epochs;
        this.synced = pointAtEnd();
    }

    List<Segment> segments() {
        return segments;
    }

    /// Any thread.
    Epochs epochs() {
        return epochs;
    }

    Producers producers() {
        return producers;
    }

    Segment active() {
        return active;
    }

    long next() {
        return active.next();
    }

    /// The first offset that readers of committed records may not read.
    long stable() {
        return producers.transactions().stable(next());
    }

    /// Where a batch is that was sent before; empty if it is not here.
    Optional<AppendOutcome> find(Work.Append append) {
        return producers.check(append.batch, append.origin) instanceof Producers.Verdict.Seen(long first, long last)
                ? Optional.of(new AppendOutcome.Duplicate(first, last))
                : Optional.empty();
    }

    /// Numbers a batch and gives it its place; what is written where is noted in [#runs].
    AppendOutcome take(Work.Append append, PartitionConfig config, int leaderEpoch, GroupBuffer memory, long nowMillis)
            throws CorruptBatchException {
        long next = next();
        long expected = append.origin.offset();
        if (expected != Origin.ANY_OFFSET && expected != next)
            return new AppendOutcome.Refused(
                    AppendOutcome.Reason.NOT_NEXT,
                    "expected offset %d, the next of %s is %d".formatted(expected, id, next));
        var batch = append.batch;
        return switch (producers.check(batch, append.origin)) {
            case Producers.Verdict.Seen(long first, long last) -> new AppendOutcome.Duplicate(first, last);
            case Producers.Verdict.Gap(String detail) ->
                new AppendOutcome.Refused(AppendOutcome.Reason.OUT_OF_SEQUENCE, detail);
            case Producers.Verdict.Fenced(String detail) ->
                new AppendOutcome.Refused(AppendOutcome.Reason.FENCED, detail);
            case Producers.Verdict.NotInTransaction(String detail) ->
                new AppendOutcome.Refused(AppendOutcome.Reason.NOT_IN_TRANSACTION, detail);
            case Producers.Verdict.TooManyOpen(String detail) ->
                new AppendOutcome.Refused(AppendOutcome.Reason.OVERLOADED, detail);
            case Producers.Verdict.Fresh _ -> {
                batch.stamp(next, leaderEpoch);
                if (batch.isControl()) complete(batch);
                if (config.hasAppendTime()) batch.stampTime(nowMillis);
                place(batch, config, memory, nowMillis);
                producers.remember(batch, nowMillis);
                epochs.note(batch);
                if (unsyncedRecords == 0) unsyncedSince = nowMillis;
                unsyncedRecords += batch.recordCount();
                yield new AppendOutcome.Appended(next, batch.lastOffset());
            }
        };
    }

    private void complete(Batch marker) {
        var transactions = producers.transactions();
        EndMarker.complete(
                marker,
                transactions.firstOf(marker.producerId()),
                transactions.stableWithout(marker.producerId(), marker.nextOffset()));
    }

    private void place(Batch batch, PartitionConfig config, GroupBuffer memory, long nowMillis)
            throws CorruptBatchException {
        boolean isTooLarge = (long) active.size() + batch.byteSize() > config.segmentBytes();
        if (!isEmpty() && (isTooLarge || isOld(config.segmentMillis(), nowMillis))) roll();
        if (isEmpty()) activeSince = nowMillis;
        if (runs.isEmpty() || runs.getLast().segment != active) {
            int from = switch (config.durability()) {
                case DISK -> memory.beginRun(id, active.base(), active.size());
                case OS -> memory.beginLooseRun();
            };
            runs.add(new Run(active, active.size(), from));
        }
        memory.add(batch);
        runs.getLast().byteSize += batch.byteSize();
        active.note(batch);
    }

    private boolean isEmpty() {
        return active.size() == SegmentHeader.BYTES;
    }

    /// Whether the first record of the active segment came so long ago, as far as this life knows.
    private boolean isOld(long millis, long nowMillis) {
        return nowMillis - activeSince >= millis;
    }

    /// Seals the active segment if that is due by time, so that what is in it can be deleted or compacted in turn;
    /// answers whether it was.
    boolean rollIfDue(PartitionConfig config, long nowMillis) {
        if (isEmpty()) return false;
        long newest = active.extent().maxTimestamp();
        long kept = config.retention().millis();
        boolean isExpired = kept >= 0 && newest >= 0 && newest < nowMillis - kept;
        boolean isDue = isExpired || isOld(sealMillis(config), nowMillis);
        if (isDue) roll();
        return isDue;
    }

    /// Only sealed segments are compacted, so none may stay open for longer than compaction may wait.
    private static long sealMillis(PartitionConfig config) {
        return switch (config.compaction()) {
            case Compaction.None _ -> config.segmentMillis();
            case Compaction.ByKey byKey -> Math.min(config.segmentMillis(), byKey.lagMillisMax());
        };
    }

    private void roll() {
        active.seal();
        active = new Segment(disk, id, active.next());
        var longer = new ArrayList<>(segments);
        longer.add(active);
        segments = List.copyOf(longer);
    }

    /// Copies the turn's batches to the segments, through the page cache; answers whether that made a new file.
    boolean writeSegments(GroupBuffer memory) throws IOException {
        boolean isNewFile = false;
        for (var run : runs) {
            isNewFile |= !run.segment.isOnDisk();
            run.segment.write(run.position, memory.slice(run.from, run.byteSize));
        }
        return isNewFile;
    }

    /// Shows readers what was written.
    void publish() {
        for (var run : runs) run.segment.publish();
    }

    /// Segments all of whose records are below `offset`; they leave the list, and the caller deletes them.
    List<Segment> removeBefore(long offset) {
        int gone = 0;
        while (gone + 1 < segments.size() && segments.get(gone + 1).base() <= offset) gone++;
        var removed = List.copyOf(segments.subList(0, gone));
        if (gone > 0) {
            segments = List.copyOf(segments.subList(gone, segments.size()));
            epochs.trim(offset);
        }
        return removed;
    }

    /// Whether these stand together in the list, and are all sealed.
    boolean holds(List<Segment> some) {
        int at = segments.indexOf(some.getFirst());
        int end = at + some.size();
        return at >= 0 && end < segments.size() && segments.subList(at, end).equals(some);
    }

    /// Others take their place.
    void replace(List<Segment> olds, List<Segment> news) {
        var changed = new ArrayList<>(segments);
        int at = changed.indexOf(olds.getFirst());
        changed.subList(at, at + olds.size()).clear();
        changed.addAll(at, news);
        segments = List.copyOf(changed);
    }

    /// Where the partition would begin if all were deleted that its retention settings allow.
    long startByRetention(PartitionConfig config, long nowMillis) {
        long size = 0;
        for (var segment : segments) size += segment.size() - SegmentHeader.BYTES;
        int gone = 0;
        while (gone + 1 < segments.size()) {
            var segment = segments.get(gone);
            long newest = segment.extent().maxTimestamp();
            boolean isOld = config.retention().millis() >= 0
                    && (newest >= 0 ? newest < nowMillis - config.retention().millis() : segment.isHollow());
            size -= segment.size() - SegmentHeader.BYTES;
            boolean isTooMuch = config.retention().bytes() >= 0
                    && size >= config.retention().bytes();
            boolean isGivenUp = segment.isTiered() && config.retention().tiering() == Retention.Tiering.REMOVED;
            if (!isOld && !isTooMuch && !isGivenUp) break;
            gone++;
        }
        return segments.get(gone).base();
    }

    // What survives without the journal.

    /// Syncs the segments, so that nothing below the end depends on the journal.
    void sync() throws IOException {
        boolean isNewFile = false;
        for (var segment : segments) {
            isNewFile |= segment.isDirty();
            segment.sync();
        }
        if (isNewFile) {
            disk.syncDirectory(Segment.directoryOf(id));
            disk.syncDirectory("partitions");
        }
        moveSynced(pointAtEnd());
        unsyncedRecords = 0;
    }

    /// Whether a partition that skips the journal has to be synced by now.
    boolean isFlushDue(PartitionConfig config, long nowMillis) {
        return config.durability() == Durability.OS
                && (unsyncedRecords >= config.flushMessages() || nowMillis >= flushAt(config));
    }

    /// When that will be if no more records come; [Long#MAX_VALUE] for never.
    long flushAt(PartitionConfig config) {
        if (unsyncedRecords == 0 || config.durability() == Durability.DISK) return Long.MAX_VALUE;
        return config.flushMillis() > Long.MAX_VALUE - unsyncedSince
                ? Long.MAX_VALUE
                : unsyncedSince + config.flushMillis();
    }

    /// The state as of now; segments that must be synced before it may be believed are added to `written`, held.
    /// Without journal the active segment is left alone, unless this is the last checkpoint.
    Checkpoint.PartitionState snapshot(
            PartitionConfig config, long start, boolean isLast, List<Checkpoint.Written> written) {
        boolean isAll = isLast || config.durability() == Durability.DISK;
        for (var segment : segments)
            if (segment.isDirty() && (isAll || segment != active) && segment.hold()) written.add(segment.handOver());
        if (isAll) moveSynced(pointAtEnd());
        else if (synced.base() != active.base())
            moveSynced(new Point(active.base(), SegmentHeader.BYTES, active.base()));
        return state(config, start);
    }

    private void moveSynced(Point point) {
        synced = point;
        producers.transactions().settle(point.next());
    }

    /// The state up to where all is synced.
    Checkpoint.PartitionState state(PartitionConfig config, long start) {
        return new Checkpoint.PartitionState(
                id,
                config,
                start,
                synced.base(),
                synced.position(),
                synced.next(),
                epochs.beginnings().stream()
                        .filter(beginning -> beginning.offset() < synced.next())
                        .toList(),
                producers.below(synced.next()),
                producers.transactions().openAt(synced.next()));
    }

    /// Lets go of the files.
    void release() throws IOException {
        for (var segment : segments) segment.release();
    }

    private Point pointAtEnd() {
        return new Point(active.base(), active.size(), active.next());
    }

    /// A batch's beginning, or the end.
    private record Point(long base, int position, long next) {}
}
