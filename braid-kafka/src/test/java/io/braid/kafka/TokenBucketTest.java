package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Quota;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long BEGIN = 1_000_000_000;

    @Test
    void aBurstMayBeTakenAtOnceAndOneMoreThatIsPaidForLater() {
        var bucket = new TokenBucket(10);

        assertEquals(0, bucket.takeIfAny(20, 2, BEGIN));
        assertEquals(0, bucket.takeIfAny(10, 2, BEGIN));
        assertEquals(5_000, bucket.takeIfAny(1, 2, BEGIN));
        assertEquals(1_000, bucket.takeIfAny(1, 2, BEGIN + 4_000));
        assertEquals(0, bucket.takeIfAny(1, 2, BEGIN + 5_000));
    }

    @Test
    void whatIsLeftOverIsNotSavedBeyondTheBurst() {
        var bucket = new TokenBucket(10);
        bucket.take(20, 2, BEGIN);

        assertEquals(0, bucket.take(20, 2, BEGIN + 3_600_000));
        assertEquals(500, bucket.take(1, 2, BEGIN + 3_600_000));
    }

    @Test
    void aClockThatIsSetBackTakesNothingBack() {
        var bucket = new TokenBucket(10);
        bucket.take(22, 2, BEGIN);

        assertEquals(1_000, bucket.takeIfAny(1, 2, BEGIN - 5_000));
        assertEquals(0, bucket.takeIfAny(1, 2, BEGIN + 1_000));
    }

    @Test
    void aFullOneMayBeForgotten() {
        var bucket = new TokenBucket(10);
        bucket.take(4, 2, BEGIN);

        assertFalse(bucket.isPast(BEGIN + 1_999));
        assertTrue(bucket.isPast(BEGIN + 2_000));
    }

    @Test
    void itCountsAsKafkasBucketDoes() {
        var random = new SplittableRandom(11);
        var kafkas = new org.apache.kafka.common.metrics.stats.TokenBucket();
        var bucket = new TokenBucket(11);
        long now = BEGIN;
        for (int i = 0; i < 2_000; i++) {
            now += random.nextInt(1_500);
            double rate = 1 + i / 500;
            double amount = random.nextInt(4);
            var config = new MetricConfig()
                    .samples(11)
                    .timeWindow(1, TimeUnit.SECONDS)
                    .quota(Quota.upperBound(rate));
            kafkas.record(config, amount, now);
            double left = kafkas.measure(config, now);

            assertEquals(
                    left < 0 ? Math.round(-left / rate * 1_000) : 0, bucket.take(amount, rate, now), 1, "step " + i);
        }
    }
}
