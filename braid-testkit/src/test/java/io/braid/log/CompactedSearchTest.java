package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Searches, reads and watches that segments are replaced under: those under way go on with what they hold or begin
/// again with what there is, and none of them loses its way.
class CompactedSearchTest {
    private static final PartitionConfig CONFIG = KeyedPartition.config(65, KeyedPartition.ALWAYS);

    private final SimDisk disk = new SimDisk(new Random(1));
    private long now = 10_000;
    private final Log log =
            Log.openByHand(KeyedPartition.limits(CompactionLimits.DEFAULT), disk, () -> Instant.ofEpochMilli(now));
    private final PartitionLog partition = log.create(KeyedPartition.ID, CONFIG);

    CompactedSearchTest() throws IOException {}

    @Test
    void aSearchByTimeWhoseNextSegmentIsReplacedBeginsAgain() throws IOException {
        put(100, 50); // a batch of two: the search from offset 1 on looks into it, and finds nothing
        put(60);
        put(200);
        put(300);
        seal();
        var swaps = compactOnFirstRead();

        var found = partition.batchAt(70, 1);

        assertEquals(1, swaps.get());
        assertEquals(OptionalLong.of(0), found); // which holds a record of that time; its reader takes the next one
        assertEquals(OptionalLong.of(4), partition.batchAt(250, 0));
    }

    @Test
    void aSearchForTheNewestGoesOnWithWhatItHolds() throws IOException {
        put(900, 100); // begins below the offset asked for, so that it is looked into
        put(800);
        put(300);
        seal();
        var swaps = compactOnFirstRead();

        var found = partition.newestBatch(1);

        assertEquals(1, swaps.get());
        assertEquals(OptionalLong.of(2), found);
    }

    @Test
    void everySearchAndReadGetsThroughWhereverItIsMet() throws IOException {
        for (int round = 0; round < 30; round++) {
            for (int i = 0; i < 4; i++) put(1000 * round + i, 1000 * round + 100 - i);
            seal();
            disk.onRead(round % 7, this::compact);
            long from = Math.max(partition.start(), partition.end() - 20);
            var byTime = partition.batchAt(1000 * round + 99, from);
            disk.onRead(-1, () -> {});
            assertTrue(byTime.isPresent());
            while (compact()) {}

            long end = partition.end();
            long offset = 0;
            while (offset < end) {
                var read = (ReadOutcome.Found) partition.read(offset, end, 100);
                try (var slice = read.slice()) {
                    assertTrue(slice.nextOffset() > offset);
                    offset = slice.nextOffset();
                }
            }
            assertEquals(end, offset);
        }
    }

    @Test
    void anOpenSliceIsReadToItsEndAndTheNextReadGoesOnBehindIt() throws IOException {
        put(1);
        put(2);
        put(3);
        seal();
        var slices = new ArrayList<Slice>();
        for (long offset : List.of(0L, 1L, 2L))
            slices.add(((ReadOutcome.Found) partition.read(offset, 3, 1000)).slice());
        put(4);
        seal();

        while (compact()) {}

        for (int i = 0; i < 3; i++)
            try (var slice = slices.get(i)) {
                assertEquals(i, new Batch(slice.load()).baseOffset());
                assertEquals(i + 1, slice.nextOffset());
                try (var next = ((ReadOutcome.Found) partition.read(slice.nextOffset(), 4, 1000)).slice()) {
                    assertTrue(next.nextOffset() > slice.nextOffset());
                }
            }
        assertEquals(0, disk.namelessFiles(), "files of replaced segments are closed");
    }

    @Test
    void aReaderWhoWatchesTheEndIsWokenByTheNextRecordAndByNoSwap() throws IOException {
        put(1);
        put(2);
        seal();
        var woken = new AtomicInteger();
        try (var _ = partition.watch(2, woken::incrementAndGet)) {
            assertTrue(compact());
            assertEquals(0, woken.get());

            put(3);

            assertEquals(1, woken.get());
            try (var slice = ((ReadOutcome.Found) partition.read(2, 3, 1000)).slice()) {
                assertEquals(2, slice.firstOffset());
            }
        }
    }

    private AtomicInteger compactOnFirstRead() {
        var swaps = new AtomicInteger();
        disk.onRead(0, () -> swaps.addAndGet(compact() ? 1 : 0));
        return swaps;
    }

    private boolean compact() {
        try {
            return log.compact();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// One batch of records with one key, at these times.
    private void put(long... times) {
        var builder = new BatchBuilder(times[0]);
        var key = java.lang.foreign.MemorySegment.ofArray(new byte[] {1});
        for (long time : times) builder.add(time, key, key);
        partition.append(builder.build());
        log.turn();
    }

    private void seal() throws IOException {
        now += 200;
        log.tidy();
        log.checkpoint();
    }
}
