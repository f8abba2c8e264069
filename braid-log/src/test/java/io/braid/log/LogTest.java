package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log as its users see it: real files, real writer threads.
class LogTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedIsReadAfterReopening() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);
            assertEquals(
                    new AppendOutcome.Appended(0, 1),
                    partition.append(batch("a", "b")).get());
            assertEquals(
                    new AppendOutcome.Appended(2, 2),
                    partition.append(batch("c")).get());
            assertEquals(3, partition.end());
            assertEquals(0, partition.leaderEpoch());
        }

        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.partition(ID).orElseThrow();

            assertEquals(3, partition.end());
            assertEquals("b", valueAt(partition, 1));
            assertEquals("c", valueAt(partition, 2));
            assertEquals(1, partition.leaderEpoch());
            assertEquals(OptionalLong.of(0), partition.batchAt(5, 0));
        }
    }

    @Test
    void aTransactionEndsInAPartitionWhoseOwnLimitIsSmallerThanAnEnd() throws Exception {
        var tiny = new PartitionConfig(
                Durability.DISK, Batch.HEADER_BYTES, 1 << 20, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, tiny);

            assertInstanceOf(
                    AppendOutcome.Refused.class, partition.append(batch("a")).get());
            assertEquals(
                    new AppendOutcome.Appended(0, 0),
                    partition.endTransaction(7, (short) 0, false, false, 0).get());
        }
    }

    @Test
    void allBytesThatWereAppendedAreCountedAndThoseOfRefusedBatchesAreNot() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);
            var first = batch("a", "b");
            var second = batch("c");
            int bytes = first.byteSize() + second.byteSize();
            partition.append(first).get();
            partition.append(second).get();
            partition.deleteBefore(3).get();
            partition.suspend().get();
            partition.append(batch("d")).get();

            assertEquals(bytes, partition.appendedBytes());
        }
    }

    @Test
    void whatIsSentAgainIsFoundWhereNothingIsTakenAnyMore() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);
            partition.append(batch("before")).get();
            partition.append(sequenced(0)).get();

            var early = partition.find(sequenced(1)).get();
            partition.suspend().get();
            var again = partition.append(sequenced(0)).get();

            assertInstanceOf(AppendOutcome.Refused.class, early);
            assertEquals(new AppendOutcome.Duplicate(1, 1), again);
            assertEquals(again, partition.find(sequenced(0)).get());
            assertInstanceOf(
                    AppendOutcome.Refused.class, partition.append(sequenced(1)).get());
            assertEquals(2, partition.end());
        }
    }

    private static Batch sequenced(int sequence) {
        return new BatchBuilder(1)
                .producer(7, (short) 0, sequence)
                .add(1, BatchBuilder.ABSENT, text("v"))
                .build();
    }

    @Test
    void aWatchWakesOnceTheEndHasMoved() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);
            var woken = new CountDownLatch(1);
            partition.watch(0, woken::countDown);
            assertFalse(woken.await(0, TimeUnit.SECONDS));

            partition.append(batch("a"));

            assertEquals(true, woken.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aWatchOfWhatIsCommittedWakesWhenTheTransactionEnds() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);
            var open = new BatchBuilder(1)
                    .producer(7, (short) 0, 0)
                    .transactional()
                    .add(1, BatchBuilder.ABSENT, text("v"))
                    .build();
            partition.append(open, partition.transaction(7)).get(10, TimeUnit.SECONDS);
            var woken = new CountDownLatch(1);
            partition.watchStable(0, woken::countDown);
            partition.append(batch("behind")).get(10, TimeUnit.SECONDS);
            assertEquals(1, woken.getCount());

            partition.endTransaction(7, (short) 1, true, true, 1);

            assertEquals(true, woken.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aReadAboveTheEndIsOutOfRangeAndOneAtTheEndIsEmpty() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);

            assertEquals(new ReadOutcome.OutOfRange(0, 0), partition.read(1, Long.MAX_VALUE, 100));
            var found = assertInstanceOf(ReadOutcome.Found.class, partition.read(0, Long.MAX_VALUE, 100));
            assertEquals(new EmptySlice(0, 0), found.slice());
        }
    }

    @Test
    void aSecondLogOnTheSameDirectoryIsRefusedWithTheProcessThatHasIt() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            var refused =
                    assertThrows(IOException.class, () -> Log.open(new LogConfig(directory), InstantSource.system()));

            assertEquals(
                    "data directory %s is in use by process %d: stop it, or choose another directory"
                            .formatted(directory, ProcessHandle.current().pid()),
                    refused.getMessage());
            assertEquals(0, log.partitions().size());
        }
    }

    @Test
    void headersKeysAndMissingPartsSurviveTheWayThroughABatch() throws Exception {
        var batch = new BatchBuilder(10)
                .add(
                        12,
                        BatchBuilder.ABSENT,
                        text("v"),
                        new Header("h", BatchBuilder.ABSENT),
                        new Header("i", text("j")))
                .add(11, text("k"), BatchBuilder.ABSENT)
                .build();

        assertEquals(java.util.Optional.empty(), batch.fault());
        var records = new RecordCursor(batch, batch.payload());
        assertEquals(true, records.next());
        assertEquals(12, records.timestamp());
        assertEquals(BatchBuilder.ABSENT, records.key());
        assertEquals("h", records.headers().get(0).name());
        assertEquals(BatchBuilder.ABSENT, records.headers().get(0).value());
        assertArrayEquals(new byte[] {'j'}, records.headers().get(1).value().toArray(ValueLayout.JAVA_BYTE));
        assertEquals(true, records.next());
        assertEquals(1, records.offset());
        assertEquals(BatchBuilder.ABSENT, records.value());
        assertFalse(records.next());
        assertEquals(12, batch.maxTimestamp());
    }

    private static String valueAt(PartitionLog partition, long offset) throws IOException {
        var found = assertInstanceOf(ReadOutcome.Found.class, partition.read(offset, Long.MAX_VALUE, 1));
        try (var slice = found.slice()) {
            var batch = new Batch(slice.load());
            var records = new RecordCursor(batch, batch.payload());
            while (records.next())
                if (records.offset() == offset)
                    return new String(records.value().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
        throw new AssertionError("offset " + offset + " is not there");
    }

    private static Batch batch(String... values) {
        var builder = new BatchBuilder(5);
        for (var value : values) builder.add(5, BatchBuilder.ABSENT, text(value));
        return builder.build();
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }
}
