package io.braid.aws.scaling;

import io.braid.broker.HashKey;
import io.braid.broker.HashRange;
import java.math.BigInteger;
import java.util.TreeMap;

/// Hash keys of some records that came to a shard lately, each with the part of what a shard takes that its records
/// were: says where a split would share the load, and whether it could. One thread.
public final class KeySample {
    /// Fewer records tell nothing.
    private static final int RECORDS_MIN = 20;
    /// The middle of the keys is good enough if neither side takes more than this part of the load: shards of even
    /// width are easier to merge, and a sample is only a sample.
    private static final double UNEVEN = 0.65;
    /// If the best border leaves more than this part on one side, at least three fifths of the load are one key's.
    private static final double ONE_SIDED = 0.8;
    /// As Amazon's SplitShard: either child has two keys at least.
    private static final BigInteger WIDTH_MIN = BigInteger.valueOf(4);

    private final TreeMap<HashKey, Double> weights = new TreeMap<>();
    private int records;
    private double total;

    /// What to do about a shard that is hot.
    sealed interface Advice {
        /// @param key the first of the upper child
        record SplitAt(HashKey key) implements Advice {}

        /// A split would leave nearly all of the load on one side.
        ///
        /// @param percent of the shard's load
        record OneKey(HashKey key, int percent) implements Advice {}
    }

    /// @param bytes of the record's data and key
    public void add(HashKey key, long bytes) {
        double weight = bytes / Load.SHARD_BYTES + 1 / Load.SHARD_RECORDS;
        weights.merge(key, weight, Double::sum);
        total += weight;
        records++;
    }

    /// @param range of the shard; all keys lie in it
    Advice advise(HashRange range) {
        if (width(range).compareTo(WIDTH_MIN) < 0) return new Advice.OneKey(range.first(), 100);
        var middle = middle(range);
        if (records < RECORDS_MIN) return new Advice.SplitAt(middle);
        double below = sum(weights.headMap(middle));
        if (Math.max(below, total - below) <= UNEVEN * total) return new Advice.SplitAt(middle);
        return atBestBorder(range, middle);
    }

    private Advice atBestBorder(HashRange range, HashKey middle) {
        var before = range.first(); // the last key below the border
        var border = range.first();
        double best = 0; // below the border
        double below = 0;
        var last = range.first();
        for (var key : weights.entrySet()) {
            if (Math.abs(total / 2 - below) < Math.abs(total / 2 - best)) {
                best = below;
                before = last;
                border = key.getKey();
            }
            below += key.getValue();
            last = key.getKey();
        }
        if (Math.max(best, total - best) > ONE_SIDED * total) return heaviest();
        // Anywhere between the two keys is as good: as near to the middle as that goes.
        return new Advice.SplitAt(inside(range, clamped(middle, next(before), border)));
    }

    private Advice heaviest() {
        var heaviest = weights.entrySet().stream()
                .max(java.util.Map.Entry.comparingByValue())
                .orElseThrow();
        return new Advice.OneKey(heaviest.getKey(), (int) Math.round(100 * heaviest.getValue() / total));
    }

    private static double sum(java.util.Map<HashKey, Double> weights) {
        return weights.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static BigInteger width(HashRange range) {
        return range.last()
                .toBigInteger()
                .subtract(range.first().toBigInteger())
                .add(BigInteger.ONE);
    }

    /// Where the upper half begins.
    static HashKey middle(HashRange range) {
        return HashKey.of(range.first().toBigInteger().add(width(range).shiftRight(1)));
    }

    private static HashKey next(HashKey key) {
        return HashKey.of(key.toBigInteger().add(BigInteger.ONE));
    }

    /// At least two keys from either end.
    private static HashKey inside(HashRange range, HashKey key) {
        var first = HashKey.of(range.first().toBigInteger().add(BigInteger.TWO));
        var last = HashKey.of(range.last().toBigInteger().subtract(BigInteger.ONE));
        return clamped(key, first, last);
    }

    private static HashKey clamped(HashKey key, HashKey least, HashKey most) {
        if (key.compareTo(least) < 0) return least;
        return key.compareTo(most) > 0 ? most : key;
    }
}
