package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Verification.Finding;
import io.braid.log.Verification.Kind;
import io.braid.log.Verification.Summary;
import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What [Verification] says of directories that were ended and damaged in all kinds of ways. It never changes a file.
class VerificationTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final PartitionId OTHER = new PartitionId(new UUID(1, 2), 1);
    private static final String SEGMENT = Segment.nameOf(ID, 0);
    private static final String INDEX = SEGMENT.replace(".log", ".index");
    private static final String JOURNAL = Journal.nameOf(0, 0);
    private static final LogConfig CONFIG =
            new LogConfig(Path.of("sim"), 1, 128 << 10, 8000, 8000, 100, 100_000, 1000, Long.MAX_VALUE / 4, 1, 1, 0, 1);
    private static final PartitionConfig OS = config(Durability.OS, 1 << 20);
    private static final int BATCH_BYTES = 69; // of a record of one byte

    private SimDisk disk = new SimDisk(new Random(1));
    private final List<Finding> findings = new ArrayList<>();
    private final List<Long> progress = new ArrayList<>();

    @Test
    void aDirectoryThatWasClosedIsClean() throws IOException {
        write(PartitionConfig.DEFAULT, 5).close();

        var summary = verify();

        assertEquals(new Summary(2, 2, 0, 10 * BATCH_BYTES, true, 0, 0), summary);
        assertEquals(List.of(), findings);
        assertEquals(List.of(0L, 10L * BATCH_BYTES), progress);
    }

    @Test
    void oneWhoseProcessWasKilledIsCleanToo() throws IOException {
        var log = write(PartitionConfig.DEFAULT, 5);
        log.checkpoint();
        append(log, ID);
        disk.kill();

        var summary = verify();

        assertEquals(new Summary(2, 2, 0, 11 * BATCH_BYTES, false, 0, 0), summary);
        assertEquals(List.of(), findings);
    }

    @Test
    void aNewDirectoryIsClean() throws IOException {
        open().close();

        assertEquals(new Summary(0, 0, 0, 0, true, 0, 0), verify());
    }

    @Test
    void whatIsInTheTierIsCountedAndNotMissed() throws IOException {
        var bench = new TierBench();
        bench.write(TierBench.copied(-1, 0), 5);
        bench.settle();
        assertEquals(List.of(4L), bench.localSegments());
        bench.log.close();
        disk = bench.disk;
        bench.tier.goAway();

        var summary = verify();

        assertEquals(List.of(), findings);
        assertEquals(new Summary(1, 1, 4, BATCH_BYTES, true, 0, 0), summary);
        try (var files = LogFiles.open(disk);
                var batches = files.batches(TierBench.ID, 0)) {
            var first = assertInstanceOf(
                    StoredBatches.Found.Whole.class, batches.next().orElseThrow());
            assertEquals(4, first.batch().baseOffset());
        }
    }

    @Test
    void aFlippedBitIsLostWithFileAndPosition() throws IOException {
        write(PartitionConfig.DEFAULT, 5).close();
        flip(SEGMENT, SegmentHeader.BYTES + 2 * BATCH_BYTES + 65);

        verify();

        var finding = only(Kind.LOST);
        assertEquals(Optional.of(ID), finding.partition());
        assertEquals("sim/%s at %d".formatted(SEGMENT, SegmentHeader.BYTES + 2 * BATCH_BYTES), finding.where());
        assertTrue(
                finding.what()
                        .matches(
                                "checksum [0-9a-f]{8} should be [0-9a-f]{8}: readers of offsets 2 to 2 are refused, all"
                                        + " others are served"),
                finding.what());
    }

    @Test
    void everyDamagedPlaceIsNamed() throws IOException {
        write(PartitionConfig.DEFAULT, 9).close();
        for (int batch : List.of(0, 3, 8)) flip(SEGMENT, SegmentHeader.BYTES + batch * BATCH_BYTES + 9);
        flip(Segment.nameOf(OTHER, 0), SegmentHeader.BYTES + 65);

        assertEquals(4, verify().lost());
    }

    @Test
    void damageBelowTheStartIsHarmless() throws IOException {
        var log = write(PartitionConfig.DEFAULT, 5);
        log.partition(ID).orElseThrow().deleteBefore(2);
        log.turn();
        log.close();
        flip(SEGMENT, SegmentHeader.BYTES + 65);

        verify();

        assertTrue(only(Kind.HARMLESS).what().endsWith("its records were deleted"));
    }

    @Test
    void aTornTailThatNobodyWasPromisedIsRepaired() throws IOException {
        write(OS, 5);
        disk.kill();
        try (var file = disk.open(SEGMENT)) {
            file.truncate(file.size() - 5);
        }

        verify();

        var finding = only(Kind.REPAIRED);
        assertEquals("sim/%s at %d".formatted(SEGMENT, SegmentHeader.BYTES + 4 * BATCH_BYTES), finding.where());
        assertEquals("no whole batch, and nobody was promised one: it is cut at the next start", finding.what());
    }

    @Test
    void whatTheJournalHasIsRepaired() throws IOException {
        write(PartitionConfig.DEFAULT, 5);
        disk.kill();
        flip(SEGMENT, SegmentHeader.BYTES + 2 * BATCH_BYTES + 65);

        verify();

        assertEquals(
                new Finding(
                        Kind.REPAIRED,
                        Optional.empty(),
                        "sim/%s at %d".formatted(SEGMENT, SegmentHeader.BYTES + 2 * BATCH_BYTES + 65),
                        "not what the journal says: the next start writes it again"),
                only(Kind.REPAIRED));
    }

    @Test
    void aDamagedIndexFileIsRepaired() throws IOException {
        write(PartitionConfig.DEFAULT, 5).close();
        flip(INDEX, 30);

        verify();

        var finding = only(Kind.REPAIRED);
        assertEquals("sim/" + INDEX, finding.where());
        assertEquals("cannot be used: the next start walks the segment instead", finding.what());
    }

    @Test
    void anIndexFileThatTellsAnotherStoryIsNotBelieved() throws IOException {
        var log = open();
        log.create(ID, PartitionConfig.DEFAULT);
        for (int i = 0; i < 20; i++) append(log, ID, batch(5000));
        var extent = log.partition(ID).orElseThrow().tail.active().extent();
        log.close();
        int seventh = extent.index().positions()[0];
        int third = SegmentHeader.BYTES + 3 * (seventh - SegmentHeader.BYTES) / 7;
        var wrong = new SparseIndex();
        wrong.note(8, seventh, 1);
        var none = new SparseIndex().view();

        assertEquals(
                "entry 0 says that offset 8 is at %1$d, behind timestamp 1; found 7 at %1$d, behind 1"
                        .formatted(seventh),
                told(extent.size(), 20, 1, 0, wrong.view()));
        assertEquals("newest timestamp is 2 at offset 0, found 1 at 0", told(extent.size(), 20, 2, 0, extent.index()));
        assertEquals("2 entries, 0 of them lie in what it covers", told(third, 3, 1, 0, extent.index()));
        assertEquals(
                "covers %1$d bytes up to offset 4, which is no batch's end: found %1$d up to 3".formatted(third),
                told(third, 4, 1, 0, none));
        assertEquals("", told(third, 3, 1, 0, none), "it may tell less than there is");
        assertEquals("", told(extent.size(), 20, 1, 0, extent.index()));
    }

    /// What is said of an index file that says this.
    private String told(int size, long next, long newest, long newestAt, SparseIndex.View index) throws IOException {
        var said = new Segment.Extent(size, next, newest, newestAt, index, AbortedIndex.View.EMPTY);
        IndexFile.write(disk, new Segment(disk, ID, 0), said);
        findings.clear();
        verify();
        if (findings.isEmpty()) return "";
        assertEquals("sim/" + INDEX, findings.getLast().where());
        var what = findings.getLast().what();
        var advice = ": readers may be led to wrong places; delete the file, the next start does without";
        assertTrue(what.endsWith(advice), what);
        return what.substring(0, what.length() - advice.length());
    }

    @Test
    void aJournalThatIsRefusedDoesNotHideWhatElseIsDamaged() throws IOException {
        write(PartitionConfig.DEFAULT, 5);
        disk.kill();
        flip(JOURNAL, JournalFileHeader.BYTES + 30);
        flip(Segment.nameOf(OTHER, 0), SegmentHeader.BYTES + 65);

        assertEquals(2, verify().lost());
        assertTrue(findings.get(0).what().startsWith("the server refuses to start: sim/" + JOURNAL + " at 4096: "));
        assertTrue(findings.get(1).where().startsWith("sim/" + Segment.nameOf(OTHER, 0) + " at 64"));
    }

    @Test
    void aPartitionThatIsRefusedDoesNotHideAnother() throws IOException {
        write(PartitionConfig.DEFAULT, 5).close();
        try (var file = disk.open(SEGMENT)) {
            file.truncate(SegmentHeader.BYTES + 3 * BATCH_BYTES);
        }
        flip(Segment.nameOf(OTHER, 0), SegmentHeader.BYTES + 65);

        assertEquals(2, verify().lost());
        assertEquals(
                List.of(Optional.of(ID), Optional.of(OTHER)),
                findings.stream().map(Finding::partition).toList());
        assertTrue(findings.get(0).what().contains("(segment-short)"), findings::toString);
    }

    @Test
    void aDirectoryThatBelongsToNobodyIsNamed() throws IOException {
        write(PartitionConfig.DEFAULT, 1).close();
        disk.createDirectory("partitions/" + new PartitionId(new UUID(9, 9), 3));
        disk.createDirectory("partitions/lost+found");

        verify();

        assertEquals(
                List.of("sim/partitions/00000000-0000-0009-0000-000000000009-3", "sim/partitions/lost+found"),
                findings.stream().map(Finding::where).toList());
    }

    @Test
    void aDirectoryInUseIsLeftAlone() throws IOException {
        write(PartitionConfig.DEFAULT, 1);

        var refused = assertThrows(IOException.class, this::verify);

        assertTrue(refused.getMessage().contains("in use by process"), refused.getMessage());
        disk.kill();
        verify();
        open().close();
    }

    @Test
    void aFormatOfTomorrowIsNotCalledDamaged() throws IOException {
        write(PartitionConfig.DEFAULT, 1).close();
        var header = ByteBuffer.allocate(SegmentHeader.BYTES);
        try (var file = disk.open(SEGMENT)) {
            file.read(0, header);
        }
        header.putInt(8, 99);
        var crc = new java.util.zip.CRC32C();
        crc.update(header.array(), 0, 60);
        header.putInt(60, (int) crc.getValue());
        disk.damage(SEGMENT, 0, header.array());

        assertThrows(FormatVersionException.class, this::verify);
    }

    /// Any one byte of any file, in directories that ended in any way: what is said comes true.
    @Test
    void whatIsSaidIsWhatAServerMeets() throws IOException {
        for (int seed = 0; seed < 400; seed++) {
            var random = new Random(seed);
            var acknowledged = writeAtRandom(random);
            var names =
                    disk.files().stream().filter(name -> !name.equals("lock")).toList();
            var name = names.get(random.nextInt(names.size()));
            long size = sizeOf(name);
            if (size > 0) flip(name, (long) (Math.pow(random.nextDouble(), 2) * size)); // more often near the beginning
            findings.clear();

            var summary = verify();

            var context = "seed %d, %s: %s".formatted(seed, name, findings);
            var met = serve(acknowledged);
            if (summary.lost() == 0) assertEquals("", met, context);
            else assertFalse(met.isEmpty(), context);
        }
    }

    private Map<PartitionId, Long> writeAtRandom(Random random) throws IOException {
        disk = new SimDisk(random);
        var log = open();
        var acknowledged = new HashMap<PartitionId, Long>();
        for (var id : List.of(ID, OTHER)) {
            log.create(id, config(random.nextBoolean() ? Durability.DISK : Durability.OS, 200 + random.nextInt(2000)));
            acknowledged.put(id, 0L);
        }
        for (int i = random.nextInt(40); i > 0; i--) {
            var id = random.nextBoolean() ? ID : OTHER;
            append(log, id, batch(1 + random.nextInt(100)));
            acknowledged.merge(id, 1L, Long::sum);
            if (random.nextInt(10) == 0) log.checkpoint();
        }
        if (random.nextBoolean()) log.close();
        else disk.kill();
        return acknowledged;
    }

    /// What goes wrong when the log is opened and everything read; empty if nothing does.
    private String serve(Map<PartitionId, Long> acknowledged) throws IOException {
        Log log;
        try {
            log = open();
        } catch (IOException e) {
            return e.getMessage();
        }
        var wrong = new StringBuilder();
        for (var id : acknowledged.keySet()) {
            var partition = log.partition(id).orElseThrow();
            for (long offset = 0; offset < partition.end(); offset++)
                switch (partition.read(offset, partition.end(), 1)) {
                    case ReadOutcome.Found found -> found.slice().close();
                    case ReadOutcome.Damaged damaged -> wrong.append(damaged.detail());
                    case ReadOutcome.OutOfRange outside -> wrong.append(outside);
                }
            boolean isPromised = partition.config().durability() == Durability.DISK;
            if (isPromised && partition.end() < acknowledged.get(id))
                wrong.append("ends at ").append(partition.end());
        }
        log.close();
        return wrong.toString();
    }

    @AfterEach
    void nobodyHoldsTheDirectory() throws IOException {
        disk.kill();
        disk.lock("lock").close();
    }

    private Summary verify() throws IOException {
        var before = contents();
        progress.clear();
        try {
            return Verification.of(disk, new Verification.Listener() {
                @Override
                public void found(Finding finding) {
                    findings.add(finding);
                }

                @Override
                public void progress(long done, long all) {
                    assertTrue(done <= all);
                    progress.add(done);
                }
            });
        } finally {
            var after = contents();
            assertEquals(before.keySet(), after.keySet());
            before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
        }
    }

    private Map<String, byte[]> contents() throws IOException {
        var contents = new HashMap<String, byte[]>();
        for (var name : disk.files()) {
            var bytes = ByteBuffer.allocate((int) sizeOf(name));
            try (var file = disk.open(name)) {
                file.read(0, bytes);
            }
            contents.put(name, bytes.array());
        }
        return contents;
    }

    private long sizeOf(String name) throws IOException {
        try (var file = disk.open(name)) {
            return file.size();
        }
    }

    private Finding only(Kind kind) {
        assertEquals(1, findings.size(), findings::toString);
        assertEquals(kind, findings.getFirst().kind(), findings::toString);
        return findings.getFirst();
    }

    private void flip(String name, long position) throws IOException {
        try (var file = disk.open(name)) {
            var old = ByteBuffer.allocate(1);
            file.read(position, old);
            disk.damage(name, position, (byte) (old.get(0) ^ 4));
        }
    }

    private static PartitionConfig config(Durability durability, int segmentBytes) {
        return new PartitionConfig(durability, 1 << 20, segmentBytes, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
    }

    private Log open() throws IOException {
        return Log.openByHand(CONFIG, disk, () -> Instant.ofEpochMilli(5));
    }

    private Log write(PartitionConfig config, int batches) throws IOException {
        var log = open();
        log.createAll(List.of(ID, OTHER), config);
        for (var id : List.of(ID, OTHER)) for (int i = 0; i < batches; i++) append(log, id);
        return log;
    }

    private static void append(Log log, PartitionId id) {
        append(log, id, batch(1));
    }

    private static void append(Log log, PartitionId id, Batch batch) {
        var answer = log.partition(id).orElseThrow().append(batch);
        log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
    }

    private static Batch batch(int valueBytes) {
        return new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[valueBytes]))
                .build();
    }
}
