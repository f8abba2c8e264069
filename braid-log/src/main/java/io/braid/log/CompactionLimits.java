package io.braid.log;

/// What compaction may take from the rest of the process.
///
/// @param keyBytes       memory for the keys of a pass, outside the heap and only while one runs; each key takes 32
///     bytes, and more keys than fit take more passes
/// @param bytesPerSecond what it reads and writes, together and at most
public record CompactionLimits(int keyBytes, long bytesPerSecond) {
    public static final CompactionLimits DEFAULT = new CompactionLimits(32 << 20, 100 << 20);

    public CompactionLimits {
        new Problems()
                .require(
                        keyBytes >= KeyMap.BYTES_MIN,
                        "log.compaction-key-bytes",
                        keyBytes,
                        "must be at least %d, which a few keys take".formatted(KeyMap.BYTES_MIN))
                .require(bytesPerSecond >= 1, "log.compaction-bytes-per-second", bytesPerSecond, "must be at least 1")
                .raise();
    }
}
