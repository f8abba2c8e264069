package io.braid.broker;

import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import java.util.SplittableRandom;

/// Kafka's `segment.jitter.ms`: how much sooner than `segment.ms` says each partition seals its segments, so that those
/// of a stream that began together do not end together. A partition's part of it is drawn once, from its identity: it
/// is the same after a restart and after a change of other settings.
///
/// @param millis the most that is taken, at least 0; never so much that nothing is left
record SegmentJitter(long millis) {
    /// @param settings of all partitions of the stream
    PartitionConfig applied(PartitionConfig settings, PartitionId id) {
        long bound = Math.min(millis, settings.segmentMillis());
        if (bound == 0) return settings;
        var stream = id.stream();
        long seed = stream.getMostSignificantBits() ^ Long.rotateLeft(stream.getLeastSignificantBits(), 1);
        long taken = new SplittableRandom(seed + id.index()).nextLong(bound);
        return settings.withSegmentMillis(settings.segmentMillis() - taken);
    }
}
