package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/// Makes the data directories that [FormatsTest] keeps for ever: one as an orderly end leaves it, one as a killed
/// process does. Run once for each new format:
///
///     java -cp ... io.braid.log.FormatFiles closed|killed DIRECTORY
final class FormatFiles {
    static final long THEN = 1_790_000_000_000L;
    static final int BATCHES = 40;
    static final int DELETED = 5;
    static final PartitionId ON_DISK = new PartitionId(new UUID(1, 1), 0);
    static final PartitionId IN_CACHE = new PartitionId(new UUID(1, 2), 0);
    static final PartitionId IN_TRANSACTIONS = new PartitionId(new UUID(1, 3), 0);

    /// The first of three keys' newest records in what is compacted; behind it all are there.
    static final int COMPACTED_BELOW = 19;

    static final PartitionId COMPACTED = new PartitionId(new UUID(1, 4), 0);
    static final PartitionConfig ON_DISK_CONFIG =
            new PartitionConfig(Durability.DISK, 4000, 1000, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
    static final PartitionConfig IN_CACHE_CONFIG =
            new PartitionConfig(Durability.OS, 4000, 1 << 20, 6, 1000, 24L * 3600 * 1000, 1 << 20);
    private static final PartitionConfig IN_CACHE_AT_FIRST =
            new PartitionConfig(Durability.OS, 4000, 1 << 20, 5, 1000, 24L * 3600 * 1000, 1 << 20);

    private FormatFiles() {}

    static LogConfig config(Path directory) {
        return new LogConfig(
                directory, 1, 32 << 10, 4000, 4000, 100, 1 << 20, 100, 1000L * 3600 * 1000, 60_000, 60_000, 0, 1);
    }

    static Log open(Path directory) throws IOException {
        return Log.openByHand(config(directory), new FileDisk(directory), () -> Instant.ofEpochMilli(THEN));
    }

    public static void main(String[] arguments) throws IOException {
        var log = open(Path.of(arguments[1]));
        write(log);
        if (arguments[0].equals("closed")) log.close();
        else Runtime.getRuntime().halt(0);
    }

    private static void write(Log log) throws IOException {
        var disk = log.create(ON_DISK, ON_DISK_CONFIG);
        var cache = log.create(IN_CACHE, IN_CACHE_AT_FIRST);
        var transactions = log.create(IN_TRANSACTIONS, ON_DISK_CONFIG);
        var compacted = log.create(
                COMPACTED, ON_DISK_CONFIG.with(new Compaction.ByKey(0, 0, Long.MAX_VALUE, 24L * 3600 * 1000)));
        for (int i = 0; i < BATCHES; i++) {
            disk.append(batch("disk", i));
            cache.append(batch("os", i));
            write(transactions, i);
            compacted.append(batch("kept", i));
            log.turn();
            if (i == 20) log.checkpoint();
            if (i == 30) {
                log.checkpoint();
                while (log.compact()) {}
            }
            if (i == 25) log.create(IN_CACHE, IN_CACHE_CONFIG);
            if (i == 30) {
                disk.deleteBefore(DELETED);
                log.turn();
            }
        }
    }

    /// Four batches and an end, over and over again; every second one is aborted, the last one stays open.
    private static void write(PartitionLog log, int i) {
        if (i % 5 == 4 && i < BATCHES - 1) log.endTransaction(7, (short) 1, i % 10 == 4, false, 3);
        else if (i % 5 < 4)
            log.append(batch("transaction", i, i - i / 5).transactional().build(), log.transaction(7));
    }

    static Batch batch(String name, int i) {
        return batch(name, i, i).build();
    }

    private static BatchBuilder batch(String name, int i, int sequence) {
        return new BatchBuilder(THEN + i)
                .producer(7, (short) 1, sequence)
                .add(THEN + i, bytes("key-" + i % 3), bytes(name + "-" + i), new Header("h", bytes("x")));
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }
}
