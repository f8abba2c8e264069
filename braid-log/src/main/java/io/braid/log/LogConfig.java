package io.braid.log;

import java.nio.file.Path;

/// Where and how the log of one process keeps its partitions. Sizes are in bytes, times in milliseconds.
///
/// @param directory        where everything lives; created when missing
/// @param writers          threads that write, each with a journal of its own, from 1 to 64
/// @param journalBytes     the size of one journal file; each writer has two, and changes from one to the other
///     when it is full
/// @param groupBytesMax    a writer's turn takes no more bytes than this at once (but always one batch)
/// @param batchBytesMax    the largest batch that any partition takes, whatever its own setting says
/// @param inboxMax         appends that may wait for the writer at one partition before more are refused
/// @param inboxBytesMax    the bytes that those may hold together (but one batch always fits)
/// @param producersMax     producers whose sequences a partition remembers; the one that wrote longest ago is
///     forgotten first
/// @param producerMillis   a producer that has not written for this long is forgotten
/// @param checkpointMillis how often segments are synced and the journal begins anew while records arrive
/// @param retentionCheckMillis how often old segments, and partitions to be compacted, are looked for
/// @param diskFreeMin      with less than this free on the disk users' records are refused; [#BY_ITSELF] for what the
///     other settings and the size of the disk suggest
/// @param diskReserveBytes room that is held to be given up when a write finds none; [#BY_ITSELF] likewise
/// @param compaction       what compaction may take from the rest
public record LogConfig(
        Path directory,
        int writers,
        int journalBytes,
        int groupBytesMax,
        int batchBytesMax,
        int inboxMax,
        int inboxBytesMax,
        int producersMax,
        long producerMillis,
        long checkpointMillis,
        long retentionCheckMillis,
        long diskFreeMin,
        long diskReserveBytes,
        CompactionLimits compaction) {
    /// For sizes that the log chooses.
    public static final long BY_ITSELF = -1;

    private static final int MIB = 1 << 20;
    private static final int WRITERS_MAX = 64;
    private static final int JOURNAL_BYTES_MIN = 16 << 10;

    public LogConfig {
        new Problems()
                .require(
                        writers >= 1 && writers <= WRITERS_MAX,
                        "log.writers",
                        writers,
                        "must be from 1 to 64, as each is a thread that has a journal of its own")
                .require(
                        batchBytesMax >= Batch.HEADER_BYTES,
                        "log.batch-bytes-max",
                        batchBytesMax,
                        "must be at least %d, the size of an empty batch".formatted(Batch.HEADER_BYTES))
                .require(groupBytesMax >= 1, "log.group-bytes-max", groupBytesMax, "must be at least 1")
                .require(
                        journalBytes / 4 >= Math.max(groupBytesMax, batchBytesMax),
                        "log.journal-bytes",
                        journalBytes,
                        "must be at least four times log.group-bytes-max (%d) and log.batch-bytes-max (%d)"
                                .formatted(groupBytesMax, batchBytesMax))
                .require(
                        journalBytes >= JOURNAL_BYTES_MIN,
                        "log.journal-bytes",
                        journalBytes,
                        "must be at least %d".formatted(JOURNAL_BYTES_MIN))
                .require(inboxMax >= 1, "log.inbox-max", inboxMax, "must be at least 1, or nothing could be appended")
                .require(inboxBytesMax >= 1, "log.inbox-bytes-max", inboxBytesMax, "must be at least 1")
                .require(producersMax >= 1, "log.producers-max", producersMax, "must be at least 1")
                .require(producerMillis >= 1, "log.producer-millis", producerMillis, "must be at least 1")
                .require(checkpointMillis >= 1, "log.checkpoint-millis", checkpointMillis, "must be at least 1")
                .require(
                        retentionCheckMillis >= 1,
                        "log.retention-check-millis",
                        retentionCheckMillis,
                        "must be at least 1")
                .require(diskFreeMin >= BY_ITSELF, "log.disk-free-min", diskFreeMin, "must be at least 0")
                .require(
                        diskReserveBytes == BY_ITSELF || diskReserveBytes >= 1,
                        "log.disk-reserve-bytes",
                        diskReserveBytes,
                        "must be at least 1: making the reserve is also how the log finds out that there is room again")
                .raise();
    }

    /// With the usual limits for compaction.
    public LogConfig(
            Path directory,
            int writers,
            int journalBytes,
            int groupBytesMax,
            int batchBytesMax,
            int inboxMax,
            int inboxBytesMax,
            int producersMax,
            long producerMillis,
            long checkpointMillis,
            long retentionCheckMillis,
            long diskFreeMin,
            long diskReserveBytes) {
        this(
                directory,
                writers,
                journalBytes,
                groupBytesMax,
                batchBytesMax,
                inboxMax,
                inboxBytesMax,
                producersMax,
                producerMillis,
                checkpointMillis,
                retentionCheckMillis,
                diskFreeMin,
                diskReserveBytes,
                CompactionLimits.DEFAULT);
    }

    /// What suits a laptop and a small server. One writer: a group sync serves any number of partitions, and a
    /// second writer would split the groups and sync twice as often.
    public LogConfig(Path directory) {
        this(directory, 1);
    }

    public LogConfig(Path directory, int writers) {
        this(
                directory,
                writers,
                256 * MIB,
                4 * MIB,
                32 * MIB,
                10_000,
                32 * MIB,
                10_000,
                24L * 3600 * 1000,
                60_000,
                60_000,
                BY_ITSELF,
                BY_ITSELF);
    }
}
