package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Retention.Tiering;
import io.braid.log.TierEntry.State;
import io.braid.testkit.SimTier;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What moves to the tier, what leaves this disk, what is deleted there, and in which order that is noted.
class UploaderTest {
    private static final Logger LOGGER = Logger.getLogger(Uploader.class.getName());

    private final TierBench bench = new TierBench();

    UploaderTest() throws IOException {}

    @BeforeAll
    static void failuresAreExpected() {
        LOGGER.setLevel(Level.OFF);
    }

    @Test
    void sealedSegmentsAreCopiedOnceACheckpointCoversThem() throws IOException {
        bench.partition = bench.log.create(TierBench.ID, TierBench.copied(-1, -1));
        bench.append(3);

        bench.settle();
        assertEquals(List.of(), bench.objects());

        bench.log.checkpoint();
        bench.settle();
        assertEquals(List.of(0L, 1L), bench.objects());
        assertEquals(List.of(0L, 1L, 2L), bench.localSegments());
        assertEquals(1, bench.partition.lastTiered());
    }

    @Test
    void streamsThatAreNotCopiedStayHere() throws IOException {
        bench.write(TierBench.config(Retention.FOREVER), 3);

        bench.settle();

        assertEquals(List.of(), bench.objects());
        assertEquals(-1, bench.partition.lastTiered());
    }

    @Test
    void copiedSegmentsLeaveThisDiskBySize() throws IOException {
        bench.write(TierBench.copied(-1, 140), 5);

        bench.settle();

        assertEquals(List.of(0L, 1L, 2L, 3L), bench.objects());
        assertEquals(List.of(2L, 3L, 4L), bench.localSegments());
        assertEquals(2, bench.partition.localStart());
        assertEquals(0, bench.partition.start());
    }

    @Test
    void copiedSegmentsLeaveThisDiskByTime() throws IOException {
        bench.write(TierBench.copied(bench.millis - 3, -1), 5);

        bench.settle();

        assertEquals(List.of(2L, 3L, 4L), bench.localSegments()); // their records are of the times 3, 4 and 5
    }

    @Test
    void whatIsNotCopiedStaysWhateverLocalRetentionSays() throws IOException {
        bench.tier.goAway();
        bench.write(TierBench.copied(0, 0), 4);

        bench.settle();

        assertEquals(List.of(0L, 1L, 2L, 3L), bench.localSegments());

        bench.tier.comeBack();
        bench.millis += 60_000;
        bench.settle();
        assertEquals(List.of(3L), bench.localSegments());
    }

    @Test
    void waitsGrowUpToABoundAndEndWhenTheClockGoesBack() throws IOException {
        bench.write(TierBench.copied(-1, -1), 2);
        bench.tier.goAway();
        var tried = new ArrayList<Long>();
        long begin = bench.millis;
        for (; bench.millis < begin + 400_000; bench.millis += 500)
            if (isTried()) tried.add((bench.millis - begin) / 1000);

        assertEquals(List.of(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L, 183L, 243L, 303L, 363L), tried);

        bench.tier.comeBack();
        assertFalse(bench.log.upload());
        bench.millis -= 10_000_000;
        assertTrue(bench.log.upload());
    }

    /// Whether a step asked the tier.
    private boolean isTried() {
        int before = bench.tier.refusals();
        bench.log.upload();
        return bench.tier.refusals() > before;
    }

    @Test
    void anObjectIsNotedBeforeItIsThere() throws IOException {
        bench.write(TierBench.copied(-1, -1), 2);
        var noted = new ArrayList<State>();
        bench.tier.meanwhile(() -> noted.addAll(bench.noted()));

        bench.settle();

        assertEquals(List.of(State.UPLOADING), noted);
        assertEquals(List.of(State.UPLOADED), bench.noted());
    }

    @Test
    void anUploadThatACrashCutShortGoesOnUnderItsName() throws IOException {
        bench.write(TierBench.copied(-1, -1), 2);
        bench.tier.meanwhile(() -> bench.disk.loseTheDiskAfter(0));
        bench.log.upload();
        assertEquals(List.of(State.UPLOADING), bench.noted());
        var before = bench.tier.keys();
        bench.tier.meanwhile(() -> {});
        bench.disk.crash();

        bench.open();
        bench.settle();

        assertEquals(before, bench.tier.keys());
        assertEquals(List.of(State.UPLOADED), bench.noted());
    }

    @Test
    void retentionDeletesObjectsAfterThatWasNoted() throws IOException {
        bench.write(TierBench.copied(0, 0), 5);
        bench.settle();
        var noted = new ArrayList<List<State>>();
        bench.tier.meanwhile(() -> noted.add(bench.noted()));

        bench.partition.deleteBefore(3);
        bench.log.turn();
        bench.settle();

        var marked = List.of(State.DELETING, State.DELETING, State.DELETING, State.UPLOADED);
        assertEquals(List.of(marked, marked, marked), noted);
        assertEquals(List.of(3L), bench.objects());
        assertEquals(List.of(State.UPLOADED), bench.noted());
        assertEquals(3, bench.partition.start());
    }

    @Test
    void totalRetentionCountsWhatIsInTheTierToo() throws IOException {
        bench.write(TierBench.config(new Retention(-1, 300, Tiering.COPIED, -1, 0)), 6);
        bench.settle();

        bench.log.tidy();
        bench.settle();

        assertEquals(1, bench.partition.start()); // five segments of 70 bytes each are still that much
        assertEquals(List.of(1L, 2L, 3L, 4L), bench.objects());
    }

    @Test
    void totalRetentionDoesNotWaitForTheTier() throws IOException {
        bench.tier.goAway();
        bench.write(TierBench.config(new Retention(-1, 100, Tiering.COPIED, -1, 0)), 6);
        bench.settle();

        bench.log.tidy();

        assertEquals(List.of(4L, 5L), bench.localSegments());
    }

