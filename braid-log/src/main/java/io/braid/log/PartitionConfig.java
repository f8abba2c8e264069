package io.braid.log;

/// How one partition keeps its records; a stream's settings become one of these for each of its partitions.
///
/// @param durability    what an acknowledgement promises
/// @param batchBytesMax the largest batch taken, in bytes
/// @param segmentBytes  a segment that would grow past this is sealed and a new one begun
/// @param flushMessages with [Durability#OS]: sync after this many records; [Long#MAX_VALUE] for never
/// @param flushMillis   with [Durability#OS]: sync records at most this many milliseconds old; [Long#MAX_VALUE]
///     for never
/// @param retentionMillis a sealed segment is deleted once its newest record is this old; -1 keeps everything
/// @param retentionBytes  the oldest sealed segments are deleted while the rest still hold this much; -1 for no
///     limit
public record PartitionConfig(
        Durability durability,
        int batchBytesMax,
        int segmentBytes,
        long flushMessages,
        long flushMillis,
        long retentionMillis,
        long retentionBytes) {
    public static final PartitionConfig DEFAULT = new PartitionConfig(
            Durability.DISK, 12 << 20, 512 << 20, Long.MAX_VALUE, Long.MAX_VALUE, 7L * 24 * 3600 * 1000, -1);

    public PartitionConfig {
        new Problems()
                .require(
                        batchBytesMax >= Batch.HEADER_BYTES,
                        "batchBytesMax",
                        batchBytesMax,
                        "must be at least %d, the size of an empty batch".formatted(Batch.HEADER_BYTES))
                .require(
                        segmentBytes > SegmentHeader.BYTES,
                        "segmentBytes",
                        segmentBytes,
                        "must be above %d, the size of an empty segment".formatted(SegmentHeader.BYTES))
                .require(flushMessages >= 1, "flushMessages", flushMessages, "must be at least 1")
                .require(flushMillis >= 0, "flushMillis", flushMillis, "must be at least 0")
                .require(retentionMillis >= -1, "retentionMillis", retentionMillis, "must be at least -1, for ever")
                .require(retentionBytes >= -1, "retentionBytes", retentionBytes, "must be at least -1, for no limit")
                .raise();
    }
}
