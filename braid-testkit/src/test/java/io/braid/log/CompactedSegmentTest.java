package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The batches and segments that compaction writes, and everybody who meets them.
class CompactedSegmentTest {
    private static final long HOUR_MILLIS = 3_600_000;

    // Batches.

    @Test
    void aBatchThatIsKeptInPartKeepsAllElseThatItSays() throws IOException {
        var keyed = new KeyedPartition();
        keyed.append(keyed.batch(new BatchBuilder(9_000).producer(5, (short) 3, 0), "a1", "b1", "c1"));
        var before = keyed.batches().getFirst();
        keyed.put("a2", "c2");

        keyed.sealAndCompact();

        var after = keyed.batches().getFirst();
        assertEquals(before.baseOffset(), after.baseOffset());
        assertEquals(before.lastOffset(), after.lastOffset());
        assertEquals(before.leaderEpoch(), after.leaderEpoch());
        assertEquals(before.baseTimestamp(), after.baseTimestamp());
        assertEquals(5, after.producerId());
        assertEquals(3, after.producerEpoch());
        assertEquals(0, after.baseSequence());
        assertEquals(1, after.recordCount());
        assertFalse(after.hasDeleteHorizon());
        assertTrue(after.fault().isPresent(), "a producer may not send such a batch");
        assertEquals(List.of("1:b1", "3:a2", "4:c2"), keyed.held());
    }

    @Test
    void theLargestTimestampIsThatOfTheRecordsLeft() throws IOException {
        var keyed = new KeyedPartition();
        keyed.append(new BatchBuilder(100)
                .add(100, text("a"), text("1"))
                .add(900, text("b"), text("1"))
                .add(500, text("c"), text("1"))
                .build());
        keyed.put("b2");

        keyed.sealAndCompact();

        assertEquals(500, keyed.batches().getFirst().maxTimestamp());
    }

    @Test
    void theTimeOfAppendStaysForWhatIsLeft() throws IOException {
        var base = KeyedPartition.config(1 << 20, KeyedPartition.ALWAYS);
        var config = new PartitionConfig(
                base.durability(),
                base.batchBytesMax(),
                true,
                base.segmentBytes(),
                base.segmentMillis(),
                base.flushMessages(),
                base.flushMillis(),
                base.retention(),
                base.compaction());
        var keyed = new KeyedPartition(config);
        keyed.append(new BatchBuilder(1)
                .add(1, text("a"), text("1"))
                .add(2, text("b"), text("1"))
                .build());
        keyed.put("b");

        keyed.sealAndCompact();

        var batch = keyed.batches().getFirst();
        assertEquals(10_000, batch.maxTimestamp());
        var records = KeyedPartition.records(batch);
        assertTrue(records.next());
        assertEquals(10_000, records.timestamp());
        assertEquals(10_000, KeyedPartition.first(keyed.batches().get(1)).timestamp());
    }

    @Test
    void compressedBatchesStayCompressed() throws IOException {
        var keyed = new KeyedPartition();
        keyed.putPacked("a1", "b1");
        keyed.putPacked("a2");

        keyed.sealAndCompact();

        assertEquals(List.of("1:b1", "2:a2"), keyed.held());
        for (var batch : keyed.batches()) assertEquals(Compression.GZIP, batch.compression());
    }

    // Gaps.

    @Test
    void aReadInAGapFindsTheNextBatch() throws IOException {
        var keyed = new KeyedPartition();
        for (int i = 0; i < 5; i++) keyed.put("a" + i);
        keyed.put("b1");
        keyed.sealAndCompact();

        for (long offset = 0; offset <= 4; offset++)
            try (var slice = found(keyed.partition.read(offset, 6, 1))) {
                assertEquals(4, slice.firstOffset());
                assertEquals(5, slice.nextOffset());
            }
    }

    @Test
    void aReadThatIsLimitedInsideOfAGapGoesOnAtItsLimit() throws IOException {
        var keyed = new KeyedPartition();
        for (int i = 0; i < 5; i++) keyed.put("a" + i);
        keyed.sealAndCompact();

        try (var slice = found(keyed.partition.read(1, 3, 1000))) {
            assertTrue(slice.isEmpty());
            assertEquals(1, slice.firstOffset());
            assertEquals(3, slice.nextOffset());
        }
    }

