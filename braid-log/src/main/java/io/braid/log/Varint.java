package io.braid.log;

/// The zig-zag variable-length integers of the record format: seven bits a byte, the lowest first.
final class Varint {
    private Varint() {}

    static int size(int value) {
        return sizeOfUnsigned(((value << 1) ^ (value >> 31)) & 0xffffffffL);
    }

    static int size(long value) {
        return sizeOfUnsigned((value << 1) ^ (value >> 63));
    }

    /// Writes `value` at `at`; answers the position after it.
    static int put(byte[] target, int at, int value) {
        return putUnsigned(target, at, ((value << 1) ^ (value >> 31)) & 0xffffffffL);
    }

    static int put(byte[] target, int at, long value) {
        return putUnsigned(target, at, (value << 1) ^ (value >> 63));
    }

    static long zigZag(long raw) {
        return (raw >>> 1) ^ -(raw & 1);
    }

    private static int sizeOfUnsigned(long raw) {
        return (70 - Long.numberOfLeadingZeros(raw | 1)) / 7;
    }

    private static int putUnsigned(byte[] target, int at, long raw) {
        while ((raw & ~0x7fL) != 0) {
            target[at++] = (byte) (raw & 0x7f | 0x80);
            raw >>>= 7;
        }
        target[at++] = (byte) raw;
        return at;
    }
}
