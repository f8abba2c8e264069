package io.braid.aws.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A day of a stream by a clock of its own, with the settings as they are by default and a ceiling of 100 shards: a
/// quiet night, a busy day, and at 19:00 a spike to four times as much for twenty minutes. `docs/scaling.md` shows it.
class ScalingDayTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final String NUMBERS_BEGIN = "<!-- What follows is made by ScalingDayTest. -->\n";
    private static final int CEILING = 100;
    private static final double MIB = 1 << 20;
    private static final int HOUR = 3600;
    private static final int SPIKE = 19 * HOUR;
    private static final int SPIKE_SECONDS = 20 * 60;
    private static final double SPIKE_MIB = 50;

    private final ScalingPolicy standard = ScalingPolicy.DEFAULT;
    private final ScalingPolicy policy = new ScalingPolicy(
            standard.interval(),
            standard.window(),
            standard.hotPercent(),
            standard.coldPercent(),
            standard.coldAfter(),
            CEILING,
            standard.kafkaQuiet());
    private final ModelStream stream = new ModelStream(policy, ScalingPolicy.FLOOR);
    private final Random random = new Random(1);
    private final DayPlot plot = new DayPlot();

    private final Map<Integer, Integer> merged = new HashMap<>(); // when each shard that a merge made was made
    private final Map<Integer, Integer> atHour = new HashMap<>(); // shards
    private int splits;
    private int merges;
    private int flaps; // splits of what was merged within the last hour
    private int most;
    private int secondsTooHot; // that the hottest shard took more than a shard may

    /// MiB a second.
    private static double load(int second) {
        double sun = StrictMath.sin(StrictMath.PI * (second - 6 * HOUR) / (14.0 * HOUR)); // up at 6, down at 20
        double day = 1.5 + 10.5 * Math.max(0, second > 20 * HOUR ? 0 : sun);
        int into = second - SPIKE;
        if (into < 0 || into > SPIKE_SECONDS) return day;
        double rise = Math.min(1, Math.min(into, SPIKE_SECONDS - into) / 180.0); // three minutes up and down
        return day + (SPIKE_MIB - day) * rise;
    }

    private void liveThroughTheDay() {
        int step = (int) policy.interval().toSeconds();
        var bounds = new Scaler.Bounds(0, ScalingPolicy.FLOOR, CEILING, 10_000, Optional.empty());
        for (int second = 0; second <= 24 * HOUR; second += step) {
            double bytes = load(second) * MIB * step;
            stream.writeEvenly(bytes, share -> share * (0.8 + 0.4 * random.nextDouble()));
            for (var decision : stream.turn(bounds, _ -> new KeySample(), 1_000L * second)) count(decision, second);
            look(second, step);
        }
    }

    private void count(Decision decision, int second) {
        switch (decision) {
            case Decision.Split(int shard, var _, String _) -> {
                splits++;
                if (second - merged.getOrDefault(shard, -HOUR) < HOUR) flaps++;
            }
            case Decision.Merge _ -> merges++;
            case Decision.Leave _ -> {}
        }
    }

    private void look(int second, int step) {
        for (var shard : stream.open()) if (shard.parents().size() == 2) merged.putIfAbsent(shard.index(), second);
        double hottest = stream.open().stream()
                .mapToDouble(shard -> stream.load(shard).map(Load::part).orElse(0.0))
                .max()
                .orElseThrow();
        if (hottest > 1) secondsTooHot += step;
        int count = stream.open().size();
        most = Math.max(most, count);
        assertTrue(count >= ScalingPolicy.FLOOR && count <= CEILING, count + " shards at " + second);
        if (second % HOUR == 0) atHour.put(second / HOUR, count);
        if (second % 120 == 0) plot.load(second, load(second));
        plot.shards(second, count);
    }

    @Test
    void shardsFollowADayWithASpike() throws IOException {
        liveThroughTheDay();

        assertEquals(ScalingPolicy.FLOOR, atHour.get(6), "the night needs no more");
        assertTrue(atHour.get(13) >= 12 / 0.5 && atHour.get(13) <= 2 * 12 / 0.5, "at noon " + atHour.get(13));
        assertEquals(CEILING, most, "the spike needs more than there may be");
        assertTrue(atHour.get(24) <= 20, "at midnight " + atHour.get(24));
        assertTrue(secondsTooHot <= 300, "too hot for " + secondsTooHot + " s");
        assertEquals(0, flaps);
        assertEquals(atHour.get(24), ScalingPolicy.FLOOR + splits - merges);
        assertTrue(splits < 2 * CEILING, "splits: " + splits);
        documentIs("scaling.svg", plot.svg("A day of an On-Demand stream"));
        documentIs("scaling.md", withNumbers());
    }

    private String withNumbers() throws IOException {
        var written = Files.readString(DOCS.resolve("scaling.md"));
        int begin = written.indexOf(NUMBERS_BEGIN) + NUMBERS_BEGIN.length();
        return written.substring(0, begin)
                + """

                | | |
                |---|---|
                | open shards at 06:00, 13:00, 18:00 | %d, %d, %d |
                | most, in the spike (the ceiling is %d) | %d |
                | open shards at 20:00, 21:00, 22:00, 23:00, 24:00 | %d, %d, %d, %d, %d |
                | splits, merges | %d, %d |
                | splits of what was merged in the hour before | %d |
                | seconds in which the hottest shard took more than 1 MiB/s on average | %d |
                """.formatted(
                                atHour.get(6),
                                atHour.get(13),
                                atHour.get(18),
                                CEILING,
                                most,
                                atHour.get(20),
                                atHour.get(21),
                                atHour.get(22),
                                atHour.get(23),
                                atHour.get(24),
                                splits,
                                merges,
                                flaps,
                                secondsTooHot);
    }

    private static void documentIs(String name, String expected) throws IOException {
        var file = DOCS.resolve(name);
        if (System.getProperty("rewrite") != null) Files.writeString(file, expected);

        assertEquals(expected, Files.readString(file), "run with -Drewrite and read the diff");
    }

    /// Eight hours with a load that jumps at random between nothing and a lot: it costs decisions, but not many.
    @Test
    void whateverTheLoadDoesNothingGoesToAndFroMoreThanOnceInTheColdTime() {
        var bounds = new Scaler.Bounds(0, ScalingPolicy.FLOOR, CEILING, 10_000, Optional.empty());
        var mergesOf = new HashMap<Integer, Integer>(); // by hour
        int all = 0;
        double load = 1;
        for (int second = 0; second <= 8 * HOUR; second += 10) {
            if (random.nextInt(60) == 0) load = 40 * random.nextDouble() * random.nextInt(2);
            stream.writeEvenly(load * MIB * 10, share -> share);
            for (var decision : stream.turn(bounds, _ -> new KeySample(), 1_000L * second)) {
                if (decision instanceof Decision.Merge) mergesOf.merge(second / HOUR, 1, Integer::sum);
                if (!(decision instanceof Decision.Leave)) all++;
            }
        }

        assertTrue(mergesOf.values().stream().allMatch(count -> count < CEILING), mergesOf::toString);
        assertTrue(all <= 8 * CEILING, all + " decisions");
    }
}