    @Test
    void whereAllIsGoneAnEmptyBatchLeadsReadersToTheEnd() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        keyed.put("a", "b");
        keyed.sealAndCompact();
        keyed.now += 5000;
        keyed.put("-1");
        keyed.sealAndCompact();

        assertEquals(List.of(), keyed.held());
        var last = keyed.batches().getLast();
        assertEquals(0, last.recordCount());
        assertEquals(4, last.nextOffset());
        assertEquals(Batch.NO_PRODUCER, last.producerId());
        assertEquals(1, keyed.batches().size());

        keyed.put("z1");
        keyed.sealAndCompact();
        assertEquals(1, keyed.batches().size(), "it is needed no more");
    }

    @Test
    void recordsAreFoundByTimeInCompactedSegments() throws IOException {
        var keyed = new KeyedPartition();
        keyed.append(new BatchBuilder(100)
                .add(100, text("a"), text("1"))
                .add(300, text("b"), text("1"))
                .build());
        keyed.append(new BatchBuilder(200).add(200, text("c"), text("1")).build());
        keyed.append(new BatchBuilder(400).add(400, text("b"), text("2")).build());
        keyed.sealAndCompact();

        assertEquals(OptionalLong.of(0), keyed.partition.batchAt(100, 0));
        assertEquals(OptionalLong.of(2), keyed.partition.batchAt(101, 0));
        assertEquals(OptionalLong.of(3), keyed.partition.batchAt(201, 0));
        assertEquals(OptionalLong.empty(), keyed.partition.batchAt(401, 0));
        assertEquals(OptionalLong.of(3), keyed.partition.newestBatch(0));
    }

    // Segments.

    @Test
    void smallSegmentsAreMergedUpToTheSizeOfOne() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        for (char key = 'a'; key < 'k'; key++) keyed.put(key + "1");
        keyed.seal();
        assertEquals(10, keyed.segmentFiles().size());
        int batch = keyed.batches().getFirst().byteSize();
        keyed.log.create(
                KeyedPartition.ID, KeyedPartition.config(SegmentHeader.BYTES + 4 * batch, KeyedPartition.ALWAYS));

        assertTrue(keyed.log.compact());

        var name = "%020d-1.log";
        assertEquals(List.of(name.formatted(0), name.formatted(4), name.formatted(8)), keyed.segmentFiles());
        assertEquals(10, keyed.held().size());
    }

    @Test
    void moreKeysThanFitTakeMorePasses() throws IOException {
        var keyed = new KeyedPartition();
        keyed.limits = KeyedPartition.limits(new CompactionLimits(1024, 1)); // 30 keys
        keyed.reopenAfter(keyed.disk::crash);
        for (int round = 1; round <= 2; round++)
            for (char key = '0'; key < '0' + 70; key++) keyed.put(String.valueOf(key) + round);
        keyed.seal();

        var ends = new ArrayList<Long>();
        for (var done = keyed.log.compact(Pace.FREE); done.isPresent(); done = keyed.log.compact(Pace.FREE)) {
            ends.add(done.get().result().upTo());
            keyed.reopenAfter(keyed.disk::crash); // how far it went is on the disk
        }

        assertEquals(List.of(30L, 60L, 90L, 120L, 140L), ends);
        assertEquals(70, keyed.held().size());
        for (var record : keyed.held()) assertTrue(record.endsWith("2"), record);
    }

    @Test
    void aBatchWithMoreKeysThanFitIsTakenInParts() throws IOException {
        var keyed = new KeyedPartition();
        keyed.limits = KeyedPartition.limits(new CompactionLimits(1024, 1)); // 30 keys
        keyed.reopenAfter(keyed.disk::crash);
        var records = new ArrayList<String>();
        for (int round = 1; round <= 2; round++)
            for (char key = '0'; key < '0' + 70; key++) records.add(String.valueOf(key) + round);
        keyed.put(records.toArray(new String[0]));
        keyed.seal();

        while (keyed.log.compact()) {}

        assertEquals(70, keyed.held().size());
        for (var record : keyed.held()) assertTrue(record.endsWith("2"), record);
    }

    @Test
    void whatLiesBehindTheKeysThatFitStaysAsItIs() throws IOException {
        var keyed = new KeyedPartition();
        keyed.limits = KeyedPartition.limits(new CompactionLimits(KeyMap.BYTES_MIN, 1)); // 6 keys
        keyed.reopenAfter(keyed.disk::crash);
        keyed.put("a1", "b1", "c1", "d1", "e1", "f1", "g1", "-1");
        keyed.sealAndCompact();

        assertEquals("7:-1", keyed.held().getLast());
        assertTrue(keyed.log.compact());
        assertEquals("6:g1", keyed.held().getLast());
    }

    @Test
    void whoReadsAReplacedSegmentReadsOn() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        keyed.put("a2");
        keyed.seal();

        try (var slice = found(keyed.partition.read(0, 2, 1000))) {
            assertTrue(keyed.log.compact());
            assertEquals(
                    List.of("0:a1"),
                    KeyedPartition.texts(KeyedPartition.batchesIn(slice.load()).getFirst()));
        }
        assertEquals(List.of("1:a2"), keyed.held());
    }

    @Test
    void retriesOfRecordsThatAreGoneAreStillRecognized() throws IOException {
        var keyed = new KeyedPartition();
        keyed.putBy(5, 0, "a1", "a2");
        keyed.putBy(5, 2, "a3");
        keyed.put("a4");
        keyed.sealAndCompact();
        keyed.reopenAfter(keyed.disk::crash);
        assertEquals(List.of("3:a4"), keyed.held());

        var again = keyed.partition.append(keyed.batch(new BatchBuilder(1).producer(5, (short) 0, 0), "a1", "a2"));
        var next = keyed.partition.append(keyed.batch(new BatchBuilder(1).producer(5, (short) 0, 3), "b1"));
        keyed.log.turn();

        assertEquals(new AppendOutcome.Duplicate(0, 1), again.resultNow());
        assertEquals(new AppendOutcome.Appended(4, 4), next.resultNow());
    }

    @Test
    void leaderEpochsBeginWhereTheyBegan() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        keyed.reopenAfter(keyed.disk::crash);
        keyed.put("a2");
        keyed.reopenAfter(keyed.disk::crash);
        keyed.put("a3");
        keyed.sealAndCompact();

        assertEquals(List.of("2:a3"), keyed.held());
        assertEquals(new PartitionLog.EpochEnd(0, 1), keyed.partition.epochEnd(0));
        assertEquals(new PartitionLog.EpochEnd(1, 2), keyed.partition.epochEnd(1));
    }

    @Test
    void deletionByTimeAndSizeGoesOnInCompactedPartitions() throws IOException {
        var config = KeyedPartition.config(65, new Retention(10_000, -1), KeyedPartition.ALWAYS);
        var keyed = new KeyedPartition(config);
        keyed.put("a1");
        keyed.put("b1");
        keyed.put("a2");
        keyed.now += 6_000;
        keyed.put("c1");
        keyed.sealAndCompact();
        keyed.now += 6_000;
        keyed.log.tidy();

        assertEquals(List.of("3:c1"), keyed.held());
        assertEquals(3, keyed.partition.start());
    }

    @Test
    void aSegmentOfWhichNothingIsLeftKeepsNoLaterOneFromBeingDeleted() throws IOException {
        var config = KeyedPartition.config(65, new Retention(10_000, -1), KeyedPartition.ALWAYS);
        var keyed = new KeyedPartition(config);
        keyed.put("a1");
        keyed.put("a2");
        keyed.sealAndCompact();
        keyed.now += 20_000;
        keyed.log.tidy();

        assertEquals(2, keyed.partition.start());
        assertEquals(List.of(), keyed.segmentFiles());
    }

    @Test
    void aPassThatIsCutShortAnywhereLosesNothingAndIsMadeUpFor() throws IOException {
        int whole = 0;
        for (int calls = 0; whole < 3; calls++)
            for (long seed = 0; seed < 8; seed++) whole += cutShort(calls, seed) ? 0 : 1;
    }

    /// Whether the power failed before the pass was over.
    private static boolean cutShort(int calls, long seed) throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS), seed);
        for (var record : List.of("a1", "b1", "a2", "c1", "b", "d1")) keyed.put(record);
        keyed.begin(7, 0, "d2");
        keyed.end(7, false);
        keyed.seal();
        int twoBatches = SegmentHeader.BYTES + 160;
        keyed.log.create(KeyedPartition.ID, KeyedPartition.config(twoBatches, KeyedPartition.ALWAYS));
        keyed.disk.loseTheDiskAfter(calls);
        boolean isCutShort = false;
        try {
            keyed.log.compact();
        } catch (IOException _) {
            isCutShort = true;
        }
        keyed.reopenAfter(keyed.disk::crash);
        var left = List.of("2:a2", "3:c1", "4:b", "5:d1", "7:abort");

        assertEquals(8, keyed.partition.end());
        assertTrue(keyed.held().containsAll(left), () -> calls + " calls, seed " + seed);

        keyed.log.compact();
        assertEquals(left, keyed.held());
        assertFalse(keyed.log.compact());
        return isCutShort;
    }

    // What comes in between.

    @Test
    void aPartitionThatIsDeletedDuringAPassTakesItAlong() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        keyed.put("a2");
        keyed.seal();

        var over = assertThrows(
                Pace.Over.class,
                () -> keyed.log.compact(
                        onceOn(SegmentHeader.BYTES, () -> keyed.log.delete(KeyedPartition.ID.stream()))));

        assertTrue(over.getMessage().contains("was deleted"), over.getMessage());
        assertEquals(List.of(), keyed.segmentFiles());
        assertFalse(keyed.disk.exists(SegmentDraft.NAME));
    }

    @Test
    void recordsThatAreDeletedDuringAPassStayDeleted() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        keyed.put("a1");
        keyed.put("a2");
        keyed.put("b1");
        keyed.seal();

        assertThrows(
                Pace.Over.class,
                () -> keyed.log.compact(onceOn(1, () -> {
                    keyed.partition.deleteBefore(2);
                    keyed.log.turn();
                })));

        assertEquals(List.of("2:b1"), keyed.held());
        assertTrue(keyed.log.compact());
        assertEquals(List.of("2:b1"), keyed.held());
    }

    @Test
    void recordsThatAreDeletedJustBeforeASwapStayDeleted() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        keyed.put("a1");
        keyed.put("a2");
        keyed.put("b1");
        keyed.seal();
        var calls = new AtomicInteger();

        var over = assertThrows(
                Pace.Over.class,
                () -> keyed.log.compact(_ -> {
                    boolean isWritten =
                            calls.incrementAndGet() == 5; // three read to learn, one read to sift, and written
                    if (!isWritten) return;
                    keyed.partition.deleteBefore(2);
                    keyed.log.turn();
                }));

        assertEquals("what was to be replaced is gone", over.getMessage());
        assertEquals(List.of("2:b1"), keyed.held());
        assertEquals(1, keyed.segmentFiles().size());
        keyed.reopenAfter(keyed.disk::crash);
        assertEquals(List.of("2:b1"), keyed.held());
    }

    @Test
    void recordsThatComeDuringAPassAreThereAfterwards() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "a2");
        keyed.seal();

        keyed.log.compact(onceOn(1, () -> keyed.put("a3", "b1")));

        assertEquals(List.of("1:a2", "2:a3", "3:b1"), keyed.held());
    }

    @Test
    void aDamagedBatchEndsThePassAndThePartitionRests() throws IOException {
        var keyed = new KeyedPartition();
        var other = keyed.log.create(new PartitionId(KeyedPartition.ID.stream(), 1), keyed.partition.config());
        keyed.put("a1", "a2");
        var answer = other.append(keyed.batch(new BatchBuilder(1), "x1", "x2", "y1"));
        keyed.log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
        keyed.seal();
        keyed.disk.damage(Segment.nameOf(KeyedPartition.ID, 0), SegmentHeader.BYTES + 70, (byte) 99);

        var damaged = new ArrayList<String>();
        for (int i = 0; i < 3; i++)
            try {
                keyed.log.compact();
            } catch (CorruptBatchException e) {
                damaged.add(e.getMessage());
            }

        assertEquals(1, damaged.size(), damaged.toString());
        assertTrue(damaged.getFirst().contains("00.log at 64: checksum"), damaged.getFirst());
        assertEquals(List.of(Segment.nameOf(KeyedPartition.ID, 0).replaceAll(".*/", "")), keyed.segmentFiles());
        assertTrue(keyed.disk.exists("partitions/%s/%020d-1.log".formatted(other.id(), 0)));
    }

    @Test
    void gapsAreNoDamageToThoseWhoReadThemLongAfterwards() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "b1");
        keyed.put("a2");
        keyed.put("c1", "c2", "d1");
        keyed.sealAndCompact();
        var held = List.of("1:b1", "2:a2", "4:c2", "5:d1");
        keyed.now += HOUR_MILLIS;
        assertEquals(held, keyed.held());

        var name = keyed.segmentFiles().getFirst();
        int second = keyed.batches().getFirst().byteSize() + SegmentHeader.BYTES;
        keyed.disk.damage("partitions/" + KeyedPartition.ID + "/" + name, second + 65, (byte) 99);
        keyed.now += HOUR_MILLIS;

        assertEquals(
                "1:b1",
                KeyedPartition.texts(KeyedPartition.batchesIn(
                                        found(keyed.partition.read(0, 6, 1000)).load())
                                .getFirst())
                        .getFirst());
        var damaged = assertInstanceOf(ReadOutcome.Damaged.class, keyed.partition.read(2, 6, 1000));
        assertEquals(3, damaged.next());
        assertEquals(3, found(keyed.partition.read(3, 6, 1000)).firstOffset());
    }

    @Test
    void aDiskWithoutRoomMakesAPassWaitAndNothingElse() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "a2");
        keyed.seal();
        keyed.disk.capacity(keyed.disk.used() + 100);

        var full = assertThrows(DiskFullException.class, keyed.log::compact);

        assertTrue(full.getMessage().contains(" waits for room on the disk"), full.getMessage());
        assertEquals(List.of("0:a1", "1:a2"), keyed.held());
        assertFalse(keyed.log.compact(), "it rests");
        keyed.disk.capacity(Long.MAX_VALUE);
        keyed.now += HOUR_MILLIS;
        assertTrue(keyed.log.compact());
        assertEquals(List.of("1:a2"), keyed.held());
    }

    @Test
    void aSwapThatFindsNoRoomLeavesAllAsItWas() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "a2");
        keyed.seal();
        var before = keyed.segmentFiles();

        var calls = new AtomicInteger();
        var failed = assertThrows(
                IOException.class,
                () -> keyed.log.compact(bytes -> {
                    boolean isWritten =
                            calls.incrementAndGet() == 3; // read to learn, read to sift, written: a name is left
                    if (isWritten) keyed.disk.capacity(0);
                }));

        assertInstanceOf(DiskFullException.class, failed.getCause());
        assertEquals(before, keyed.segmentFiles());
        keyed.disk.capacity(Long.MAX_VALUE);
        assertEquals(List.of("0:a1", "1:a2"), keyed.held());
        keyed.log.tidy(); // sees the room
        assertEquals(2, keyed.put("b1"));
    }

    private interface Deed {
        void run() throws IOException;
    }

    /// Does something when at least so many bytes were moved at once, the first time.
    private static Pace onceOn(int bytesMin, Deed deed) {
        return new Pace() {
            private boolean isDone;

            @Override
            public void moved(int bytes) throws IOException {
                if (isDone || bytes < bytesMin) return;
                isDone = true;
                deed.run();
            }
        };
    }

    private static Slice found(ReadOutcome outcome) {
        return assertInstanceOf(ReadOutcome.Found.class, outcome).slice();
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes());
    }
}
