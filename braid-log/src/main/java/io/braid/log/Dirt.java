package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What there is to compact in a partition.
///
///     start          firstDirty         bound                       end
///       │  compacted    │    dirty        │  not yet                  │
///       ├───────────────┼─────────────────┼───────────────────────────┤
///
/// @param segments   those that begin below the bound, from the partition's first
/// @param firstDirty from here on nobody has looked for superfluous records
/// @param bound      from here on nothing may be touched: the last stable offset, what is not sealed or not covered by
///     a checkpoint, or a segment with a record that is too young
record Dirt(PartitionLog partition, Compaction.ByKey policy, List<Segment> segments, long firstDirty, long bound) {
    /// Empty if a pass is not worth it yet. Any thread.
    static Optional<Dirt> due(PartitionLog partition, Compaction.ByKey policy, long nowMillis) throws IOException {
        var dirt = of(partition, policy, nowMillis);
        return dirt.isPresent() && dirt.get().isDue(nowMillis) ? dirt : Optional.empty();
    }

    /// Empty if there is nothing. Any thread.
    static Optional<Dirt> of(PartitionLog partition, Compaction.ByKey policy, long nowMillis) {
        if (isTiered(partition)) return Optional.empty();
        long covered = partition.settledBase();
        long bound = Math.min(covered, partition.lastStable());
        var segments = new ArrayList<Segment>();
        long firstDirty = covered;
        for (var segment : partition.segments()) {
            if (segment.base() >= bound) break;
            segments.add(segment);
            firstDirty = Math.min(firstDirty, segment.firstDirty());
        }
        firstDirty = Math.max(firstDirty, partition.start());
        bound = Math.min(bound, firstTooYoung(segments, firstDirty, policy, nowMillis));
        if (firstDirty >= bound) return Optional.empty();
        long below = bound;
        segments.removeIf(segment -> segment.base() >= below);
        return Optional.of(new Dirt(partition, policy, List.copyOf(segments), firstDirty, bound));
    }

    /// What is in the tier never changes, and what may be on its way there must not. Streams that are compacted are not
    /// allowed one; what is left of another time is waited for.
    private static boolean isTiered(PartitionLog partition) {
        return partition.config().retention().tiering() == Retention.Tiering.COPIED
                || !partition.manifest().entries().isEmpty();
    }

    /// Where the first segment begins that holds a record of which a younger one must not take the place yet.
    private static long firstTooYoung(
            List<Segment> segments, long firstDirty, Compaction.ByKey policy, long nowMillis) {
        if (policy.lagMillisMin() == 0) return Long.MAX_VALUE;
        for (var segment : segments) {
            var extent = segment.extent();
            if (extent.next() > firstDirty && extent.maxTimestamp() > nowMillis - policy.lagMillisMin())
                return segment.base();
        }
        return Long.MAX_VALUE;
    }

    /// The dirty part of the bytes, from 0 to 1.
    double ratio() {
        long clean = 0;
        long dirty = 0;
        for (var segment : segments) {
            int size = segment.extent().size() - SegmentHeader.BYTES;
            if (isDirty(segment)) dirty += size;
            else clean += size;
        }
        return (double) dirty / Math.max(1, clean + dirty);
    }

    private boolean isDue(long nowMillis) throws IOException {
        return ratio() > policy.dirtyRatioMin() || isOverdue(nowMillis);
    }

    /// Whether a record waits for longer than it may. As records come in about the order of their times, only the first
    /// batch of each segment is looked at, as Kafka does.
    private boolean isOverdue(long nowMillis) throws IOException {
        if (policy.lagMillisMax() == Long.MAX_VALUE) return false;
        for (var segment : segments) {
            if (!isDirty(segment) || !segment.hold()) continue;
            try {
                var walk = new BatchWalk(segment, segment.extent().size());
                walk.moveTo(SegmentHeader.BYTES);
                long oldest = walk.here() ? walk.maxTimestamp() : -1;
                if (oldest >= 0 && oldest < nowMillis - policy.lagMillisMax()) return true;
            } finally {
                segment.release();
            }
        }
        return false;
    }

    boolean isDirty(Segment segment) {
        return segment.extent().next() > firstDirty;
    }
}
