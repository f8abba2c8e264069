package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.bench.load.Protocol;
import io.braid.bench.load.Unserved;
import io.braid.bench.process.KinesisEmulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void theLineHasFiguresRatiosAndVerdicts() {
        var comparison = compared(
                "produce",
                List.of(
                        Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, "kafka"),
                        Target.ratioAtMost(Metric.CPU, 0.5, "kafka")),
                List.of(sample(60_000, 3.0, 200)),
                beside("kafka", List.of(sample(50_000, 5.0, 800))));

        assertEquals(
                "produce: throughput braid 60,000 records/s, kafka 50,000 records/s, ratio 1.20x, target >= 1.0x met; "
                        + "server CPU braid 3.00 s/GB, kafka 5.00 s/GB, ratio 0.60x, target <= 0.5x NOT met; "
                        + "resident memory braid 200 MB, kafka 800 MB, ratio 0.25x",
                comparison.line());
        assertFalse(comparison.isMet());
    }

    @Test
    void figuresAreMediansSoOneBadTurnDoesNotCount() {
        var target = Target.ratioAtLeast(Metric.START, 1.0, "kafka");
        var comparison = compared("x", List.of(target), starts(100, 1, 101), beside("kafka", starts(100, 9_000, 99)));

        assertEquals(OptionalDouble.of(1.0), comparison.reached(target));
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
        var peers = List.of(
                new Peer("one", records -> turned(turns, "b", records)),
                new Peer("two", records -> turned(turns, "c", records)));
        var setting = new Setting(2, Optional.empty(), Duration.ofSeconds(1), Optional.empty());

        var comparison = Comparison.alternate(Consume.ALONE, setting, 100, ours, peers, nowhere());

        assertEquals(List.of("a25", "b25", "c25", "a100", "b100", "c100", "a100", "b100", "c100"), turns);
        assertEquals(2, comparison.ours().size());
    }

    @Test
    void aFigureOfItsOwnIsHeldToItselfWhateverThePeersIs() {
        var comparison = compared(
                "x",
                List.of(Target.below(Metric.START, 100), Target.atMost(Metric.START, 100)),
                starts(100),
                beside("kafka", starts(900)));

        assertEquals(
                "x: start to first acknowledged record braid 100 ms, kafka 900 ms, target < 100 ms NOT met; "
                        + "start to first acknowledged record braid 100 ms, kafka 900 ms, target <= 100 ms met",
                comparison.line());
    }

    @Test
    void braidMayStandAlone() {
        var comparison = compared(
                "x", List.of(Target.atMost(Metric.CPU, 4)), List.of(sample(60_000, 3.0, 200)), new TreeMap<>());

        assertEquals(
                "x: server CPU braid 3.00 s/GB, target <= 4.00 s/GB met; throughput braid 60,000 records/s; "
                        + "resident memory braid 200 MB",
                comparison.line());
    }

    @Test
    void eachTargetIsHeldAgainstItsOwnPeer() {
        var peers = new TreeMap<String, List<Sample>>(Map.of("fast", starts(80), "slow", starts(400)));
        var comparison = compared(
                "x",
                List.of(Target.ratioAtMost(Metric.START, 0.5, "slow"), Target.ratioAtMost(Metric.START, 1.2, "fast")),
                starts(100),
                peers);

        assertEquals(
                "x: start to first acknowledged record braid 100 ms, slow 400 ms, ratio 0.25x, target <= 0.5x met; "
                        + "start to first acknowledged record braid 100 ms, fast 80 ms, ratio 1.25x, "
                        + "target <= 1.2x NOT met",
                comparison.line());
    }

    @Test
    void aPeerThatCannotDoItHasNoRatioAndNoMoreTurns() throws IOException, InterruptedException {
        var turns = new ArrayList<String>();
        var peers = List.of(
                new Peer(KinesisEmulator.KINESALITE, records -> turned(turns, "a", records)),
                new Peer(KinesisEmulator.KINESIS_LOCAL, _ -> {
                    turns.add("b");
                    throw new Unserved("GetRecords answered 500: {}", null);
                }));
        var setting = new Setting(2, Optional.empty(), Duration.ofSeconds(1), Optional.empty());

        var comparison = Comparison.alternate(
                new Kinesis(Kinesis.Operation.GET, Protocol.CBOR),
                setting,
                100,
                _ -> sample(30, 1, 1),
                peers,
                nowhere());

        assertEquals(List.of("a25", "b", "a100", "a100"), turns);
        assertEquals(
                "kinesis-get-cbor: throughput braid 30 records/s, kinesalite 1 records/s, ratio 30.00x, "
                        + "target >= 20.0x met; throughput braid 30 records/s, kinesis-local could not "
                        + "(GetRecords answered 500: {}), target >= 20.0x not judged; "
                        + "server CPU braid 1.00 s/GB, kinesalite 1.00 s/GB, ratio 1.00x; "
                        + "resident memory braid 1 MB, kinesalite 1 MB, ratio 1.00x",
                comparison.line());
        assertTrue(comparison.isMet());
    }

    private static Comparison compared(
            String measurement, List<Target> targets, List<Sample> ours, SequencedMap<String, List<Sample>> theirs) {
        return new Comparison(measurement, targets, ours, theirs, new TreeMap<>());
    }

    private static SequencedMap<String, List<Sample>> beside(String peer, List<Sample> samples) {
        return new TreeMap<>(Map.of(peer, samples));
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
