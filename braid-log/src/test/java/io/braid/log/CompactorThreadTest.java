package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CompactorThreadTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final int RECORDS = 100;
    private static final int BYTES_LEFT_MAX = 1500; // an empty batch for each segment put together, and the active one

    @TempDir
    private Path directory;

    @Test
    void closingCutsAPassShortThatWouldTakeDays() throws IOException {
        try (var log = open(1)) {
            fill(log);
            log.checkpoint();
            while (!isResting()) Thread.onSpinWait();
        }

        assertFalse(Files.exists(directory.resolve(SegmentDraft.NAME)));
        try (var log = open(Long.MAX_VALUE)) {
            var partition = log.partition(ID).orElseThrow();
            assertEquals(RECORDS, partition.end());
            // One swap comes after the other.
            while (partition.byteSize() > BYTES_LEFT_MAX && !Thread.interrupted()) Thread.onSpinWait();
        }
    }

    private Log open(long bytesPerSecond) throws IOException {
        var limits = new CompactionLimits(1 << 20, bytesPerSecond);
        var config =
                new LogConfig(directory, 1, 1 << 20, 1 << 18, 1 << 18, 1000, 1 << 20, 1000, 60_000, 5, 5, 0, 1, limits);
        return Log.open(config, InstantSource.system());
    }

    /// One key, in segments of which each holds a few records.
    private static void fill(Log log) throws IOException {
        var config = new PartitionConfig(Durability.DISK, 4000, 1000, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
        var partition = log.create(ID, config.with(new Compaction.ByKey(0, 0, Long.MAX_VALUE, 0)));
        var bytes = MemorySegment.ofArray(new byte[] {1});
        for (int i = 0; i < RECORDS; i++)
            partition.append(new BatchBuilder(i).add(i, bytes, bytes).build()).join();
    }

    /// Whether the compactor is in the middle of a pass, and waits for its time.
    private static boolean isResting() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals("braid-compactor"))
                .filter(each -> each.getKey().getState() == Thread.State.TIMED_WAITING)
                .flatMap(each -> Arrays.stream(each.getValue()))
                .anyMatch(frame -> frame.getClassName().equals(CompactionPass.class.getName()));
    }
}
