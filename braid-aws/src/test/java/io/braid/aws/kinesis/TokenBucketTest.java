package io.braid.aws.kinesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private long millis = 1_000_000;

    private final TokenBucket bucket = new TokenBucket(10, () -> Instant.ofEpochMilli(millis));

    @Test
    void itGivesASecondsTokensAndThenSoManyInASecond() {
        for (int i = 0; i < 10; i++) assertTrue(bucket.tryTake(1));
        assertFalse(bucket.tryTake(1));

        millis += 99;
        assertFalse(bucket.tryTake(1));
        millis += 1;
        assertTrue(bucket.tryTake(1));
        assertFalse(bucket.tryTake(1));
    }

    @Test
    void whatIsRefusedTakesNothing() {
        assertTrue(bucket.tryTake(7));

        assertFalse(bucket.tryTake(4));

        assertTrue(bucket.tryTake(3));
    }

    @Test
    void itHoldsNoMoreThanASecondsTokens() {
        millis += 3_600_000;

        assertTrue(bucket.tryTake(10));
        assertFalse(bucket.tryTake(1));
    }

    @Test
    void whatIsMoreThanItHoldsNeedsAFullOneAndIsMadeUpFor() {
        assertTrue(bucket.tryTake(1));
        assertFalse(bucket.tryTake(25));
        millis += 100;

        assertTrue(bucket.tryTake(25));

        assertEquals(1500, bucket.millisInDebt());
        millis += 1500;
        assertEquals(0, bucket.millisInDebt());
        assertFalse(bucket.tryTake(1));
        millis += 100;
        assertTrue(bucket.tryTake(1));
    }

    @Test
    void oneThatIsSpentIsSoUntilItIsFullAgain() {
        bucket.take(9);
        assertFalse(bucket.isSpent());

        bucket.take(41);

        millis += 4_999;
        assertTrue(bucket.isSpent());
        millis += 1;
        assertFalse(bucket.isSpent());
    }

    @Test
    void nothingTakenSpendsNothing() {
        assertTrue(bucket.tryTake(10));
        millis += 1000;
        bucket.take(9);

        bucket.take(0);

        assertFalse(bucket.isSpent());
    }

    @Test
    void aClockThatIsSetBackStopsItOnlyForNow() {
        assertTrue(bucket.tryTake(10));
        millis -= 500_000;
        assertFalse(bucket.tryTake(1));

        millis += 100;

        assertTrue(bucket.tryTake(1));
    }
}
