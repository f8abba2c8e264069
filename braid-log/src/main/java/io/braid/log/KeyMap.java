package io.braid.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The newest offset of each key in a run of records, in memory of a fixed size outside the heap. One thread.
///
/// A key is known by the first 16 bytes of its SHA-256: that any two of a billion keys share them has a chance below
/// one in 10^20, and to find two that do takes 2^64 tries. (Kafka takes MD5, for which such keys can be made.) Slots
/// are probed one after the other from where the first eight of those bytes point:
///
///     | digest (16) | offset + 1 (8), 0 if the slot is free |
final class KeyMap implements AutoCloseable {
    static final int BYTES_MIN = 256;

    private static final int SLOT_BYTES = 24;
    private static final int DIGEST_BYTES = 32;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment slots;
    private final long slotCount;
    private final long keysMax;
    private final MessageDigest sha256;
    private final byte[] digest = new byte[DIGEST_BYTES];
    private final MemorySegment digestWords = MemorySegment.ofArray(digest);
    private long keyCount;

    /// @param bytesMax   what it may take
    /// @param keysAtMost more will not come
    KeyMap(int bytesMax, long keysAtMost) {
        long needed = Math.min(keysAtMost, bytesMax) / 3 * 4 + 4;
        slotCount = Math.min(bytesMax / SLOT_BYTES, Math.max(BYTES_MIN / SLOT_BYTES, needed));
        keysMax = slotCount / 4 * 3; // fuller ones are probed for long
        slots = arena.allocate(slotCount * SLOT_BYTES);
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Notes that a record of this key has this offset, which is above all before; false if there is no room.
    boolean put(MemorySegment key, long offset) {
        long at = find(key);
        if (isFree(at)) {
            if (keyCount == keysMax) return false;
            keyCount++;
            slots.set(LONG, at, digestWords.get(LONG, 0));
            slots.set(LONG, at + Long.BYTES, digestWords.get(LONG, Long.BYTES));
        }
        slots.set(LONG, at + 2 * Long.BYTES, offset + 1);
        return true;
    }

    /// The largest offset of this key, -1 if it was not put.
    long newest(MemorySegment key) {
        return slots.get(LONG, find(key) + 2 * Long.BYTES) - 1;
    }

    long keyCount() {
        return keyCount;
    }

    /// The key's slot, or the one it would get. There is always a free one.
    private long find(MemorySegment key) {
        digest(key);
        long high = digestWords.get(LONG, 0);
        long low = digestWords.get(LONG, Long.BYTES);
        long slot = Math.unsignedMultiplyHigh(high, slotCount);
        while (true) {
            long at = slot * SLOT_BYTES;
            if (isFree(at) || slots.get(LONG, at) == high && slots.get(LONG, at + Long.BYTES) == low) return at;
            slot = slot + 1 == slotCount ? 0 : slot + 1;
        }
    }

    private boolean isFree(long at) {
        return slots.get(LONG, at + 2 * Long.BYTES) == 0;
    }

    private void digest(MemorySegment key) {
        sha256.update(key.asByteBuffer());
        try {
            sha256.digest(digest, 0, DIGEST_BYTES);
        } catch (java.security.DigestException e) {
            throw new IllegalStateException("SHA-256 has %d bytes".formatted(DIGEST_BYTES), e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
