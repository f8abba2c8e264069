package io.braid.aws.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.aws.scaling.LoadMeter.Counters;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadMeterTest {
    private final LoadMeter meter = new LoadMeter(12_000);

    private void sample(long millis, long bytes, long records) {
        meter.sample(millis, Map.of(7, new Counters(bytes, records)));
    }

    @Test
    void thereIsNoLoadBeforeAWindowWasSeen() {
        sample(1_000, 500, 5);
        sample(12_999, 9_000, 50);

        assertEquals(Optional.empty(), meter.load(7));
    }

    @Test
    void aLoadIsWhatCameInTheWindowByTheSecond() {
        sample(0, 1_000_000, 1_000);
        sample(12_000, 1_000_000 + 24_000, 1_000 + 36);

        assertEquals(Optional.of(new Load(2_000, 3)), meter.load(7));
    }

    @Test
    void whatCameBeforeTheWindowIsForgotten() {
        for (int second = 0; second <= 100; second++) sample(1_000 * second, second < 50 ? 1_000 * second : 50_000, 0);

        assertEquals(Optional.of(new Load(0, 0)), meter.load(7));
    }

    /// Looked at ten times in each step of the window: what is kept does not grow, and the average is the same.
    @Test
    void manyLooksAreThinnedOut() {
        for (int tenth = 0; tenth <= 1_000; tenth++) sample(100 * tenth, 200 * tenth, 0);

        assertEquals(Optional.of(new Load(2_000, 0)), meter.load(7));
    }

    @Test
    void aShardThatWasAwayBeginsAnew() {
        sample(0, 0, 0);
        meter.sample(6_000, Map.of());
        sample(12_000, 100, 1);

        assertEquals(Optional.empty(), meter.load(7));
    }

    @Test
    void aClockThatIsSetBackBeginsAnew() {
        sample(100_000, 0, 0);
        sample(5_000, 0, 0);
        sample(16_000, 100, 1);

        assertEquals(Optional.empty(), meter.load(7));
    }
}