    @Test
    void aFailedDeletionIsDoneAgain() throws IOException {
        bench.write(TierBench.copied(0, 0), 3);
        bench.settle();
        bench.partition.deleteBefore(2);
        bench.log.turn();
        bench.tier.goAway();
        bench.settle();
        assertEquals(List.of(State.DELETING, State.DELETING), bench.noted());

        bench.reopen();
        bench.tier.comeBack();
        bench.settle();

        assertEquals(List.of(), bench.objects());
        assertEquals(List.of(), bench.noted());
    }

    @Test
    void aDeletedStreamTakesItsObjectsWithItAlsoLaterAndAfterACrash() throws IOException {
        bench.write(TierBench.copied(0, 0), 4);
        bench.settle();
        bench.tier.goAway();

        bench.log.delete(TierBench.ID.stream());
        bench.settle();
        assertEquals(3, bench.objects().size());
        bench.disk.crash();
        bench.open();
        bench.tier.comeBack();
        bench.settle();

        assertEquals(List.of(), bench.objects());
        assertEquals(List.of("location"), bench.disk.list("tier"));
    }

    @Test
    void aStreamDeletedWhileItIsCopiedLeavesNothing() throws IOException {
        bench.write(TierBench.copied(0, 0), 2);
        bench.tier.meanwhile(() -> {
            bench.tier.meanwhile(() -> {});
            assertEquals(1, bench.objects().size());
            try {
                bench.log.delete(TierBench.ID.stream());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        bench.settle();

        assertEquals(List.of(), bench.objects());
    }

    @Test
    void aStreamThatComesAgainHasNothingOfTheOneBefore() throws IOException {
        bench.write(TierBench.copied(0, 0), 3);
        bench.settle();
        bench.log.delete(TierBench.ID.stream());
        bench.write(TierBench.copied(0, 0), 2);

        bench.settle();

        assertEquals(List.of(0L), bench.objects());
        assertEquals(0, bench.read(0));
    }

    @Test
    void whatIsRemovedIsNotedBeforeItsObjectsGo() throws IOException {
        bench.write(TierBench.copied(-1, -1), 3);
        bench.settle();
        var noted = new ArrayList<State>();
        bench.tier.meanwhile(() -> noted.addAll(bench.noted()));

        bench.log.create(TierBench.ID, TierBench.config(new Retention(-1, -1, Tiering.REMOVED, -1, -1)));
        bench.settle();

        assertEquals(List.of(State.DELETING, State.DELETING, State.DELETING, State.DELETING), noted);
        assertEquals(List.of(), bench.objects());
        assertEquals(0, bench.partition.start()); // all of it is here
    }

    @Test
    void removingDeletesRecordsThatAreOnlyThere() throws IOException {
        bench.write(TierBench.copied(0, 0), 4);
        bench.settle();

        bench.log.create(TierBench.ID, TierBench.config(new Retention(-1, -1, Tiering.REMOVED, -1, -1)));
        bench.settle();
        assertEquals(3, bench.objects().size()); // still read from
        bench.log.tidy();
        bench.settle();

        assertEquals(List.of(), bench.objects());
        assertEquals(3, bench.partition.start());
        assertEquals(3, bench.read(3));
    }

    @Test
    void whatIsNotCopiedAnyMoreStaysReadable() throws IOException {
        bench.write(TierBench.copied(0, 0), 3);
        bench.settle();

        bench.log.create(TierBench.ID, TierBench.config(Retention.FOREVER));
        bench.append(2);
        bench.log.checkpoint();
        bench.log.tidy();
        bench.settle();

        assertEquals(List.of(0L, 1L), bench.objects());
        assertEquals(List.of(2L, 3L, 4L), bench.localSegments());
        assertEquals(0, bench.read(0));
    }

    @Test
    void aDamagedSegmentIsNotCopied() throws IOException {
        bench.write(TierBench.copied(0, 0), 4);
        bench.disk.damage(Segment.nameOf(TierBench.ID, 1), SegmentHeader.BYTES + 65, (byte) 99);

        bench.settle();

        assertEquals(List.of(0L), bench.objects());
        assertEquals(List.of(1L, 2L, 3L), bench.localSegments());
    }

    @Test
    void aManifestThatCouldNotBeWrittenIsWrittenBeforeAnythingElse() throws IOException {
        bench.write(TierBench.copied(0, 0), 3);
        bench.disk.failOneIn(1);
        for (int i = 0; i < 5; i++) {
            bench.log.upload();
            bench.millis += 60_000;
        }
        bench.disk.failOneIn(Integer.MAX_VALUE);

        bench.settle();

        assertEquals(List.of(State.UPLOADED, State.UPLOADED), bench.noted());
        assertEquals(List.of(0L, 1L), bench.objects());
    }

    @Test
    void anotherTierIsRefusedAndSaysWhatToDo() throws IOException {
        bench.write(TierBench.copied(0, 0), 3);
        bench.settle();
        bench.log.close();
        var other = new TierAccess(elsewhere(), TierAccess.CACHE_BYTES_MIN, new Random(1));

        var refused = assertThrows(
                IOException.class,
                () -> Log.openByHand(TierBench.CONFIG, bench.disk, other, () -> Instant.ofEpochMilli(5)));

        assertEquals(
                "segments of this data directory are in sim://tier, and storage.tier is sim://other: set it back, or,"
                        + " if all objects were moved there, delete sim/tier/location",
                refused.getMessage());
    }

    private static Tier elsewhere() {
        return new SimTier(new Random(1), "sim://other");
    }
}
