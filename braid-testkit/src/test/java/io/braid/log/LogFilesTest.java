package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.StoredBatches.Found;
import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be read of a data directory without being its server.
class LogFilesTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final PartitionId OTHER = new PartitionId(new UUID(1, 2), 10);
    private static final LogConfig CONFIG = new LogConfig(Path.of("sim"), 1);
    private static final int SEGMENT_BYTES = SegmentHeader.BYTES + 4 * 69; // four batches of a record of one byte

    private final SimDisk disk = new SimDisk(new Random(1));

    @Test
    void allBatchesOfAllSegmentsAreShown() throws IOException {
        write(10).close();

        try (var files = LogFiles.open(disk)) {
            assertEquals(List.of(ID, OTHER), files.partitions());
            assertEquals(List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"), shown(files, ID, 0));
            assertEquals(List.of("0"), shown(files, OTHER, 0));
            assertEquals(Optional.empty(), files.refusal());
        }
    }

    @Test
    void readingBeginsWithTheBatchThatHoldsTheOffset() throws IOException {
        write(10).close();

        try (var files = LogFiles.open(disk)) {
            assertEquals(List.of("7", "8", "9"), shown(files, ID, 7));
            assertEquals(List.of("8", "9"), shown(files, ID, 8));
            assertEquals(List.of(), shown(files, ID, 10));
            assertEquals(List.of(), shown(files, new PartitionId(new UUID(7, 7), 0), 0));
        }
    }

    @Test
    void deletedRecordsAreNotShownThoughTheirSegmentIsThere() throws IOException {
        var log = write(10);
        log.partition(ID).orElseThrow().deleteBefore(6);
        log.turn();
        log.close();

        try (var files = LogFiles.open(disk)) {
            assertEquals(List.of("6", "7", "8", "9"), shown(files, ID, 0));
        }
    }

    @Test
    void whatOnlyTheJournalHasIsShownAndNotWritten() throws IOException {
        write(6);
        disk.kill();
        disk.delete(Segment.nameOf(ID, 4));
        var before = disk.files();

        try (var files = LogFiles.open(disk);
                var raw = LogFiles.openInUse(disk)) {
            assertEquals(List.of("0", "1", "2", "3", "4", "5"), shown(files, ID, 0));
            assertEquals(List.of("0", "1", "2", "3"), shown(raw, ID, 0));
        }
        assertEquals(before, disk.files());
    }

    @Test
    void aDirectoryInUseIsShownOnlyToThoseWhoSaySo() throws IOException {
        write(6);

        assertThrows(IOException.class, () -> LogFiles.open(disk));
        try (var files = LogFiles.openInUse(disk)) {
            assertEquals(List.of("0", "1", "2", "3", "4", "5"), shown(files, ID, 0));
        }
    }

    @Test
    void aBatchThatIsBeingWrittenIsTheEnd() throws IOException {
        var log = write(6);
        try (var file = disk.open(Segment.nameOf(ID, 4))) {
            file.write(file.size(), ByteBuffer.wrap(new byte[40]));
        }

        try (var files = LogFiles.openInUse(disk)) {
            assertEquals(
                    List.of("0", "1", "2", "3", "4", "5", "ends at 202: 61 bytes expected, the file ends after 40"),
                    shown(files, ID, 0));
        }
        log.close();
    }

    @Test
    void damageIsShownWhereItIsAndTheRestGoesOn() throws IOException {
        write(10).close();
        for (long base : List.of(0, 4, 8))
            disk.damage(Segment.nameOf(ID, base), SegmentHeader.BYTES + 69 + 8, (byte) 1);
        disk.damage(Segment.nameOf(ID, 4), 1, (byte) 1);

        try (var files = LogFiles.openInUse(disk)) {
            assertEquals(
                    List.of(
                            "0",
                            "damaged 1..1",
                            "2",
                            "3",
                            "damaged 4..3",
                            "4",
                            "damaged 5..5",
                            "6",
                            "7",
                            "8",
                            "ends at 133:" + " says 16777285 bytes, 69 are left up to the next batch that is known"),
                    shown(files, ID, 0));
            assertEquals(List.of("2", "3", "damaged 4..3"), shown(files, ID, 2).subList(0, 3));
        }
        try (var files = LogFiles.open(disk)) {
            assertTrue(files.refusal().isPresent(), "the header of a segment is damaged");
            assertEquals("damaged 1..1", shown(files, ID, 0).get(1));
        }
    }

    @Test
    void whatRecoveryCannotPromiseIsDamagedAndNotTheEnd() throws IOException {
        write(10).close();
        disk.damage(Segment.nameOf(ID, 8), SegmentHeader.BYTES + 69 + 8, (byte) 1);

        try (var files = LogFiles.open(disk)) {
            assertEquals("damaged 9..9", shown(files, ID, 0).getLast());
        }
    }

    @Test
    void whatIsNoDataDirectoryIsRefusedAndNotMade(@TempDir Path directory) {
        for (var path : List.of(directory, directory.resolve("missing"))) {
            var refused = assertThrows(IOException.class, () -> LogFiles.open(path));

            assertEquals(
                    path + " is no data directory of Braid's: it has neither a checkpoint nor partitions",
                    refused.getMessage());
        }
        assertEquals(false, java.nio.file.Files.exists(directory.resolve("missing")));
    }

    @Test
    void namesOfDirectoriesAreReadBack() {
        assertEquals(Optional.of(OTHER), PartitionId.parse(OTHER.toString()));
        for (var other :
                List.of("", "lost+found", "-1", "1-2", OTHER + "x", OTHER.stream() + "-01", OTHER.stream() + ""))
            assertEquals(Optional.empty(), PartitionId.parse(other), other);
    }

    /// The offsets of whole batches, and what is between them.
    private static List<String> shown(LogFiles files, PartitionId id, long from) throws IOException {
        var shown = new ArrayList<String>();
        try (var batches = files.batches(id, from)) {
            for (var found = batches.next(); found.isPresent(); found = batches.next())
                shown.add(
                        switch (found.get()) {
                            case Found.Whole(var batch, var _, int _) -> {
                                assertEquals(Optional.empty(), batch.fault());
                                yield String.valueOf(batch.baseOffset());
                            }
                            case Found.Damaged damaged ->
                                "damaged %d..%d".formatted(damaged.first(), damaged.next() - 1);
                            case Found.Ends ends -> "ends at %d: %s".formatted(ends.position(), ends.detail());
                        });
        }
        return shown;
    }

    private Log write(int batches) throws IOException {
        var log = Log.openByHand(CONFIG, disk, () -> Instant.ofEpochMilli(5));
        var config =
                new PartitionConfig(Durability.DISK, 1 << 20, SEGMENT_BYTES, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
        log.createAll(List.of(ID, OTHER), config);
        for (int i = 0; i < batches; i++) append(log, ID);
        append(log, OTHER);
        return log;
    }

    private static void append(Log log, PartitionId id) {
        var answer = log.partition(id)
                .orElseThrow()
                .append(new BatchBuilder(1)
                        .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[1]))
                        .build());
        log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
    }
}
