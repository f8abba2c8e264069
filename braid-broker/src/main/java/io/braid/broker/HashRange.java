package io.braid.broker;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// The hash keys from `first` to `last`, both included.
public record HashRange(HashKey first, HashKey last) {
    public static final HashRange WHOLE = new HashRange(HashKey.MIN, HashKey.MAX);

    private static final BigInteger SPACE = BigInteger.ONE.shiftLeft(128);

    public HashRange {
        if (first.compareTo(last) > 0)
            throw new IllegalArgumentException("hash range %s to %s: ends before it begins".formatted(first, last));
    }

    public boolean contains(HashKey key) {
        return first.compareTo(key) <= 0 && key.compareTo(last) <= 0;
    }

    /// Whether the other begins where this ends.
    public boolean isBefore(HashRange other) {
        return !last.equals(HashKey.MAX) && other.first.equals(last.next());
    }

    /// The whole space in `count` ranges as even as Amazon's: range i starts at floor(2^128 / count) * i, and the
    /// last one takes what the division leaves over.
    public static List<HashRange> even(int count) {
        if (count < 1) throw new IllegalArgumentException("%d ranges: must be at least 1".formatted(count));
        var step = SPACE.divide(BigInteger.valueOf(count));
        var ranges = new ArrayList<HashRange>(count);
        var first = BigInteger.ZERO;
        for (int i = 1; i < count; i++) {
            var next = first.add(step);
            ranges.add(new HashRange(HashKey.of(first), HashKey.of(next.subtract(BigInteger.ONE))));
            first = next;
        }
        ranges.add(new HashRange(HashKey.of(first), HashKey.MAX));
        return List.copyOf(ranges);
    }

    /// How many keys: 1 to 2^128.
    BigInteger width() {
        return last.toBigInteger().subtract(first.toBigInteger()).add(BigInteger.ONE);
    }

    /// The lower half and the upper half.
    ///
    /// @throws IllegalStateException a range of one key cannot be split
    List<HashRange> halves() {
        if (first.equals(last)) throw new IllegalStateException("hash range of the one key %s".formatted(first));
        var middle = first.toBigInteger().add(width().shiftRight(1)); // where the upper half starts
        return List.of(
                new HashRange(first, HashKey.of(middle.subtract(BigInteger.ONE))),
                new HashRange(HashKey.of(middle), last));
    }
}
