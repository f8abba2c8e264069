package io.braid.log;

import java.util.random.RandomGenerator;

/// What the log needs to keep sealed segments in a tier. The tier stays its owner's to close, after the log.
///
/// @param cacheBytes what the log keeps in memory of what it read there lately; batches on their way to clients
///     may take as much again
/// @param random     makes keys unique, also among copies of one data directory
public record TierAccess(Tier tier, long cacheBytes, RandomGenerator random) {
    public static final long CACHE_BYTES = 64 << 20;
    public static final long CACHE_BYTES_MIN = 4 << 20;
    public static final long CACHE_BYTES_MAX = 1L << 40;

    public TierAccess {
        new Problems()
                .require(
                        cacheBytes >= CACHE_BYTES_MIN && cacheBytes <= CACHE_BYTES_MAX,
                        "storage.tier-cache-bytes",
                        cacheBytes,
                        "must be from %d to %d".formatted(CACHE_BYTES_MIN, CACHE_BYTES_MAX))
                .raise();
    }
}
