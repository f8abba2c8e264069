package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Retention by time, where a segment has records that are past it and others that are not.
class TrimTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final long KEPT = 2400; // a 24th is 100
    private static final long NOW = 1_000_000;

    private final SimDisk disk = new SimDisk(new Random(1));
    private long millis = NOW;
    private boolean failsReads;
    private Log log = open();
    private PartitionLog partition = partition(log, KEPT);

    TrimTest() throws IOException {}

    @Test
    void recordsPastRetentionGoThoughTheirSegmentGrowsOn() throws IOException {
        append(NOW - 3000);
        append(NOW - 2501, NOW - 2600);
        append(NOW - 2400);
        append(NOW);

        log.tidy();

        assertEquals(3, partition.start());
        assertEquals(5, partition.end());
        assertEquals(1, partition.tail.segments().size(), "all in one segment still");
    }

    @Test
    void aBatchStaysWholeWhileOneOfItsRecordsDoes() throws IOException {
        append(NOW - 9000, NOW);

        log.tidy();

        assertEquals(0, partition.start());
    }

    @Test
    void whatStandsBehindAYoungRecordWaitsForIt() throws IOException {
        append(NOW);
        append(NOW - 9000);
        append(NOW - 9000, NOW - 100);

        log.tidy();
        assertEquals(0, partition.start());
        millis += KEPT + 1;
        log.tidy();

        assertEquals(4, partition.start());
    }

    @Test
    void shorterRetentionHoldsAtOnce() throws IOException {
        append(NOW - 2000);
        append(NOW - 900);
        append(NOW);
        log.tidy();
        assertEquals(0, partition.start());

        log.create(ID, config(1000));
        log.tidy();

        assertEquals(1, partition.start());
    }

    @Test
    void itIsNotLookedAtAgainBeforeAPartOfTheTimeHasPassed() throws IOException {
        append(NOW - 2410);
        append(NOW - 2390);
        append(NOW);
        log.tidy();
        assertEquals(1, partition.start(), "never looked at before");

        millis += 110; // the batch is 2500 old now
        log.tidy();
        assertEquals(1, partition.start());
        millis += 1;
        log.tidy();

        assertEquals(2, partition.start());
    }

    @Test
    void whatWasKnownOfTheFirstBatchIsForgottenWithIt() throws IOException {
        append(NOW);
        append(NOW - 9000);
        append(NOW);
        log.tidy();
        partition.deleteBefore(1);
        log.turn();

        log.tidy();

        assertEquals(2, partition.start());
    }

    @Test
    void recordsWithoutTimeGoWithThoseBehindThemAndNotBefore() throws IOException {
        append(-1);
        log.tidy();
        assertEquals(0, partition.start(), "nothing says that it is old");

        append(NOW - 3000);
        append(-1);
        append(NOW);
        log.tidy();

        assertEquals(3, partition.start());
    }

    @Test
    void whatWasTrimmedIsGoneAfterACrash() throws IOException {
        append(NOW - 3000);
        append(NOW);
        log.tidy();

        disk.crash();
        log = open();

        assertEquals(1, log.partition(ID).orElseThrow().start());
    }

    @Test
    void aReadThatFailsIsTriedAgain() throws IOException {
        append(NOW - 3000);
        append(NOW);

        failsReads = true;
        log.tidy();
        assertEquals(0, partition.start());
        failsReads = false;
        append(NOW);
        log.tidy();

        assertEquals(1, partition.start());
    }

    private Log open() throws IOException {
        var config = new LogConfig(Path.of("sim"), 1);
        return Log.openByHand(config, watch(Disk.class, disk), () -> Instant.ofEpochMilli(millis));
    }

    private static PartitionLog partition(Log log, long kept) throws IOException {
        return log.create(ID, config(kept));
    }

    private static PartitionConfig config(long kept) {
        return PartitionConfig.DEFAULT.with(new Retention(kept, -1));
    }

    private void append(long... times) throws IOException {
        var builder = new BatchBuilder(times[0]);
        for (long time : times) builder.add(time, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[10]));
        var answer = partition.append(builder.build());
        log.turn();
        assertTrue(answer.resultNow() instanceof AppendOutcome.Appended, answer::toString);
    }

    /// The same, but for reads that fail when told to.
    private <T> T watch(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    if (failsReads
                            && target instanceof DiskFile
                            && method.getName().equals("read")) throw new IOException("as the test wants it");
                    try {
                        var answer = method.invoke(target, arguments);
                        return answer instanceof DiskFile file ? watch(DiskFile.class, file) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
