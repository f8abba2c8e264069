package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/// What readers meet when a disk has changed bytes that it was given: [ColdReads]. In most tests the batch at offset 1
/// of three is the damaged one.
class ColdReadTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final String SEGMENT = Segment.nameOf(ID, 0);
    private static final int ALL = 1 << 30;
    private static final int LARGE = 10_000; // a record's bytes; about a hundred of them make a region

    private final SimDisk disk = new SimDisk(new Random(1));
    private Instant now = Instant.ofEpochSecond(1_000_000);
    private final List<Integer> positions = new ArrayList<>(); // of the batches, and of the end

    @Test
    void everyFlippedBitOfABatchIsFoundAndNothingElseSuffers() throws IOException {
        var partition = reopened(write(10, 10, 10)).partition(ID).orElseThrow();

        for (int at = positions.get(1); at < positions.get(2); at++)
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                flip(SEGMENT, at, bit);

                assertEquals("[0, 1)", found(partition, 0), "bit " + bit + " at " + at);
                assertDamaged(1, 2, partition.read(1, 3, ALL));
                assertEquals("[2, 3)", found(partition, 2), "bit " + bit + " at " + at);
                flip(SEGMENT, at, bit);
            }
        assertEquals("[0, 3)", found(partition, 0), "all is as it was");
    }

    @Test
    void theAnswerNamesFilePositionAndWhatWasExpected() throws IOException {
        var partition = reopened(write(10, 10, 10)).partition(ID).orElseThrow();
        int at = positions.get(1);
        flip(SEGMENT, at + 70, 3);

        var damaged = assertInstanceOf(ReadOutcome.Damaged.class, partition.read(1, 3, ALL));

        var detail = damaged.detail();
        assertTrue(
                detail.matches("sim/" + SEGMENT + " at " + at + ": checksum [0-9a-f]{8} should be [0-9a-f]{8}"),
                detail);
    }

    @Test
    void theFirstAndTheLastBatchMayBeTheDamagedOnes() throws IOException {
        var partition = reopened(write(10, 10, 10)).partition(ID).orElseThrow();
        flip(SEGMENT, positions.get(0) + 8, 7); // lengths
        flip(SEGMENT, positions.get(2) + 11, 0);

        assertDamaged(0, 1, partition.read(0, 3, ALL));
        assertEquals("[1, 2)", found(partition, 1));
        assertDamaged(2, 3, partition.read(2, 3, ALL));
    }

    @Test
    void neighboursThatAreDamagedTogetherAreOnePlace() throws IOException {
        var partition = reopened(write(10, 10, 10, 10)).partition(ID).orElseThrow();
        flip(SEGMENT, positions.get(1) + 70, 0);
        flip(SEGMENT, positions.get(2) + 70, 0);

        assertDamaged(1, 3, partition.read(1, 4, ALL));
        assertDamaged(1, 3, partition.read(2, 4, ALL));
        assertEquals("[3, 4)", found(partition, 3));
    }

    @Test
    void whatIsReadAsItIsWrittenIsNotChecked() throws IOException {
        var log = open();
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        for (int i = 0; i < 300; i++) {
            append(log, LARGE);
            assertEquals("[%d, %d)".formatted(i, i + 1), found(partition, i));
        }
        now = now.plus(Duration.ofMinutes(1));
        assertEquals("[0, 300)", found(partition, 0));

        assertEquals(0, log.cold().checkedBytes());
    }

    @Test
    void whatWasCheckedIsNotCheckedAgainForTwoMinutes() throws IOException {
        var log = reopened(write(10, 10, 10));
        var partition = log.partition(ID).orElseThrow();

        for (int i = 0; i < 3; i++) found(partition, i);
        long once = log.cold().checkedBytes();
        now = now.plus(Duration.ofMinutes(2));
        found(partition, 0);

        assertEquals(positions.get(3) - positions.get(0), once);
        assertEquals(2 * once, log.cold().checkedBytes());
    }

    @Test
    void whatWasWrittenLongAgoIsColdEvenInTheSameLife() throws IOException {
        var log = write(10, 10, 10);
        now = now.plus(Duration.ofMinutes(2));
        flip(SEGMENT, positions.get(1) + 70, 0);

        assertDamaged(1, 2, log.partition(ID).orElseThrow().read(1, 3, ALL));
    }

    @Test
    void appendingToAColdRegionDoesNotWarmWhatStandsBeforeIt() throws IOException {
        var log = reopened(write(10, 10, 10));
        flip(SEGMENT, positions.get(1) + 70, 0);

        append(log, 10);

        var partition = log.partition(ID).orElseThrow();
        assertDamaged(1, 2, partition.read(1, 4, ALL));
        assertEquals("[2, 4)", found(partition, 2));
    }

    @Test
    void aClockThatIsSetBackMakesAllCold() throws IOException {
        var log = write(10, 10, 10);
        now = now.minus(Duration.ofHours(1));

        found(log.partition(ID).orElseThrow(), 0);

        assertEquals(positions.get(3) - positions.get(0), log.cold().checkedBytes());
    }

    @Test
    void onlyTheRegionsThatAreReadAreChecked() throws IOException {
        var log = reopened(writeMany(400));
        flip(SEGMENT, positions.get(0) + 8, 0); // far before
        flip(SEGMENT, positions.get(399) + 8, 0); // far behind

        assertEquals("[200, 201)", found(log.partition(ID).orElseThrow(), 200, 1));

        assertTrue(log.cold().checkedBytes() < 3 << 20, () -> log.cold().checkedBytes() + " bytes");
    }

    @Test
    void aDamagedLengthHidesNothingThatLiesBehind() throws IOException {
        var partition = reopened(writeMany(400)).partition(ID).orElseThrow();
        for (int i = 50; i < 400; i += 50) flip(SEGMENT, positions.get(i) + 8 + i % 4, i % 8);

        for (int i = 0; i < 400; i++) {
            if (i > 0 && i % 50 == 0) assertDamaged(i, i + 1, partition.read(i, 400, 1));
            else assertEquals("[%d, %d)".formatted(i, i + 1), found(partition, i, 1));
        }
        assertEquals("[51, 100)", found(partition, 51));
    }

    @Test
    void batchesWithinARecordAreNotTakenForItsNeighbours() throws IOException {
        var inner = batch(10);
        inner.stamp(2, 1); // as if it were the one that follows
        var log = open();
        log.create(ID, PartitionConfig.DEFAULT);
        append(log, batch(10));
        append(
                log,
                new BatchBuilder(1).add(1, BatchBuilder.ABSENT, inner.bytes()).build());
        append(log, batch(10));
        append(log, batch(10));
        var partition = reopened(log).partition(ID).orElseThrow();
        flip(SEGMENT, positions.get(1) + 45, 0);

        assertDamaged(1, 2, partition.read(1, 4, ALL));
        assertEquals("[2, 4)", found(partition, 2));
    }

    @Test
    void aFileThatLostItsEndIsDamagedFromThereOn() throws IOException {
        var partition = reopened(write(10, 10, 10)).partition(ID).orElseThrow();
        try (var file = disk.open(SEGMENT)) {
            file.truncate(positions.get(2) + 5);
        }

        assertEquals("[0, 2)", found(partition, 0));
        var damaged = assertInstanceOf(ReadOutcome.Damaged.class, partition.read(2, 3, ALL));
        assertTrue(damaged.detail().endsWith("61 bytes expected, the file ends after 5"), damaged.detail());
    }

    @Test
    void aPlaceThatCannotBeReadIsDamageToo() throws IOException {
        writeMany(20).close();
        var bad = List.of(positions.get(7) + 100L);
        var log = Log.openByHand(config(), unreadable(Disk.class, disk, bad), () -> now);
        var partition = log.partition(ID).orElseThrow();

        assertEquals("[0, 7)", found(partition, 0));
        var damaged = assertInstanceOf(ReadOutcome.Damaged.class, partition.read(7, 20, ALL));
        assertTrue(damaged.detail().endsWith("cannot be read: Input/output error"), damaged.detail());
        assertEquals(7, damaged.first());
        assertEquals("[%d, 20)".formatted(damaged.next()), found(partition, damaged.next()));
        assertTrue(damaged.next() <= 12, "an index entry is at most 32 KiB and a batch away: " + damaged);
    }

    @Test
    void writersDeletionAndOtherPartitionsGoOn() throws IOException {
        var log = open();
        var other = new PartitionId(ID.stream(), 1);
        log.createAll(List.of(ID, other), PartitionConfig.DEFAULT);
        append(log, ID, batch(10));
        append(log, other, batch(10));
        log = reopened(log);
        flip(SEGMENT, SegmentHeader.BYTES + 8, 0);
        var partition = log.partition(ID).orElseThrow();
        assertDamaged(0, 1, partition.read(0, 1, ALL));

        append(log, ID, batch(10));

        assertEquals("[0, 1)", found(log.partition(other).orElseThrow(), 0));
        assertEquals("[1, 2)", found(partition, 1));
        var start = partition.deleteBefore(1);
        log.turn();
        assertEquals(1, start.join());
    }

    @Test
    void aLookUpByTimeIsAnsweredByTheDamagedBatchThatMayHoldTheRecord() throws IOException {
        var log = open();
        log.create(ID, PartitionConfig.DEFAULT);
        for (int time : List.of(10, 20, 30)) append(log, batch(10, time));
        var partition = reopened(log).partition(ID).orElseThrow();
        flip(SEGMENT, positions.get(1) + 8, 0);

        assertEquals(OptionalLong.of(0), partition.batchAt(5, 0));
        assertEquals(OptionalLong.of(1), partition.batchAt(15, 0));
        assertEquals(OptionalLong.of(1), partition.batchAt(25, 0), "nobody knows");
        assertEquals(OptionalLong.empty(), partition.batchAt(35, 0));
    }

    @Test
    void aDamagedPlaceIsToldOnce() throws IOException {
        var partition = reopened(write(10, 10, 10)).partition(ID).orElseThrow();
        flip(SEGMENT, positions.get(1) + 70, 0);
        var lines = new ArrayList<String>();
        var logger = Logger.getLogger(ColdReads.class.getName());
        var handler = into(lines);
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            for (int i = 0; i < 5; i++) for (int offset = 0; offset < 3; offset++) partition.read(offset, 3, ALL);
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }

        assertEquals(1, lines.size(), lines::toString);
        assertTrue(
                lines.getFirst()
                        .startsWith("records damaged on the disk, readers of them are refused: sim/" + SEGMENT + " at "
                                + positions.get(1) + " offsets=1..1: checksum "),
                lines::toString);
    }

    @Test
    void theEpochOfAnOffsetIsKnownWithoutReading() throws IOException {
        var log = reopened(write(10, 10, 10));
        append(log, 10);
        var partition = log.partition(ID).orElseThrow();

        assertEquals(0, partition.epochAt(2).orElseThrow());
        assertEquals(1, partition.epochAt(3).orElseThrow());
        assertEquals(1, partition.epochAt(4).orElseThrow(), "what comes next");
        assertTrue(partition.epochAt(5).isEmpty());
        assertEquals(0, log.cold().checkedBytes());
    }

    private static Handler into(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    // Writing.

    private static LogConfig config() {
        return new LogConfig(Path.of("sim"), 1);
    }

    private Log open() throws IOException {
        return Log.openByHand(config(), disk, () -> now);
    }

    /// Nothing is remembered in the next life.
    private Log reopened(Log log) throws IOException {
        log.close();
        return open();
    }

    private Log write(int... valueBytes) throws IOException {
        var log = open();
        log.create(ID, PartitionConfig.DEFAULT);
        for (int bytes : valueBytes) append(log, bytes);
        return log;
    }

    private Log writeMany(int count) throws IOException {
        var log = open();
        log.create(ID, PartitionConfig.DEFAULT);
        for (int i = 0; i < count; i++) append(log, LARGE);
        return log;
    }

    private void append(Log log, int valueBytes) throws IOException {
        append(log, batch(valueBytes));
    }

    private void append(Log log, Batch batch) throws IOException {
        append(log, ID, batch);
        if (positions.isEmpty()) positions.add(SegmentHeader.BYTES);
        positions.add(positions.getLast() + batch.byteSize());
    }

    private static void append(Log log, PartitionId id, Batch batch) {
        var answer = log.partition(id).orElseThrow().append(batch);
        log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
    }

    private static Batch batch(int valueBytes) {
        return batch(valueBytes, 1);
    }

    private static Batch batch(int valueBytes, long time) {
        return new BatchBuilder(time)
                .add(time, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[valueBytes]))
                .build();
    }

    // Damaging.

    private void flip(String name, long position, int bit) throws IOException {
        try (var file = disk.open(name)) {
            var old = ByteBuffer.allocate(1);
            file.read(position, old);
            disk.damage(name, position, (byte) (old.get(0) ^ 1 << bit));
        }
    }

    /// The same disk, but for positions of the segment that it does not return.
    private static <T> T unreadable(Class<T> type, T target, List<Long> bad) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    if (target instanceof DiskFile file
                            && file.name().equals(SEGMENT)
                            && method.getName().startsWith("read"))
                        return readUpTo(file, (long) arguments[0], (ByteBuffer) arguments[1], bad);
                    try {
                        var answer = method.invoke(target, arguments);
                        return answer instanceof DiskFile file ? unreadable(DiskFile.class, file, bad) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private static int readUpTo(DiskFile file, long from, ByteBuffer bytes, List<Long> bad) throws IOException {
        int end = bytes.limit();
        for (long position : bad)
            if (from <= position && position < from + bytes.remaining()) {
                file.read(from, bytes.limit(bytes.position() + (int) (position - from)));
                bytes.limit(end);
                throw new IOException("Input/output error");
            }
        return file.read(from, bytes);
    }

    // Reading.

    private static String found(PartitionLog partition, long offset) throws IOException {
        return found(partition, offset, ALL);
    }

    /// The offsets that a read found, after a look at every batch.
    private static String found(PartitionLog partition, long offset, int bytesMax) throws IOException {
        var outcome = partition.read(offset, partition.end(), bytesMax);
        try (var slice = assertInstanceOf(ReadOutcome.Found.class, outcome, outcome::toString)
                .slice()) {
            var bytes = slice.load();
            long next = slice.firstOffset();
            for (long at = 0; at < bytes.byteSize(); ) {
                var batch = new Batch(bytes.asSlice(at, new Batch(bytes.asSlice(at)).sizeByHeader()));
                assertEquals(Optional.empty(), batch.fault());
                assertEquals(next, batch.baseOffset());
                next = batch.nextOffset();
                at += batch.byteSize();
            }
            assertEquals(next, slice.nextOffset());
            return "[%d, %d)".formatted(slice.firstOffset(), slice.nextOffset());
        }
    }

    private static void assertDamaged(long first, long next, ReadOutcome outcome) {
        var damaged = assertInstanceOf(ReadOutcome.Damaged.class, outcome, outcome::toString);
        assertEquals("[%d, %d)".formatted(first, next), "[%d, %d)".formatted(damaged.first(), damaged.next()));
    }
}
