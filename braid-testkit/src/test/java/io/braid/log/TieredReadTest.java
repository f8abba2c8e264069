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
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Records that are only in the tier: read like others, with few requests, and with errors of their own.
class TieredReadTest {
    private static final Logger LOGGER = Logger.getLogger(TierHealth.class.getName());
    private static final PartitionConfig LARGE_SEGMENTS = TierBench.copied(0, 0);

    private final TierBench bench = new TierBench();

    TieredReadTest() throws IOException {}

    @BeforeAll
    static void failuresAreExpected() {
        LOGGER.setLevel(Level.OFF);
    }

    private void fourInTheTier() throws IOException {
        bench.write(TierBench.copied(0, 0), 5);
        bench.settle();
        assertEquals(List.of(4L), bench.localSegments());
    }

    @Test
    void recordsAreReadWhereverTheyAre() throws IOException {
        fourInTheTier();

        for (long offset = 0; offset < 5; offset++) assertEquals(offset, bench.read(offset));
        bench.reopen();
        for (long offset = 0; offset < 5; offset++) assertEquals(offset, bench.read(offset));
    }

    @Test
    void whatWasReadIsNotAskedForAgain() throws IOException {
        fourInTheTier();
        bench.read(1);
        int before = bench.tier.reads();

        bench.read(1);

        assertEquals(before, bench.tier.reads());
    }

    @Test
    void openingAsksTheTierNothing() throws IOException {
        fourInTheTier();
        bench.tier.goAway();

        bench.reopen();

        assertEquals(0, bench.partition.start());
        assertEquals(4, bench.partition.localStart());
        assertEquals(5, bench.partition.end());
    }

    @Test
    void aTierThatFailsFailsThatReadAndNothingElse() throws IOException {
        fourInTheTier();
        bench.tier.goAway();

        assertThrows(TierException.class, () -> bench.read(0));

        assertEquals(4, bench.read(4));
        bench.append(1);
        assertEquals(5, bench.read(5));
        bench.tier.comeBack();
        assertEquals(0, bench.read(0));
    }

    @Test
    void aDamagedObjectIsNotBelievedAndNotRemembered() throws IOException {
        fourInTheTier();
        var key = bench.tier.keys().getFirst();
        byte before = bench.tier.damage(key, SegmentHeader.BYTES + 65, (byte) 99);

        var refused = assertInstanceOf(ReadOutcome.Damaged.class, bench.partition.read(0, 5, 1000));
        assertTrue(refused.detail().startsWith("sim://tier/" + key + " at 64: "), refused.detail());
        assertEquals(1, bench.read(1));

        bench.tier.damage(key, SegmentHeader.BYTES + 65, before);
        assertEquals(0, bench.read(0));
    }

    @Test
    void aLostIndexIsMadeAgainFromTheObject() throws IOException {
        fourInTheTier();
        var index = Segment.nameOf(TierBench.ID, 2).replace(".log", ".index");
        bench.disk.delete(index);
        bench.reopen();

        assertEquals(OptionalLong.of(2), bench.partition.batchAt(3, 0));

        assertTrue(bench.disk.exists(index));
    }

    @Test
    void recordsAreFoundByTimeInTheTier() throws IOException {
        fourInTheTier();

        assertEquals(OptionalLong.of(2), bench.partition.batchAt(3, 0));
        assertEquals(OptionalLong.of(4), bench.partition.newestBatch(0));
    }

    @Test
    void abortedTransactionsAreKnownInTheTierToo() throws IOException {
        bench.partition = bench.log.create(TierBench.ID, TierBench.copied(0, 0));
        var seen = bench.partition.transaction(7);
        bench.partition.append(
                new BatchBuilder(1)
                        .producer(7, (short) 0, 0)
                        .transactional()
                        .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                        .build(),
                seen);
        bench.partition.endTransaction(7, (short) 0, false, false, 0);
        bench.log.turn();
        bench.append(2);
        bench.log.checkpoint();
        var before = bench.partition.aborted(0, 2);
        assertEquals(1, before.size());
        bench.settle();
        assertEquals(List.of(3L), bench.localSegments());

        assertEquals(before, bench.partition.aborted(0, 2));
        bench.reopen();
        assertEquals(before, bench.partition.aborted(0, 2));
    }

    @Test
    void whoeverReadsWhileASegmentLeavesReadsOn() throws IOException {
        bench.write(TierBench.copied(0, 0), 3);
        var found = assertInstanceOf(ReadOutcome.Found.class, bench.partition.read(0, 3, 1 << 20));
        try (var slice = found.slice()) {
            bench.settle();
            assertEquals(List.of(2L), bench.localSegments());

            assertEquals(0, new Batch(slice.load()).baseOffset());
        }
    }

    @Test
    void anObjectThatWasDeletedMeanwhileIsOutOfRange() throws IOException {
        fourInTheTier();
        bench.tier.goAway();
        var outcomes = new ArrayList<ReadOutcome>();
        bench.tier.onRefusal(() -> {
            bench.partition.deleteBefore(3);
            bench.log.turn();
        });

        outcomes.add(bench.partition.read(1, 5, 1 << 20));

        assertEquals(List.of(new ReadOutcome.OutOfRange(3, 5)), outcomes);
    }

    @Test
    void whatIsInTheTierDoesNotCountAsHeldHere() throws IOException {
        bench.write(TierBench.copied(0, 0), 5);
        long all = bench.partition.byteSize();

        bench.settle();

        assertEquals(all / 5, bench.partition.byteSize());
    }

    @Test
    void aSliceFromTheTierIsOneMebibyteOrOneBatch() throws IOException {
        var config = new PartitionConfig(Durability.DISK, 4 << 20, 6 << 20, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1)
                .with(LARGE_SEGMENTS.retention());
        bench.partition = bench.log.create(TierBench.ID, config);
        for (int size : List.of(300_000, 300_000, 300_000, 300_000, 2_000_000, 1_000_000, 5_000_000 / 2)) {
            bench.partition.append(new BatchBuilder(1)
                    .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[size]))
                    .build());
            bench.log.turn();
        }
        bench.log.checkpoint();
        bench.settle();
        assertEquals(List.of(6L), bench.localSegments());

        var next = new ArrayList<Long>();
        for (long offset = 0; offset < 6; offset = next.getLast()) {
            var found = assertInstanceOf(ReadOutcome.Found.class, bench.partition.read(offset, 7, 50 << 20));
            try (var slice = found.slice()) {
                assertFalse(slice.isEmpty());
                next.add(slice.nextOffset());
            }
        }

        assertEquals(List.of(3L, 4L, 5L, 6L), next);
    }
}
