package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `flush.ms` and `flush.messages` of partitions without journal: what is synced when.
class FlushTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final LogConfig CONFIG = new LogConfig(Path.of("sim"), 1);

    @TempDir
    Path directory;

    private final SimDisk disk = new SimDisk(new Random(1));
    private long millis = 1000;
    private Optional<Log> opened = Optional.empty();

    @Test
    void aRecordIsSyncedOnceItIsAsOldAsFlushMillisThoughNothingElseComes() throws IOException {
        assertEquals(Long.MAX_VALUE, untilDue());
        var partition = partition(config(Long.MAX_VALUE, 50));
        append(partition);
        millis += 20;
        append(partition);
        assertEquals(30, untilDue());

        millis += 29;
        assertTrue(isDirty(partition), "not due");
        assertEquals(0, turn());
        assertTrue(isDirty(partition), "still not due");
        millis++;
        assertEquals(0, turn());

        assertFalse(isDirty(partition));
        assertEquals(Long.MAX_VALUE, untilDue());
    }

    @Test
    void soManyRecordsAreSyncedAtOnce() throws IOException {
        var partition = partition(config(2, Long.MAX_VALUE));

        append(partition);
        assertTrue(isDirty(partition));
        append(partition);

        assertFalse(isDirty(partition));
    }

    @Test
    void aShorterFlushMillisHoldsForWhatIsWrittenAlready() throws IOException {
        var partition = partition(config(Long.MAX_VALUE, 5000));
        append(partition);
        millis += 10;

        log().create(ID, config(Long.MAX_VALUE, 10));

        assertFalse(isDirty(partition));
    }

    @Test
    void aClockThatWasSetBackDelaysNoSync() throws IOException {
        var partition = partition(config(Long.MAX_VALUE, 50));
        append(partition);

        millis -= 500;
        turn();

        assertFalse(isDirty(partition));
    }

    @Test
    void aDeletedPartitionIsNotSynced() throws IOException {
        var partition = partition(config(Long.MAX_VALUE, 50));
        append(partition);

        log().delete(ID.stream());
        millis += 100;

        assertEquals(0, turn());
        assertEquals(Long.MAX_VALUE, untilDue());
    }

    @Test
    void theWriterThreadWakesForItByItself() throws Exception {
        var isWritten = new AtomicBoolean();
        var looked = new CountDownLatch(20);
        InstantSource clock = () -> {
            if (isWritten.get()) looked.countDown();
            return Instant.ofEpochMilli(1000); // stands still: it wakes, sees that nothing is due, and sleeps again
        };
        try (var log = Log.open(new LogConfig(directory), clock)) {
            var partition = log.create(ID, config(Long.MAX_VALUE, 1));
            partition.append(batch()).get();
            isWritten.set(true);

            assertTrue(looked.await(20, TimeUnit.SECONDS), "nobody looked at the clock");
        }
    }

    private Log log() throws IOException {
        if (opened.isEmpty()) opened = Optional.of(Log.openByHand(CONFIG, disk, () -> Instant.ofEpochMilli(millis)));
        return opened.get();
    }

    private int turn() throws IOException {
        return log().turn();
    }

    private PartitionLog partition(PartitionConfig config) throws IOException {
        return log().create(ID, config);
    }

    private void append(PartitionLog partition) throws IOException {
        var answer = partition.append(batch());
        turn();
        assertTrue(answer.resultNow() instanceof AppendOutcome.Appended, answer.resultNow()::toString);
    }

    private long untilDue() throws IOException {
        return log().millisUntilDue();
    }

    private static boolean isDirty(PartitionLog partition) {
        return partition.tail.active().isDirty();
    }

    private static PartitionConfig config(long flushMessages, long flushMillis) {
        return new PartitionConfig(Durability.OS, 1 << 20, 1 << 20, flushMessages, flushMillis, -1, -1);
    }

    private static Batch batch() {
        return new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build();
    }
}
