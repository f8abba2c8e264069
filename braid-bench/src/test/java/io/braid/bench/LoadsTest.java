package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.bench.load.FanOutLoad;
import io.braid.bench.load.KinesisLoad;
import io.braid.bench.load.OpenLoop;
import io.braid.bench.load.Protocol;
import io.braid.bench.load.ReadingGroup;
import io.braid.bench.load.Unserved;
import io.braid.bench.process.Braid;
import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What loads the servers in measurements, with tiny counts on a Braid alone: that it runs, and that its figures mean
/// what they say.
@Timeout(300)
class LoadsTest {
    private static final Duration AMPLE = Duration.ofSeconds(30);

    private static Workplace workplace;
    private static Lab lab;
    private static Braid braid;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        workplace = new Workplace(Home.find());
        lab = Lab.at(Home.find(), workplace, TestServer.LAUNCHER, System.out);
        braid = lab.braid();
    }

    @AfterAll
    static void stop() {
        workplace.close();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void whatTheKinesisLoadPutsIsThereToGet(Protocol protocol) throws IOException, InterruptedException {
        var load = new KinesisLoad(braid.http(), "load", 2, 100, protocol);
        load.create();

        var together = load.put(AMPLE, 2_000);
        var single = load.putOneByOne(4, AMPLE, 20);
        var got = load.get(Duration.ofMillis(200));

        assertEquals(2_000, together.records());
        assertEquals(20, single.records());
        assertEquals(2_020, load.count());
        assertTrue(got.records() > 0);
        load.delete();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void nothingIsPutNowhere(Protocol protocol) throws IOException, InterruptedException {
        var load = new KinesisLoad(braid.http(), "nowhere", 2, 100, protocol);

        var discarded = load.putNowhere(AMPLE, 2_000);

        assertEquals(2_000, discarded.records());
        assertThrows(Unserved.class, () -> load.put(AMPLE, 2_000));
        load.create();
        assertThrows(Unserved.class, () -> load.putNowhere(AMPLE, 2_000));
        load.delete();
    }

    @Test
    void everyPutComesAsAnEvent() throws IOException, InterruptedException {
        var delays = new FanOutLoad(braid.http()).run(40);

        assertEquals(40, delays.getTotalCount());
        assertTrue(delays.getMinValue() > 0);
    }

    @Test
    void aServerHasStartedForKinesisWhenItHasTakenARecord() throws IOException, InterruptedException {
        KinesisStart.put(braid);

        assertEquals(1, new KinesisLoad(braid.http(), KinesisStart.STREAM, 1, 1024, Protocol.JSON).count());
    }

    @Test
    void aColdStreamIsReadBesideAProducer() throws IOException, InterruptedException {
        var load = new CatchUp.Load(braid, lab.kafkaTools(), workplace, System.out);
        load.fill(2_000);

        var sample = load.run(2_000);

        for (var metric : List.of(Metric.COLD_READ, Metric.P99_RISE, Metric.PRODUCED)) {
            assertTrue(sample.value(metric) > 0, sample::toString);
        }
    }

    @Test
    void everyWayOfProducingAndReadingSendsWhatItSays() throws IOException, InterruptedException {
        for (var measurement : Measurement.all()) {
            if (measurement instanceof Produce produce && produce.way() != Produce.Way.TOOL) {
                new Topics(braid.bootstrap()).create(produce.name(), 6);

                produce.way().sender().send(lab.kafkaTools(), braid.bootstrap(), produce.name(), 1_050);

                // It ends when as many records have arrived.
                double rate = new ReadingGroup(4).consume(braid.bootstrap(), produce.name(), 1_050);
                assertTrue(rate > 0, produce.name());
            }
        }
    }

    @Test
    void latenciesAreKeptForThePlotButNotTheWarmUps() throws IOException, InterruptedException {
        var load = new Latency.Load(braid, workplace);

        load.run(100);
        var sample = load.run(300);
        load.run(200);

        assertEquals(500, load.counted().getTotalCount());
        assertTrue(sample.value(Metric.P50) > 0 && sample.value(Metric.P50) <= sample.value(Metric.P99));
    }

    /// With so little room the producer cannot send while the server stands still: whoever measures from the sending
    /// calls a handful of records late.
    @Test
    void aServerThatStandsStillIsLateForAllThatWasDueMeanwhile() throws Exception {
        new Topics(braid.bootstrap()).create("still", 2);
        try (var threads = Executors.newSingleThreadExecutor()) {
            var pause = threads.submit(() -> {
                var progress = new Serving(braid.bootstrap(), "still", 2);
                while (progress.records() < 1_000) Thread.onSpinWait();
                workplace.run("pause", pauseOf(serverPid(), "0.4"), Duration.ofSeconds(20));
                return null;
            });

            var latencies = new OpenLoop(braid.bootstrap(), "still", 2, 32 * 1024).run(10_000);
            pause.get();

            assertEquals(10_000, latencies.getTotalCount());
            assertTrue(longerThan(latencies, 200) >= 800, () -> longerThan(latencies, 200) + " were late");
        }
    }

    private static long longerThan(Histogram latencies, long millis) {
        return latencies.getCountBetweenValues(TimeUnit.MILLISECONDS.toNanos(millis), latencies.getMaxValue());
    }

    private static long serverPid() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    private static List<String> pauseOf(long pid, String seconds) {
        return List.of("sh", "-c", "kill -STOP %d; sleep %s; kill -CONT %d".formatted(pid, seconds, pid));
    }
}
