package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void theLineHasFiguresRatiosAndVerdicts() {
        var comparison = new Comparison(
                "produce",
                "kafka",
                List.of(Target.atLeast(Metric.THROUGHPUT, 1.0), Target.atMost(Metric.CPU, 0.5)),
                List.of(sample(60_000, 3.0, 200)),
                List.of(sample(50_000, 5.0, 800)));

        assertEquals(
                "produce: throughput braid 60,000 records/s, kafka 50,000 records/s, ratio 1.20x, target >= 1.0x met; "
                        + "server CPU braid 3.00 s/GB, kafka 5.00 s/GB, ratio 0.60x, target <= 0.5x NOT met; "
                        + "resident memory braid 200 MB, kafka 800 MB, ratio 0.25x",
                comparison.line());
        assertFalse(comparison.isMet());
    }

    @Test
    void figuresAreMediansSoOneBadTurnDoesNotCount() {
        var comparison = new Comparison(
                "x", "kafka", List.of(Target.atLeast(Metric.START, 1.0)), starts(100, 1, 101), starts(100, 9_000, 99));

        assertEquals(1.0, comparison.ratio(Metric.START));
        assertTrue(comparison.isMet());
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertEquals(2.5, Sample.median(starts(4, 1, 2, 3), Metric.START));
    }

    @Test
    void serversHaveTheirTurnsAlternatelyAfterAWarmUp() throws IOException, InterruptedException {
        var turns = new ArrayList<String>();
        Trial ours = records -> turned(turns, "a", records);
        Trial theirs = records -> turned(turns, "b", records);
        var setting = new Setting(2, Optional.empty(), Duration.ofSeconds(1));

        var comparison = Comparison.alternate(new Consume(), setting, 100, ours, theirs, nowhere());

        assertEquals(List.of("a25", "b25", "a100", "b100", "a100", "b100"), turns);
        assertEquals(2, comparison.ours().size());
    }

    private static Sample turned(List<String> turns, String name, long records) {
        turns.add(name + records);
        return sample(1, 1, 1);
    }

    private static Sample sample(double rate, double cpu, double memory) {
        return new Sample(Map.of(Metric.THROUGHPUT, rate, Metric.CPU, cpu, Metric.MEMORY, memory));
    }

    private static List<Sample> starts(double... milliseconds) {
        return DoubleStream.of(milliseconds)
                .mapToObj(value -> new Sample(Map.of(Metric.START, value)))
                .toList();
    }

    private static PrintStream nowhere() {
        return new PrintStream(new ByteArrayOutputStream());
    }
}
