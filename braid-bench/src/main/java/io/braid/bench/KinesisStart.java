package io.braid.bench;

import io.braid.bench.load.KinesisLoad;
import io.braid.bench.load.Protocol;
import io.braid.bench.process.KinesisEmulator;
import io.braid.bench.process.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// From starting the process, with nothing in it, to the first acknowledged PutRecord: a stream is created, waited for
/// until it is ACTIVE, and put into.
///
/// Braid is started through its launcher, as users do. The others are started by node itself, without npm, and make a
/// stream at once where they take half a second by default: both spare them time. The client is warm: it has done the
/// same to each server before.
record KinesisStart() implements Measurement {
    static final String STREAM = "start";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "kinesis-start";
    }

    @Override
    public String about() {
        return "from starting the process, with nothing in it, to a stream of 1 shard and its first acknowledged"
                + " PutRecord";
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.ratioAtMost(Metric.START, 0.2, KinesisEmulator.KINESALITE),
                Target.ratioAtMost(Metric.START, 0.2, KinesisEmulator.KINESIS_LOCAL));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        return Comparison.alternate(
                this,
                setting,
                1,
                _ -> firstRecord(lab::braid),
                List.of(
                        new Peer(KinesisEmulator.KINESALITE, _ -> firstRecord(lab::kinesalite)),
                        new Peer(KinesisEmulator.KINESIS_LOCAL, _ -> firstRecord(lab::kinesisLocal))),
                lab.out());
    }

    private interface Starting {
        Server.ForKinesis run() throws IOException, InterruptedException;
    }

    private static Sample firstRecord(Starting starting) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (var server = starting.run()) {
            put(server);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Sample(Map.of(
                    Metric.START, seconds * 1e3, Metric.MEMORY, server.usage().residentBytes() / 1e6));
        }
    }

    static void put(Server.ForKinesis server) throws IOException, InterruptedException {
        var load = new KinesisLoad(server.http(), STREAM, 1, 1024, Protocol.JSON);
        load.create();
        load.putOneByOne(1, LIMIT, 1);
    }
}
