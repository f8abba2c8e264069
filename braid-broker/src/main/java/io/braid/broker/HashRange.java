package io.braid.broker;

import java.util.List;

/// The hash keys from `first` to `last`, both included.
public record HashRange(HashKey first, HashKey last) {
    public boolean contains(HashKey key) {
        return first.compareTo(key) <= 0 && key.compareTo(last) <= 0;
    }

    /// The whole space in `count` ranges as even as Amazon's: range i starts at floor(2^128 / count) * i.
    public static List<HashRange> even(int count) {
        throw new UnsupportedOperationException();
    }
}
