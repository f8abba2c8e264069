package io.braid.aws.kinesis;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Token buckets by what they belong to: only those that were used lately, as a full one is like a
/// new one. So it needs not be told what exists, and what is gone is forgotten. Not thread-safe.
///
/// @param <K> what has a bucket
/// @param <B> its bucket, or several
final class Buckets<K, B> {
    private static final int SWEPT_MIN = 1024;

    private final Supplier<B> fresh;
    private final Predicate<B> isFull;
    private final int most;
    private final Map<K, B> used = new HashMap<>(); // `most`, or twice those in use at the last sweep
    private int sweepAt = SWEPT_MIN;

    /// @param most that may be in use at once
    Buckets(Supplier<B> fresh, Predicate<B> isFull, int most) {
        this.fresh = fresh;
        this.isFull = isFull;
        this.most = most;
    }

    /// The bucket that belongs to this; empty if too many others are in use.
    Optional<B> of(K key) {
        var known = used.get(key);
        if (known != null) return Optional.of(known);
        if (used.size() >= Math.min(sweepAt, most)) sweep();
        if (used.size() >= most) return Optional.empty();
        var bucket = fresh.get();
        used.put(key, bucket);
        return Optional.of(bucket);
    }

    private void sweep() {
        used.values().removeIf(isFull);
        sweepAt = Math.max(SWEPT_MIN, 2 * used.size());
    }

    int size() {
        return used.size();
    }
}
