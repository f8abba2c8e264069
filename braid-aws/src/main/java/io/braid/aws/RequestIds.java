package io.braid.aws;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// The two ids of every answer, by which people find a request again: unique, not secret. SplitMix64 over a
/// counter, so that any number of threads draw from one start value. Any thread.
final class RequestIds {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;
    private static final int EXTENDED_LONGS = 9; // 72 bytes, as Amazon's x-amz-id-2

    private final AtomicLong state;

    RequestIds(RandomGenerator random) {
        state = new AtomicLong(random.nextLong());
    }

    /// A version 4 UUID.
    String next() {
        long high = draw() & ~0xf000L | 0x4000L;
        long low = draw() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    /// The x-amz-id-2 header.
    String nextExtended() {
        var bytes = ByteBuffer.allocate(EXTENDED_LONGS * Long.BYTES);
        for (int i = 0; i < EXTENDED_LONGS; i++) bytes.putLong(draw());
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private long draw() {
        long z = state.getAndAdd(GAMMA);
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
