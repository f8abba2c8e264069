package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every measurement with tiny counts and no thresholds, so that it cannot rot: in every run `produce-10` beside its
/// peer (it does without Kafka's tools, whose JVMs take longer than all the rest) and `scale`, all of them beside all
/// peers with `-Pbench`. [LoadsTest] runs the loads of the others.
@Timeout(300)
class MeasurementTest {
    private static final Setting TINY = new Setting(1, Optional.of(2_000L), Duration.ofMillis(300), Optional.empty());

    static Stream<Measurement> measurements() {
        return Measurement.all().stream();
    }

    @Test
    void tenProducersRunBesideAStockBroker() throws IOException, InterruptedException {
        run(Produce.TEN_PRODUCERS);
    }

    @Test
    void scaleLivesThreeLives() throws IOException, InterruptedException {
        try (var workplace = new Workplace(Home.find())) {
            var lab = Lab.at(Home.find(), workplace, TestServer.LAUNCHER, System.out);

            var sample = new Scale.Turn(lab, Duration.ofMillis(300), 40).run();

            for (var target : new Scale().targets()) {
                assertTrue(sample.value(target.metric()) > 0, sample::toString);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("measurements")
    @EnabledIfSystemProperty(named = "braid.bench.peers", matches = "true")
    void everyMeasurementRunsBesideItsPeer(Measurement measurement) throws IOException, InterruptedException {
        run(measurement);
    }

    private static void run(Measurement measurement) throws IOException, InterruptedException {
        try (var workplace = new Workplace(Home.find())) {
            var lab = Lab.at(Home.find(), workplace, TestServer.LAUNCHER, System.out);

            var comparison = measurement.run(lab, TINY);

            assertTrue(comparison.line().startsWith(measurement.name() + ": "), comparison::line);
            for (var target : measurement.targets()) {
                assertTrue(comparison.reached(target).stream().allMatch(reached -> reached > 0), target::described);
            }
        }
    }
}
