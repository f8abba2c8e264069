package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Segments are compacted or in the tier, never both: what is there never changes, and says nothing of gaps. Streams'
/// settings do not allow it (`TierRules`), and the log does not count on that.
class CompactionAndTierTest {
    private static final Compaction ALWAYS = new Compaction.ByKey(0, 0, Long.MAX_VALUE, 0);

    private final TierBench bench = new TierBench();

    CompactionAndTierTest() throws IOException {}

    @Test
    void aPartitionThatIsCopiedToTheTierIsNotCompacted() throws IOException {
        write(TierBench.copied(-1, -1).with(ALWAYS), 4);

        assertFalse(bench.log.compact());
    }

    @Test
    void norIsOneOfWhichAnythingIsThereStill() throws IOException {
        write(TierBench.copied(-1, 0), 4);
        bench.settle();
        assertEquals(List.of(3L), bench.localSegments());
        bench.log.create(TierBench.ID, TierBench.config(Retention.FOREVER).with(ALWAYS));
        write(bench.partition.config(), 4);

        assertFalse(bench.log.compact());
        assertEquals(0, bench.read(0));

        bench.log.create(
                TierBench.ID,
                TierBench.config(new Retention(-1, -1, Retention.Tiering.REMOVED, -1, -1))
                        .with(ALWAYS));
        bench.log.tidy();
        bench.settle();
        assertEquals(List.of(), bench.objects());
        assertTrue(bench.log.compact());
    }

    @Test
    void aSegmentThatWasCompactedIsNotCopiedAndNoneBehindIt() throws IOException {
        write(TierBench.config(Retention.FOREVER).with(ALWAYS), 3);
        assertTrue(bench.log.compact());
        bench.log.create(TierBench.ID, TierBench.copied(-1, 0));
        write(bench.partition.config(), 3);
        bench.settle();

        assertEquals(List.of(), bench.objects());
        bench.reopen();
        assertEquals(6, bench.partition.end());
        assertEquals(0, bench.partition.localStart());
    }

    /// Settings may change while a pass runs.
    @Test
    void aSegmentThatIsCopiedWhileItIsCompactedStaysHere() throws IOException {
        write(TierBench.config(Retention.FOREVER).with(ALWAYS), 4);
        var hasChanged = new boolean[1];

        bench.log.compact(_ -> {
            if (hasChanged[0]) return;
            hasChanged[0] = true;
            bench.log.create(TierBench.ID, TierBench.copied(-1, 0));
            while (bench.objects().isEmpty()) bench.log.upload();
        });
        bench.settle();

        assertEquals(0, bench.partition.localStart());
        bench.reopen();
        bench.settle();
        assertEquals(4, bench.partition.end());
        assertEquals(0, bench.partition.localStart());
        assertTrue(bench.read(0) >= 0);
    }

    private void write(PartitionConfig config, int batches) throws IOException {
        bench.partition = bench.log.create(TierBench.ID, config);
        for (int i = 0; i < batches; i++) {
            var key = MemorySegment.ofArray(new byte[] {(byte) i}); // all stay: what is left looks as it did before
            bench.partition.append(new BatchBuilder(1).add(1, key, key).build());
            bench.log.turn();
        }
        bench.log.checkpoint();
    }
}
