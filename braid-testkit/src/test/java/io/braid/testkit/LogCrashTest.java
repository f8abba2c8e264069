package io.braid.testkit;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Crashes a log at random moments, opens it again, and compares everything its clients were told with everything
/// that is there. One thread and one seed for each run, so that the seed replays it: `-Dseed=42`, `-Dseeds=100000`.
class LogCrashTest {
    private static final int SEEDS = 500;

    @Test
    void whatClientsWereToldIsWhatTheDiskHolds() {
        var only = Long.getLong("seed");
        var seeds = only != null
                ? LongStream.of(only)
                : new Random().longs(Integer.getInteger("seeds", SEEDS), 0, Long.MAX_VALUE);
        seeds.forEach(seed -> {
            try {
                new LogSimulation(seed).run();
            } catch (Exception | AssertionError e) {
                throw new AssertionError("replay it with -Dtest=LogCrashTest -Dseed=" + seed, e);
            }
        });
    }
}
