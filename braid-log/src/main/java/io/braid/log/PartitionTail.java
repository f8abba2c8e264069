package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
    private List<Segment> segments; // in order, the last one is written to; never empty; replaced, never changed
    private Segment active;

    final List<Work.Append> waiting = new ArrayList<>(); // of the turn that runs now
    final List<Run> runs = new ArrayList<>(); // of the turn that runs now

    PartitionTail(Disk disk, PartitionId id, List<Segment> segments, Producers producers, Epochs epochs) {
        this.disk = disk;
        this.id = id;
        this.segments = List.copyOf(segments);
        this.active = segments.getLast();
        this.producers = producers;
        this.epochs = epochs;
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

    /// Numbers a batch and gives it its place; what is written where is noted in [#runs].
    AppendOutcome take(
            Work.Append append, PartitionConfig config, int leaderEpoch, GroupBuffer memory, long nowMillis) {
        long next = next();
        if (append.expectedOffset != Work.ANY_OFFSET && append.expectedOffset != next)
            return new AppendOutcome.Refused(
                    AppendOutcome.Reason.NOT_NEXT,
                    "expected offset %d, the next of %s is %d".formatted(append.expectedOffset, id, next));
        var batch = append.batch;
        return switch (producers.check(batch)) {
            case Producers.Verdict.Seen(long first, long last) -> new AppendOutcome.Duplicate(first, last);
            case Producers.Verdict.Gap(String detail) ->
                new AppendOutcome.Refused(AppendOutcome.Reason.OUT_OF_SEQUENCE, detail);
            case Producers.Verdict.Fenced(String detail) ->
                new AppendOutcome.Refused(AppendOutcome.Reason.FENCED, detail);
            case Producers.Verdict.Fresh _ -> {
                batch.stamp(next, leaderEpoch);
                place(batch, config.segmentBytes(), memory);
                producers.remember(batch, nowMillis);
                epochs.note(batch);
                yield new AppendOutcome.Appended(next, batch.lastOffset());
            }
        };
    }

    private void place(Batch batch, int segmentBytes, GroupBuffer memory) {
        boolean isEmpty = active.size() == SegmentHeader.BYTES;
        if (!isEmpty && (long) active.size() + batch.byteSize() > segmentBytes) roll();
        if (runs.isEmpty() || runs.getLast().segment != active)
            runs.add(new Run(active, active.size(), memory.beginRun(id, active.base(), active.size())));
        memory.add(batch);
        runs.getLast().byteSize += batch.byteSize();
        active.note(batch);
    }

    private void roll() {
        active = new Segment(disk, id, active.next());
        var longer = new ArrayList<>(segments);
        longer.add(active);
        segments = List.copyOf(longer);
    }

    /// Copies the turn's batches to the segments, through the page cache.
    void writeSegments(GroupBuffer memory) throws IOException {
        for (var run : runs) {
            ByteBuffer bytes = memory.slice(run.from, run.byteSize);
            run.segment.write(run.position, bytes);
        }
    }

    /// Shows readers what was written.
    void publish() {
        for (var run : runs) run.segment.publish();
    }

    /// Segments all of whose records are below `offset`; they leave the list, and the caller deletes them.
    List<Segment> removeBefore(long offset) {
        int gone = 0;
        while (gone + 1 < segments.size() && segments.get(gone + 1).base() <= offset) gone++;
        var removed = segments.subList(0, gone);
        if (gone > 0) {
            segments = List.copyOf(segments.subList(gone, segments.size()));
            epochs.trim(offset);
        }
        return removed;
    }
}
