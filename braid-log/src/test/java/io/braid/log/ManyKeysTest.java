package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// More keys than compaction has memory for, on a real disk, with all threads there are, while one thread writes and
/// another reads. `-Dkeys=1000000` makes it a million, for which it has room for a hundred thousand at a time.
@Timeout(600)
class ManyKeysTest {
    private static final int KEYS = Integer.getInteger("keys", 30_000);
    private static final int ROUNDS = 3; // how often each key is written
    private static final int BATCH = 500;
    private static final int IN_FLIGHT_MAX = 20;
    private static final long BYTES_MAX = 25; // of a record of two numbers, with its part of a batch
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final AtomicInteger acknowledged = new AtomicInteger(); // records
    private volatile boolean isWritten;

    @Test
    void allAreKeptAndReadersMissNoneWhileTheyAreWritten(@TempDir Path directory) throws Exception {
        var limits = new CompactionLimits(KEYS / 10 * 32, Long.MAX_VALUE);
        var config = new LogConfig(
                directory,
                1,
                64 << 20,
                4 << 20,
                4 << 20,
                1000,
                8 << 20,
                1000,
                Long.MAX_VALUE / 4,
                20,
                20,
                0,
                1,
                limits);
        try (var log = Log.open(config, InstantSource.system())) {
            int segmentBytes = Math.max(KEYS * 5, 64 << 10);
            var partition = log.create(
                    new PartitionId(new java.util.UUID(1, 2), 0),
                    new PartitionConfig(Durability.DISK, 1 << 20, segmentBytes, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1)
                            .with(new Compaction.ByKey(0.2, 0, Long.MAX_VALUE, 0)));
            var sweeps = new CompletableFuture<Integer>();
            Thread.ofPlatform().start(() -> sweep(partition, sweeps));
            write(partition);
            isWritten = true;
            assertTrue(sweeps.get() > 0);

            log.create(partition.id(), partition.config().with(new Compaction.ByKey(0, 0, 1, 0)));
            do {
                log.tidy();
                log.checkpoint();
            } while (partition.settledBase() < partition.end());
            while (log.compact()) {}

            var seen = new BitSet();
            assertEquals(KEYS, readAll(partition, seen, ROUNDS - 1));
            assertEquals(KEYS, seen.cardinality());
            assertTrue(partition.byteSize() < KEYS * BYTES_MAX, partition.byteSize() + " bytes");
        }
    }

    private void write(PartitionLog partition) throws Exception {
        var answers = new ArrayDeque<CompletableFuture<AppendOutcome>>();
        for (int at = 0; at < KEYS * ROUNDS; at += BATCH) {
            var batch = new BatchBuilder(0, BATCH * 40);
            for (int i = at; i < at + BATCH; i++) batch.add(0, number(i % KEYS), number(i / KEYS));
            answers.add(partition.append(batch.build()));
            if (answers.size() >= IN_FLIGHT_MAX) await(answers);
        }
        while (!answers.isEmpty()) await(answers);
    }

    private void await(ArrayDeque<CompletableFuture<AppendOutcome>> answers) throws Exception {
        assertInstanceOf(AppendOutcome.Appended.class, answers.poll().get());
        acknowledged.addAndGet(BATCH);
    }

    /// Reads all of it again and again: whatever was acknowledged before it began must be found, in one round or
    /// another.
    private void sweep(PartitionLog partition, CompletableFuture<Integer> sweeps) {
        try {
            int count = 0;
            while (!isWritten) {
                int keys = Math.min(KEYS, acknowledged.get());
                var seen = new BitSet();
                readAll(partition, seen, 0);
                assertTrue(seen.nextClearBit(0) >= keys, "key " + seen.nextClearBit(0) + " of " + keys);
                count++;
            }
            sweeps.complete(count);
        } catch (IOException | AssertionError e) {
            sweeps.completeExceptionally(e);
        }
    }

    /// Answers how many records there are, all of this round or a later one.
    private static int readAll(PartitionLog partition, BitSet seen, int roundMin) throws IOException {
        int count = 0;
        for (long offset = partition.start(); offset < partition.end(); ) {
            var read = partition.read(offset, partition.end(), 256 << 10);
            try (var slice = assertInstanceOf(ReadOutcome.Found.class, read).slice()) {
                var bytes = slice.load();
                for (long at = 0; at < bytes.byteSize(); ) {
                    var batch = new Batch(bytes.asSlice(at, Batch.PREFIX_BYTES + (long) bytes.get(INT, at + 8)));
                    assertEquals(Optional.empty(), batch.faultAsHeld());
                    assertTrue(batch.nextOffset() > offset);
                    offset = batch.nextOffset();
                    at += batch.byteSize();
                    var records = new RecordCursor(batch, batch.payload());
                    while (records.next()) {
                        seen.set(records.key().get(INT, 0));
                        assertTrue(records.value().get(INT, 0) >= roundMin);
                        count++;
                    }
                }
                offset = Math.max(offset, slice.nextOffset());
            }
        }
        return count;
    }

    private static MemorySegment number(int number) {
        var bytes = MemorySegment.ofArray(new byte[Integer.BYTES]);
        bytes.set(INT, 0, number);
        return bytes;
    }
}
