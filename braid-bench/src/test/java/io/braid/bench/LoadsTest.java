package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.bench.load.KinesisLoad;
import io.braid.bench.process.Braid;
import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What loads the servers in measurements, with tiny counts on a Braid alone: that it runs, and that its figures mean
/// what they say.
@Timeout(300)
class LoadsTest {
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

    @Test
    void whatTheKinesisLoadPutsIsThereToGet() throws IOException, InterruptedException {
        var load = new KinesisLoad(braid.http(), "load", 2);
        load.create();

        var put = load.put(Duration.ofSeconds(30), 2_000);
        var got = load.get(Duration.ofMillis(300));

        assertEquals(2_000, put.records());
        assertEquals(2_000, load.count());
        assertTrue(got.records() > 0);
        load.delete();
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
}
