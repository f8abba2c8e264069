package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a partition answers to idempotent producers, batch by batch.
class ProducersTest {
    private static final int MOST = 3;
    private static final long KEPT_MILLIS = 100;
    private static final Producers.Verdict FRESH = new Producers.Verdict.Fresh();

    private final Producers producers = new Producers(MOST);
    private long next; // offset

    @Test
    void theNextSequenceIsFreshAndAnyOtherIsAGap() {
        write(batch(7, 0, 0, 3), 0);

        assertEquals(FRESH, producers.check(batch(7, 0, 3, 1), Origin.ANYBODY));
        assertEquals(
                new Producers.Verdict.Gap("producer 7 sent sequence 4, expected 3"),
                producers.check(batch(7, 0, 4, 1), Origin.ANYBODY));
    }

    @Test
    void anUnknownProducerMayBeginAnywhere() {
        assertEquals(FRESH, producers.check(batch(7, 3, 41, 2), Origin.ANYBODY));
    }

    @Test
    void anUnknownProducerMayNotBeginBehindWhatItWasRefused() {
        refuse(batch(7, 3, 41, 2), 0);
        refuse(batch(7, 3, 43, 2), 0);

        assertEquals(
                new Producers.Verdict.Gap("producer 7 sent sequence 43, and one before it was refused"),
                producers.check(batch(7, 3, 43, 2), Origin.ANYBODY));
        assertEquals(FRESH, producers.check(batch(7, 3, 41, 2), Origin.ANYBODY));
        assertEquals(FRESH, producers.check(batch(7, 3, 40, 1), Origin.ANYBODY), "it numbers anew what follows");
        assertEquals(FRESH, producers.check(batch(7, 4, 0, 2), Origin.ANYBODY), "it begins a new epoch");
        assertInstanceOf(Producers.Verdict.Gap.class, producers.check(batch(7, 4, 2, 2), Origin.ANYBODY));
        assertEquals(FRESH, producers.check(batch(8, 3, 43, 2), Origin.ANYBODY), "another one");

        write(batch(7, 3, 41, 2), 1);

        assertEquals(FRESH, producers.check(batch(7, 3, 43, 2), Origin.ANYBODY));
    }

    @Test
    void aNewEpochBeginsAtZeroThoughOnlyALaterBatchOfItWasRefused() {
        refuse(batch(7, 3, 41, 2), 0);
        refuse(batch(7, 4, 2, 1), 0);

        assertInstanceOf(Producers.Verdict.Gap.class, producers.check(batch(7, 4, 2, 1), Origin.ANYBODY));
        assertEquals(FRESH, producers.check(batch(7, 4, 0, 2), Origin.ANYBODY));
    }

    @Test
    void whatWasRefusedMayStandAtTheEndOfAllSequences() {
        refuse(batch(7, 0, 0, 1), 0); // they may be refused in any order
        refuse(batch(7, 0, Integer.MAX_VALUE, 1), 0);

        assertInstanceOf(Producers.Verdict.Gap.class, producers.check(batch(7, 0, 0, 1), Origin.ANYBODY));
        assertEquals(FRESH, producers.check(batch(7, 0, Integer.MAX_VALUE, 1), Origin.ANYBODY));
    }

    @Test
    void whoWasRefusedLongAgoOrBeforeManyOthersMayBeginAnywhere() {
        refuse(batch(7, 0, 0, 1), 1000);
        refuse(batch(8, 0, 0, 1), 1001);

        producers.expire(1000 + KEPT_MILLIS, KEPT_MILLIS);

        assertEquals(FRESH, producers.check(batch(7, 0, 5, 1), Origin.ANYBODY));
        assertInstanceOf(Producers.Verdict.Gap.class, producers.check(batch(8, 0, 5, 1), Origin.ANYBODY));

        for (int i = 0; i < Refusals.MOST; i++) refuse(batch(100 + i, 0, 0, 1), 1001);

        assertEquals(FRESH, producers.check(batch(8, 0, 5, 1), Origin.ANYBODY));
        assertInstanceOf(Producers.Verdict.Gap.class, producers.check(batch(100, 0, 5, 1), Origin.ANYBODY));
    }

    @Test
    void batchesWithoutProducerAreAlwaysFresh() {
        var batch = new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, BatchBuilder.ABSENT)
                .build();
        write(batch, 0);

