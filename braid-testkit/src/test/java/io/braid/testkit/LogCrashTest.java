package io.braid.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Crashes a log at random moments, opens it again, and compares everything its clients were told with everything
/// that is there. One thread and one seed for each run, so that the seed replays it: `-Dseed=42`, `-Dseeds=100000`.
class LogCrashTest {
    private static final int SEEDS = 2500;

    /// Who tells an operator each time that the tier fails; held, as their like are forgotten otherwise.
    private static final List<Logger> TELLING =
            List.of(Logger.getLogger("io.braid.log.Uploader"), Logger.getLogger("io.braid.log.TierHealth"));

    @BeforeAll
    static void thousandsOfFailuresAreNoNews() {
        for (var logger : TELLING) logger.setLevel(Level.OFF);
    }

    @Test
    void whatClientsWereToldIsWhatTheDiskHolds() {
        var reads = new LongAdder();
        var removed = new LongAdder();
        Seeds.each(LogCrashTest.class, SEEDS, seed -> {
            var simulation = new LogSimulation(seed);
            simulation.run();
            reads.add(simulation.readsFromTier());
            removed.add(simulation.recordsRemoved());
        });
        if (Seeds.isReplay()) return;
        assertTrue(reads.sum() > 0, "nothing was ever read from the tier");
        assertTrue(removed.sum() > 0, "compaction has never removed anything");
    }
}
