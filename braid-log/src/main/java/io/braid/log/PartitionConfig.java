package io.braid.log;

/// How one partition keeps its records; a stream's settings become one of these for each of its partitions.
///
/// @param durability    what an acknowledgement promises
/// @param batchBytesMax the largest batch taken, in bytes
/// @param hasAppendTime whether records get the time at which they are appended, instead of their producer's
/// @param segmentBytes  a segment that would grow past this is sealed and a new one begun
/// @param segmentMillis the same once this time has passed since its first record came; [Long#MAX_VALUE] for never
/// @param flushMessages with [Durability#OS]: sync after this many records; [Long#MAX_VALUE] for never
/// @param flushMillis   with [Durability#OS]: sync records at most this many milliseconds old; [Long#MAX_VALUE]
///     for never
/// @param retention     when old segments are deleted
/// @param compaction    whether only the newest record of each key is kept
public record PartitionConfig(
        Durability durability,
        int batchBytesMax,
        boolean hasAppendTime,
        int segmentBytes,
        long segmentMillis,
        long flushMessages,
        long flushMillis,
        Retention retention,
        Compaction compaction) {
    private static final long WEEK_MILLIS = 7L * 24 * 3600 * 1000;

    public static final PartitionConfig DEFAULT = new PartitionConfig(
            Durability.DISK,
            12 << 20,
            false,
            512 << 20,
            WEEK_MILLIS,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            new Retention(WEEK_MILLIS, -1),
            Compaction.NONE);

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
                .require(segmentMillis >= 1, "segmentMillis", segmentMillis, "must be at least 1")
                .require(flushMessages >= 1, "flushMessages", flushMessages, "must be at least 1")
                .require(flushMillis >= 0, "flushMillis", flushMillis, "must be at least 0")
                .raise();
    }

    /// What most partitions need: producers' own times, segments sealed by size alone, no compaction, no tier.
    public PartitionConfig(
            Durability durability,
            int batchBytesMax,
            int segmentBytes,
            long flushMessages,
            long flushMillis,
            long retentionMillis,
            long retentionBytes) {
        this(
                durability,
                batchBytesMax,
                false,
                segmentBytes,
                Long.MAX_VALUE,
                flushMessages,
                flushMillis,
                new Retention(retentionMillis, retentionBytes),
                Compaction.NONE);
    }

    public PartitionConfig with(Retention changed) {
        return new PartitionConfig(
                durability,
                batchBytesMax,
                hasAppendTime,
                segmentBytes,
                segmentMillis,
                flushMessages,
                flushMillis,
                changed,
                compaction);
    }

    public PartitionConfig withSegmentMillis(long changed) {
        return new PartitionConfig(
                durability,
                batchBytesMax,
                hasAppendTime,
                segmentBytes,
                changed,
                flushMessages,
                flushMillis,
                retention,
                compaction);
    }

    public PartitionConfig with(Compaction changed) {
        return new PartitionConfig(
                durability,
                batchBytesMax,
                hasAppendTime,
                segmentBytes,
                segmentMillis,
                flushMessages,
                flushMillis,
                retention,
                changed);
    }
}
