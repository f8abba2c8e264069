package io.braid.log;

/// How a batch's records are compressed. The log never looks inside; readers that must, do (`io.braid.broker`).
public enum Compression {
    NONE,
    GZIP,
    SNAPPY,
    LZ4,
    ZSTD;

    private static final Compression[] BY_CODE = values();

    static boolean isKnown(int code) {
        return code < BY_CODE.length;
    }

    /// What a batch header's three bits say for it.
    int code() {
        return ordinal();
    }

    /// The codec of a batch header's three bits.
    static Compression of(int code) {
        return BY_CODE[code];
    }
}
