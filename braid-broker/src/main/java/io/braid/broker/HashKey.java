package io.braid.broker;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A point of the space onto which partition keys are hashed: an unsigned 128-bit number. `high` and `low` are
/// its halves.
public record HashKey(long high, long low) implements Comparable<HashKey> {
    public static final HashKey MIN = new HashKey(0, 0);
    public static final HashKey MAX = new HashKey(-1, -1);

    private static final int BYTES = 16;

    /// The MD5 of a partition key (its UTF-8 bytes), as Kinesis places it.
    public static HashKey ofPartitionKey(byte[] key) {
        return of(ByteBuffer.wrap(md5().digest(key)));
    }

    /// @throws IllegalArgumentException outside `[0, 2^128-1]`
    public static HashKey of(BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > 8 * BYTES)
            throw new IllegalArgumentException("hash key %s: must be in the range [0, 2^128-1]".formatted(value));
        return new HashKey(value.shiftRight(Long.SIZE).longValue(), value.longValue());
    }

    private static HashKey of(ByteBuffer bytes) {
        return new HashKey(bytes.getLong(), bytes.getLong());
    }

    public BigInteger toBigInteger() {
        var bytes = ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
        return new BigInteger(1, bytes);
    }

    /// The key after this one.
    ///
    /// @throws IllegalStateException this is [#MAX]
    HashKey next() {
        if (equals(MAX)) throw new IllegalStateException("nothing comes after 2^128-1");
        return new HashKey(low == -1 ? high + 1 : high, low + 1);
    }

    /// The key before this one.
    ///
    /// @throws IllegalStateException this is [#MIN]
    HashKey previous() {
        if (equals(MIN)) throw new IllegalStateException("nothing comes before 0");
        return new HashKey(low == 0 ? high - 1 : high, low - 1);
    }

    @Override
    public int compareTo(HashKey other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return toBigInteger().toString();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
