package io.braid.log;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Optional;

/// How segments in the tier are read: from whom, and past what is remembered of it.
record TierReader(Tier tier, TierCache cache) {
    /// A tier of which only the server reads.
    private static final class Unread implements Tier {
        @Override
        public void put(String key, long size, Source source) throws TierException {
            throw refusal(key);
        }

        @Override
        public void read(String key, long position, ByteBuffer target) throws TierException {
            throw refusal(key);
        }

        @Override
        public void delete(String key) throws TierException {
            throw refusal(key);
        }

        private static TierException refusal(String key) {
            return new TierException("%s is in the tier, which only the server reads".formatted(key));
        }

        @Override
        public String location() {
            return "tier";
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }

    /// For whoever looks at a data directory without its tier: recovery asks nothing of that.
    static Optional<TierReader> unread() {
        var tier = new Unread();
        var health = new TierHealth(tier.location(), InstantSource.system());
        return Optional.of(new TierReader(tier, new TierCache(0, Runnable::run, health)));
    }

    /// An uploaded segment of a partition.
    Segment segment(Disk disk, PartitionId partition, TierEntry entry, String key) {
        return Segment.tiered(disk, partition, entry, new TieredFile(tier, cache, key, entry.size()));
    }
}
