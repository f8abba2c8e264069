package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.kafka.LimitSettings.Samples;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Rate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaWindowTest {
    private static final long BEGIN = 1_000_000;

    @Test
    void tenSecondsWorthMayBeUsedUpAtOnce() {
        var window = new QuotaWindow(Samples.DEFAULT);

        assertEquals(0, window.take(1_000, 100, BEGIN));
        assertEquals(5_000, window.take(500, 100, BEGIN));
    }

    @Test
    void whatWasUsedUpLongAgoDoesNotCount() {
        var window = new QuotaWindow(Samples.DEFAULT);
        window.take(5_000, 100, BEGIN);

        assertFalse(window.isPast(BEGIN + 10_999));
        assertTrue(window.isPast(BEGIN + 11_000));
        assertEquals(0, window.take(100, 100, BEGIN + 11_000));
    }

    @Test
    void aClockThatIsSetBackTakesNothingBack() {
        var window = new QuotaWindow(Samples.DEFAULT);
        window.take(1_000, 100, BEGIN);

        assertEquals(1_000, window.take(100, 100, BEGIN - 5_000));
    }

    /// Whoever waits as told uses up as much as is allowed, and no more.
    @Test
    void whoWaitsAsToldKeepsToTheLimit() {
        var window = new QuotaWindow(Samples.DEFAULT);
        long now = BEGIN;
        double total = 0;
        while (now < BEGIN + 600_000) {
            total += 250;
            now += Math.max(1, window.take(250, 100, now));
        }

        assertEquals(100, total / 600, 12);
    }

    @ParameterizedTest
    @CsvSource({"11, 1000", "2, 1000", "5, 3000"})
    void itCountsAsKafkasRateDoes(int samples, int millis) {
        var random = new SplittableRandom(7);
        var rate = new Rate();
        var config = new MetricConfig().samples(samples).timeWindow(millis, TimeUnit.MILLISECONDS);
        var window = new QuotaWindow(new Samples(samples, millis));
        long now = BEGIN;
        for (int i = 0; i < 2_000; i++) {
            now += random.nextInt(900);
            double amount = random.nextInt(1, 1_000);
            rate.record(config, amount, now);
            double perSecond = 300;
            double kafka = rate.measure(config, now);
            long expected = Math.max(0, Math.round((kafka - perSecond) / perSecond * rate.windowSize(config, now)));

            assertEquals(expected, window.take(amount, perSecond, now), 1, "step " + i);
        }
    }
}
