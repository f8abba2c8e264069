package io.braid.log;

/// How segments in the tier are read: from whom, and past what is remembered of it.
record TierReader(Tier tier, TierCache cache) {
    /// An uploaded segment of a partition.
    Segment segment(Disk disk, PartitionId partition, TierEntry entry, String key) {
        return Segment.tiered(disk, partition, entry, new TieredFile(tier, cache, key, entry.size()));
    }
}
