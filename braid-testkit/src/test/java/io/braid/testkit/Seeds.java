package io.braid.testkit;

import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/// Runs of a simulation, each with a seed that replays it: `-Dseed=42` makes that one run, `-Dseeds=100000` so many
/// with
/// new seeds. Some run at a time, so runs share nothing.
public final class Seeds {
    private static final Optional<Long> ONLY = Optional.ofNullable(Long.getLong("seed"));

    public interface Run {
        void by(long seed) throws Exception;
    }

    private Seeds() {}

    /// Whether one run is made again: then it need not be typical.
    public static boolean isReplay() {
        return ONLY.isPresent();
    }

    /// @param count how many runs, if nobody says otherwise
    /// @throws AssertionError a run failed; the message says how to replay it
    public static void each(Class<?> test, int count, Run run) {
        var seeds = ONLY.isPresent()
                ? LongStream.of(ONLY.get())
                : new Random().longs(Integer.getInteger("seeds", count), 0, Long.MAX_VALUE);
        seeds.parallel().forEach(seed -> {
            try {
                run.by(seed);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("replay it with -Dtest=%s -Dseed=%d".formatted(test.getSimpleName(), seed), e);
            }
        });
    }
}