        assertEquals(FRESH, producers.check(batch, Origin.ANYBODY));
        assertEquals(List.of(), producers.below(Long.MAX_VALUE));
    }

    @Test
    void aNewEpochBeginsAtZero() {
        write(batch(7, 1, 0, 2), 0);

        assertEquals(
                new Producers.Verdict.Gap("producer 7 begins epoch 2 with sequence 2, should be 0"),
                producers.check(batch(7, 2, 2, 1), Origin.ANYBODY));
        assertEquals(FRESH, producers.check(batch(7, 2, 0, 1), Origin.ANYBODY));
    }

    @Test
    void anOldEpochIsFencedOnceANewerHasWrittenEvenForItsDuplicates() {
        write(batch(7, 1, 0, 2), 0);
        write(batch(7, 2, 0, 1), 0);

        var fenced = new Producers.Verdict.Fenced("producer 7 has epoch 1, which is before 2");
        assertEquals(fenced, producers.check(batch(7, 1, 2, 1), Origin.ANYBODY));
        assertEquals(fenced, producers.check(batch(7, 1, 0, 2), Origin.ANYBODY));
    }

    @Test
    void theFirstBatchOfANewEpochIsNoDuplicateOfTheOldOnes() {
        write(batch(7, 1, 0, 2), 0);

        assertEquals(FRESH, producers.check(batch(7, 2, 0, 2), Origin.ANYBODY));
    }

    @Test
    void sequencesGoOnAtZeroAfterTheLargestInt() {
        write(batch(7, 0, Integer.MAX_VALUE - 1, 2), 0); // its last is the largest

        assertEquals(FRESH, producers.check(batch(7, 0, 0, 1), Origin.ANYBODY));
        assertEquals(
                new Producers.Verdict.Gap("producer 7 sent sequence 1, expected 0"),
                producers.check(batch(7, 0, 1, 1), Origin.ANYBODY));
    }

    @Test
    void aBatchMayWrapInItsMiddle() {
        var wrapping = batch(7, 0, Integer.MAX_VALUE - 1, 4); // ..., MAX, 0, 1
        write(wrapping, 0);

        assertEquals(FRESH, producers.check(batch(7, 0, 2, 1), Origin.ANYBODY));
        assertEquals(new Producers.Verdict.Seen(0, 3), producers.check(wrapping, Origin.ANYBODY));
    }

    @Test
    void theLastFiveBatchesAreAnsweredWithTheirFirstOffsets() {
        for (int i = 0; i < 23; i++) write(batch(7, 0, 2 * i, 2), 0);

        for (int i = 18; i < 23; i++)
            assertEquals(
                    new Producers.Verdict.Seen(2 * i, 2 * i + 1),
                    producers.check(batch(7, 0, 2 * i, 2), Origin.ANYBODY));
    }

    @Test
    void aDuplicateOlderThanTheWindowIsAGap() {
        for (int i = 0; i < 6; i++) write(batch(7, 0, i, 1), 0);

        assertEquals(
                new Producers.Verdict.Gap("producer 7 sent sequence 0, expected 6"),
                producers.check(batch(7, 0, 0, 1), Origin.ANYBODY));
    }

    @Test
    void thePartOfABatchIsNoDuplicate() {
        write(batch(7, 0, 0, 3), 0);

        assertInstanceOf(Producers.Verdict.Gap.class, producers.check(batch(7, 0, 0, 2), Origin.ANYBODY));
    }

    @Test
    void whoHasNotWrittenForLongIsForgotten() {
        write(batch(7, 0, 0, 1), 1000);
        write(batch(8, 0, 0, 1), 1001);

        producers.expire(1000 + KEPT_MILLIS, KEPT_MILLIS);

        assertEquals(List.of(8L), known());
        assertEquals(FRESH, producers.check(batch(7, 0, 5, 1), Origin.ANYBODY));
    }

    @Test
    void beyondTheMaximumWhoWroteLongestAgoIsForgotten() {
        write(batch(1, 0, 0, 1), 0);
        write(batch(2, 0, 0, 1), 1);
        write(batch(3, 0, 0, 1), 2);
        write(batch(1, 0, 1, 1), 3);
        producers.check(batch(2, 0, 0, 1), Origin.ANYBODY); // asking is not writing

        write(batch(4, 0, 0, 1), 4);

        assertEquals(List.of(3L, 1L, 4L), known());
    }

    @Test
    void whatIsKnownBelowAnOffsetComesBackFromACheckpoint() {
        for (int i = 0; i < 7; i++) write(batch(7, 4, i, 1), i);

        var restored = new Producers(MOST);
        producers.below(6).forEach(restored::restore);

        assertEquals(new Producers.Verdict.Seen(5, 5), restored.check(batch(7, 4, 5, 1), Origin.ANYBODY));
        assertEquals(FRESH, restored.check(batch(7, 4, 6, 1), Origin.ANYBODY)); // the seventh stood above
        assertInstanceOf(Producers.Verdict.Fenced.class, restored.check(batch(7, 3, 0, 1), Origin.ANYBODY));
    }

    private List<Long> known() {
        return producers.below(Long.MAX_VALUE).stream()
                .map(Checkpoint.ProducerState::id)
                .toList();
    }

    private void refuse(Batch batch, long millis) {
        producers.refusals().note(batch, millis);
    }

    private void write(Batch batch, long millis) {
        batch.stamp(next, 1);
        next = batch.nextOffset();
        producers.remember(batch, millis);
    }

    private static Batch batch(long producer, int epoch, int sequence, int records) {
        var builder = new BatchBuilder(1).producer(producer, (short) epoch, sequence);
        for (int i = 0; i < records; i++) builder.add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}));
        return builder.build();
    }
}
