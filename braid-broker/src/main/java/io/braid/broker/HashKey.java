package io.braid.broker;

import java.math.BigInteger;

/// A point of the space onto which partition keys are hashed: an unsigned 128-bit number. `high` and `low` are
/// its halves.
public record HashKey(long high, long low) implements Comparable<HashKey> {
    public static final HashKey MIN = new HashKey(0, 0);
    public static final HashKey MAX = new HashKey(-1, -1);

    /// The MD5 of a partition key (its UTF-8 bytes), as Kinesis places it.
    public static HashKey ofPartitionKey(byte[] key) {
        throw new UnsupportedOperationException();
    }

    /// @throws IllegalArgumentException outside `[0, 2^128-1]`
    public static HashKey of(BigInteger value) {
        throw new UnsupportedOperationException();
    }

    public BigInteger toBigInteger() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(HashKey other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }
}
