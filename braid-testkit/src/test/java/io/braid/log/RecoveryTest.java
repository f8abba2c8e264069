package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// The cases of [RecoveryCase], one by one: the process is killed, then a file is changed, then the log is opened
/// again.
class RecoveryTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final String SEGMENT = Segment.nameOf(ID, 0);
    private static final String JOURNAL = Journal.nameOf(0, 0);
    private static final LogConfig CONFIG = new LogConfig(Path.of("sim"), 1);
    private static final PartitionConfig OS =
            new PartitionConfig(Durability.OS, 1 << 20, 1 << 20, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);

    private static final PartitionConfig ONE_BATCH_A_SEGMENT =
            new PartitionConfig(Durability.DISK, 1 << 20, 140, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);

    private final SimDisk disk = new SimDisk(new Random(1));

    @Test
    void anEmptyDirectoryBegins() throws IOException {
        meets(RecoveryCase.EMPTY_DIRECTORY, open());
    }

    @Test
    void aLogThatWasClosedIsNotReplayed() throws IOException {
        write(PartitionConfig.DEFAULT, 2).close();

        var log = open();

        meets(RecoveryCase.CLOSED_CLEANLY, log);
        assertEquals(2, endOf(log));
    }

    @Test
    void runsOfTheJournalAreWrittenAgain() throws IOException {
        write(PartitionConfig.DEFAULT, 2);
        disk.crash();

        var log = open();

        meets(RecoveryCase.RUN_REDONE, log);
        meets(RecoveryCase.JOURNAL_ENDS, log);
        assertEquals(2, endOf(log));
    }

    @Test
    void aMissingCheckpointBesidePartitionsRefuses() throws IOException {
        write(PartitionConfig.DEFAULT, 1);
        disk.kill();
        disk.delete("checkpoint");

        refuses(RecoveryCase.CHECKPOINT_MISSING);
    }

    @Test
    void aDamagedCheckpointRefusesWithFileAndPosition() throws IOException {
        write(PartitionConfig.DEFAULT, 1);
        disk.kill();
        disk.damage("checkpoint", 14, (byte) 99);

        var refused = assertThrows(DamagedFileException.class, this::open);

        assertTrue(refused.getMessage().startsWith("sim/checkpoint at "), refused.getMessage());
    }

    @Test
    void aForeignCheckpointIsToldFromADamagedOne() throws IOException {
        write(PartitionConfig.DEFAULT, 1);
        disk.kill();
        disk.damage("checkpoint", 0, (byte) 'X');

        assertThrows(ForeignFileException.class, this::open);
    }

    @Test
    void aMissingJournalRefuses() throws IOException {
        write(PartitionConfig.DEFAULT, 1);
        disk.kill();
        disk.delete(JOURNAL);

        refuses(RecoveryCase.JOURNAL_MISSING);
    }

    @Test
    void aDamagedGroupThatOthersFollowRefuses() throws IOException {
        write(PartitionConfig.DEFAULT, 3);
        disk.kill();
        disk.damage(JOURNAL, JournalFileHeader.BYTES + 30, (byte) 99);

        refuses(RecoveryCase.JOURNAL_DAMAGED);
    }

    @Test
    void aDamagedLastGroupIsTheEnd() throws IOException {
        write(PartitionConfig.DEFAULT, 2);
        disk.kill();
        disk.damage(JOURNAL, lastGroup() + 30, (byte) 99);
        disk.delete(SEGMENT);

        assertEquals(1, endOf(open()));
    }

    @Test
    void aSegmentShorterThanTheCheckpointSaysRefuses() throws IOException {
        write(PartitionConfig.DEFAULT, 2).checkpoint();
        disk.kill();
        try (var file = disk.open(SEGMENT)) {
            file.truncate(80);
        }

        refuses(RecoveryCase.SEGMENT_SHORT);
    }

    @Test
    void aDamagedSegmentHeaderRefuses() throws IOException {
        write(PartitionConfig.DEFAULT, 2).checkpoint();
        disk.kill();
        disk.damage(SEGMENT, 13, (byte) 99);

        refuses(RecoveryCase.SEGMENT_HEADER_DAMAGED);
    }

    @Test
    void anUnusableIndexIsWalkedAround() throws IOException {
        write(PartitionConfig.DEFAULT, 2).close();
        disk.damage(SEGMENT.replace(".log", ".index"), 20, (byte) 99);

        var log = open();

        meets(RecoveryCase.INDEX_UNUSABLE, log);
        assertEquals(2, endOf(log));
    }

    @Test
    void anIndexWithoutItsSegmentDoesNotMeetTheNextOne() throws IOException {
        write(OS, 3).close();
        disk.delete(SEGMENT.replace(".log", ".index"));
        disk.kill();
        var index = SEGMENT.replace("0.log", "7.index");
        disk.create(index).close();

        var log = open();

        meets(RecoveryCase.INDEX_UNUSABLE, log);
        assertFalse(disk.exists(index));
    }

    @Test
    void aCutSegmentLosesItsIndexToo() throws IOException {
        write(OS, 2).close();
        disk.damage(SEGMENT, SegmentHeader.BYTES + 80, (byte) 99);
        var checkpoint = CheckpointFile.read(disk).orElseThrow();
        CheckpointFile.write(disk, unclean(checkpoint));

        var log = open();

        meets(RecoveryCase.TAIL_TORN, log);
        assertFalse(disk.exists(SEGMENT.replace(".log", ".index")));
    }

    @Test
    void withoutJournalWholeBatchesStayAndTheTornOneGoes() throws IOException {
        write(OS, 2);
        disk.kill();
        try (var file = disk.open(SEGMENT)) {
            file.write(file.size() - 1, ByteBuffer.wrap(new byte[] {99}));
        }

        var log = open();

        meets(RecoveryCase.BATCH_BEYOND, log);
        meets(RecoveryCase.TAIL_TORN, log);
        assertEquals(1, endOf(log));
    }

    @Test
    void aSegmentWithoutAnyPromiseBeginsAgain() throws IOException {
        write(OS, 2);
        disk.kill();
        disk.damage(SEGMENT, 0, (byte) 0);

        var log = open();

        meets(RecoveryCase.SEGMENT_UNBORN, log);
        assertEquals(0, endOf(log));
    }

    @Test
    void aRunOfTheJournalBehindTheEndOfItsSegmentRefuses() throws IOException {
        var log = write(PartitionConfig.DEFAULT, 2);
        log.checkpoint();
        append(log);
        disk.kill();
        try (var file = disk.open(SEGMENT)) {
            file.truncate(80);
        }

        refuses(RecoveryCase.RUN_BEHIND_END);
    }

    @Test
    void aMissingSegmentBetweenPromisedOnesRefuses() throws IOException {
        write(ONE_BATCH_A_SEGMENT, 4).checkpoint();
        disk.kill();
        disk.delete(Segment.nameOf(ID, 1));

        refuses(RecoveryCase.SEGMENT_GAP);
    }

    @Test
    void aDeletedSegmentThatIsThereAgainGoesAgain() throws IOException {
        var log = write(ONE_BATCH_A_SEGMENT, 4);
        log.partition(ID).orElseThrow().deleteBefore(2);
        log.turn();
        disk.kill();
        disk.create(SEGMENT).close();

        var again = open();

        meets(RecoveryCase.SEGMENT_DELETED, again);
        assertFalse(disk.exists(SEGMENT));
        assertEquals(2, again.partition(ID).orElseThrow().start());
        assertEquals(4, endOf(again));
    }

    @Test
    void segmentsThatACompactedOneStandsForGo() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        for (var record : List.of("a1", "b1", "a2", "c1")) keyed.put(record);
        keyed.seal();
        keyed.log.create(ID, KeyedPartition.config(1 << 20, KeyedPartition.ALWAYS));
        var second = bytesOf(keyed.disk, Segment.nameOf(ID, 1));
        var first = bytesOf(keyed.disk, SEGMENT);
        keyed.log.compact();
        keyed.put("b2");
        keyed.seal();
        var once = bytesOf(keyed.disk, Segment.nameOf(ID, 0, 1));
        keyed.log.compact();
        keyed.disk.kill();
        restore(keyed.disk, SEGMENT, first);
        restore(keyed.disk, Segment.nameOf(ID, 1), second);
        restore(keyed.disk, Segment.nameOf(ID, 0, 1), once);

        keyed.reopenAfter(() -> {});

        meets(RecoveryCase.SEGMENT_SUPERSEDED, keyed.log);
        assertEquals(List.of("%020d-2.log".formatted(0)), keyed.segmentFiles());
        assertEquals(List.of("2:a2", "3:c1", "4:b2"), keyed.held());
    }

    @Test
    void aStartWithinACompactedSegmentDoesNotMakeTheSupersededOneTheFirst() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        for (var record : List.of("a1", "b1", "c1", "d1")) keyed.put(record);
        keyed.seal();
        keyed.log.create(ID, KeyedPartition.config(1 << 20, KeyedPartition.ALWAYS));
        var third = bytesOf(keyed.disk, Segment.nameOf(ID, 2));
        keyed.log.compact();
        keyed.partition.deleteBefore(3);
        keyed.log.turn();
        keyed.disk.kill();
        restore(keyed.disk, Segment.nameOf(ID, 2), third);

        keyed.reopenAfter(() -> {});

        assertEquals(3, keyed.partition.start());
        assertEquals("3:d1", keyed.held().getLast());
        assertEquals(List.of("%020d-1.log".formatted(0)), keyed.segmentFiles());
    }

    @Test
    void whatCompactionWasAtIsRemoved() throws IOException {
        write(PartitionConfig.DEFAULT, 1);
        disk.kill();
        disk.create(SegmentDraft.NAME).close();

        open();

        assertFalse(disk.exists(SegmentDraft.NAME));
    }

    @Test
    void aCompactedSegmentUnderTheNameOfAnotherIsTakenForNeither() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "a2");
        keyed.sealAndCompact();
        keyed.disk.kill();
        keyed.disk.rename(Segment.nameOf(ID, 0, 1), Segment.nameOf(ID, 0, 7));

        var refused = assertThrows(DamagedFileException.class, () -> keyed.reopenAfter(() -> {}));

        assertTrue(refused.getMessage().contains("0-7.log at 40: belongs to "), refused.getMessage());
    }

    @Test
    void aDamagedHeaderOfACompactedSegmentRefuses() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "a2");
        keyed.sealAndCompact();
        keyed.disk.kill();
        keyed.disk.damage(Segment.nameOf(ID, 0, 1), 45, (byte) 99);

        var refused = assertThrows(DamagedFileException.class, () -> keyed.reopenAfter(() -> {}));

        assertTrue(refused.getMessage().contains("(segment-header-damaged)"), refused.getMessage());
    }

    private static byte[] bytesOf(SimDisk disk, String name) throws IOException {
        try (var file = disk.open(name)) {
            var bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.array();
        }
    }

    private static void restore(SimDisk disk, String name, byte[] bytes) throws IOException {
        try (var file = disk.create(name)) {
            file.write(0, ByteBuffer.wrap(bytes));
        }
    }

    @Test
    void aDeletedPartitionThatIsThereAgainGoesAgain() throws IOException {
        write(PartitionConfig.DEFAULT, 1).delete(ID.stream());
        disk.kill();
        disk.createDirectory(Segment.directoryOf(ID));
        disk.create(SEGMENT).close();

        var log = open();

        meets(RecoveryCase.PARTITION_DELETED, log);
        assertEquals(Optional.empty(), log.partition(ID));
        assertFalse(disk.exists(Segment.directoryOf(ID)));
    }

    @Test
    void aPartitionThatCameAgainAfterItsDeletionKeepsItsNewRecords() throws IOException {
        var log = write(PartitionConfig.DEFAULT, 3);
        log.delete(ID.stream());
        log.create(ID, OS);
        append(log);
        disk.kill();

        assertEquals(1, endOf(open()));
    }

    @Test
    void aDamagedBatchBelowARunOfTheJournalRefuses() throws IOException {
        var log = write(OS, 2);
        log.create(ID, PartitionConfig.DEFAULT); // which syncs those two; from here on the journal has all
        append(log);
        disk.kill();
        disk.damage(SEGMENT, SegmentHeader.BYTES + 30, (byte) 99);

        refuses(RecoveryCase.PROMISE_BROKEN);
    }

    @Test
    void aPartitionWithoutJournalThatLostEvenWhatWasDeletedGoesOnAtItsStart() throws IOException {
        var log = write(OS, 2);
        log.partition(ID).orElseThrow().deleteBefore(2);
        log.turn();
        disk.kill();
        try (var file = disk.open(SEGMENT)) {
            file.truncate(SegmentHeader.BYTES);
        }

        var again = open();

        meets(RecoveryCase.START_ABOVE_END, again);
        assertEquals(2, again.partition(ID).orElseThrow().start());
        assertEquals(2, endOf(again));
    }

    @Test
    void aMissingFirstSegmentThatWasPromisedRefuses() throws IOException {
        write(ONE_BATCH_A_SEGMENT, 4).checkpoint();
        disk.kill();
        disk.delete(SEGMENT);

        refuses(RecoveryCase.SEGMENT_SHORT);
    }

    @Test
    void segmentsThatAreInTheTierAndNotHereAreReadFromThere() throws IOException {
        var bench = threeInTheTier();
        bench.reopen();

        meets(RecoveryCase.SEGMENT_TIERED, bench.log);
        assertEquals(0, bench.partition.start());
        assertEquals(1, bench.read(1));
    }

    @Test
    void aSegmentThatIsHereAgainBelowOthersInTheTierGoesAgain() throws IOException {
        var bench = threeInTheTier();
        var name = Segment.nameOf(ID, 1);
        bench.disk.kill();
        try (var file = bench.disk.create(name)) {
            file.write(0, SegmentHeader.of(ID, 1));
        }
        bench.open();

        meets(RecoveryCase.SEGMENT_RETURNED, bench.log);
        assertFalse(bench.disk.exists(name));
        assertEquals(1, bench.read(1));
    }

    @Test
    void segmentsInATierThatNobodyNamedRefuse() throws IOException {
        var bench = threeInTheTier();
        bench.log.close();

        var refused = assertThrows(
                DamagedFileException.class, () -> Log.openByHand(CONFIG, bench.disk, () -> Instant.ofEpochMilli(5)));

        assertEquals(
                "sim/%s: 3 segments are in a tier, and none is configured (tier-missing): set storage.tier to the bucket or"
                                .formatted(Segment.directoryOf(ID))
                        + " directory they are in",
                refused.getMessage());
    }

    @Test
    void aSegmentThatIsNeitherHereNorSurelyInTheTierRefuses() throws IOException {
        var bench = new TierBench();
        bench.write(TierBench.copied(-1, -1), 3);
        bench.tier.failOneIn(1);
        bench.log.upload(); // the object may be there, or not
        bench.log.close();
        bench.disk.delete(SEGMENT);

        var refused = assertThrows(DamagedFileException.class, bench::open);

        assertTrue(refused.getMessage().contains("(segment-short)"), refused.getMessage());
    }

    private static TierBench threeInTheTier() throws IOException {
        var bench = new TierBench();
        bench.write(TierBench.copied(0, 0), 4);
        bench.settle();
        assertEquals(List.of(3L), bench.localSegments());
        return bench;
    }

    @Test
    void filesOfANewerOrOlderFormatAreToldFromDamagedOnes() throws IOException {
        write(PartitionConfig.DEFAULT, 1).checkpoint();
        disk.kill();

        var versions = Map.of(SEGMENT, 2, JOURNAL, 1, "checkpoint", 2);
        for (var name : List.of(SEGMENT, JOURNAL, "checkpoint")) {
            int version = versions.get(name);
            var before = setVersion(name, version + 1);
            var newer = assertThrows(FormatVersionException.class, this::open);
            disk.kill();
            setVersion(name, 0);
            var older = assertThrows(FormatVersionException.class, this::open);
            disk.kill();
            disk.damage(name, 0, before);

            assertEquals(
                    "sim/%s at 8: format %d is too new, this version reads %d: open it with a newer Braid"
                            .formatted(name, version + 1, version),
                    newer.getMessage());
            assertEquals(
                    "sim/%s at 8: format 0 is too old, this version reads %d: open it once with an older Braid"
                            .formatted(name, version),
                    older.getMessage());
        }
        assertEquals(1, endOf(open()));
    }

    @Test
    void aForeignJournalIsToldFromADamagedOne() throws IOException {
        write(PartitionConfig.DEFAULT, 1);
        disk.kill();
        disk.damage(JOURNAL, 0, (byte) 'X');

        var refused = assertThrows(ForeignFileException.class, this::open);

        assertTrue(refused.getMessage().startsWith("sim/" + JOURNAL + " at 0: begins with "), refused.getMessage());
    }

    /// Answers what the file's beginning was, or all of it if its checksum stands at its end.
    private byte[] setVersion(String name, int version) throws IOException {
        try (var file = disk.open(name)) {
            var bytes = ByteBuffer.allocate(name.equals("checkpoint") ? (int) file.size() : 64);
            file.read(0, bytes);
            var before = bytes.array().clone();
            bytes.putInt(8, version);
            var crc = new CRC32C();
            crc.update(bytes.array(), 0, bytes.capacity() - 4);
            bytes.putInt(bytes.capacity() - 4, (int) crc.getValue());
            disk.damage(name, 0, bytes.array());
            return before;
        }
    }

    private static void append(Log log) throws IOException {
        var answer = log.partition(ID)
                .orElseThrow()
                .append(new BatchBuilder(1)
                        .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                        .build());
        log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
    }

    private Log open() throws IOException {
        return Log.openByHand(CONFIG, disk, () -> Instant.ofEpochMilli(5));
    }

    private Log write(PartitionConfig config, int batches) throws IOException {
        var log = open();
        var partition = log.create(ID, config);
        for (int i = 0; i < batches; i++) {
            var answer = partition.append(new BatchBuilder(1)
                    .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                    .build());
            log.turn();
            assertEquals(new AppendOutcome.Appended(i, i), answer.resultNow());
        }
        return log;
    }

    /// The same, as if nothing of an OS partition's active segment were promised, and the journals had begun anew.
    private static Checkpoint unclean(Checkpoint checkpoint) {
        var writer = checkpoint.writers().getFirst();
        var state = writer.partitions().getFirst();
        var beginning = Checkpoint.PartitionState.beginning(state.id(), state.config());
        return new Checkpoint(
                checkpoint.identity(),
                checkpoint.epoch() + 1,
                false,
                List.of(new Checkpoint.WriterState(0, Journal.Place.FIRST, List.of(beginning))));
    }

    private long lastGroup() throws IOException {
        long last = -1;
        try (var file = disk.open(JOURNAL)) {
            var word = ByteBuffer.allocate(4);
            for (long at = JournalFileHeader.BYTES; at < file.size(); at += Journal.ALIGNMENT) {
                file.read(at, word.clear());
                if (word.getInt(0) == GroupBuffer.MAGIC) last = at;
            }
        }
        return last;
    }

    private static long endOf(Log log) {
        return log.partition(ID).orElseThrow().end();
    }

    private static void meets(RecoveryCase what, Log log) {
        assertTrue(
                log.findings().stream().anyMatch(finding -> finding.what() == what),
                () -> what + " is not in " + log.findings());
    }

    private void refuses(RecoveryCase what) {
        var refused = assertInstanceOf(DamagedFileException.class, assertThrows(IOException.class, this::open));
        var label = what.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        assertTrue(refused.getMessage().contains("(" + label + ")"), refused.getMessage());
    }
}
