package io.braid.bench;

import io.braid.bench.load.KinesisLoad;
import io.braid.bench.process.Kinesalite;
import io.braid.bench.process.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// 500 records of 1 KB in each call, over 8 connections to 8 shards, HTTP/1.1 and JSON.
///
/// A turn is bounded by time, because the two servers are far apart; a turn's records are bounded too.
record Kinesis(Operation operation) implements Measurement {
    private static final String STREAM = "bench";
    private static final int CONNECTIONS = 8;
    private static final long RECORDS_MAX = 4_000_000; // of one turn; 4 GB on the disk until the turn is over
    private static final long RECORDS_TO_GET = 24_000; // six calls for each shard, then from the beginning again
    private static final Duration FILL_MAX = Duration.ofMinutes(2);

    enum Operation {
        PUT("kinesis-put", "PutRecords, 500 x 1 KB a call"),
        GET("kinesis-get", "GetRecords, 500 x 1 KB a call");

        private final String name;
        private final String about;

        Operation(String name, String about) {
            this.name = name;
            this.about = about;
        }
    }

    @Override
    public String name() {
        return operation.name;
    }

    @Override
    public String about() {
        return operation.about + ", 8 connections, HTTP/1.1 and JSON; Braid synced to disk, kinesalite in memory";
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 20.0, Kinesalite.NAME));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        long records = setting.records().orElse(operation == Operation.PUT ? RECORDS_MAX : RECORDS_TO_GET);
        try (var braid = lab.braid();
                var kinesalite = lab.kinesalite()) {
            return Comparison.alternate(
                    this,
                    setting,
                    records,
                    trial(braid, lab, setting, records),
                    List.of(new Peer(Kinesalite.NAME, trial(kinesalite, lab, setting, records))),
                    lab.out());
        }
    }

    private Trial trial(Server.ForKinesis server, Lab lab, Setting setting, long records)
            throws IOException, InterruptedException {
        var load = new KinesisLoad(server.http(), STREAM, CONNECTIONS);
        return switch (operation) {
            case PUT ->
                _ -> {
                    load.create();
                    var sample = measured(server, () -> load.put(setting.time(), records));
                    load.delete();
                    lab.workplace().sync();
                    return sample;
                };
            case GET -> {
                load.create();
                load.put(FILL_MAX, records);
                yield _ -> measured(server, () -> load.get(setting.time()));
            }
        };
    }

    private interface Work {
        KinesisLoad.Done run() throws IOException, InterruptedException;
    }

    private static Sample measured(Server server, Work work) throws IOException, InterruptedException {
        var before = server.usage();
        var done = work.run();
        var after = server.usage();
        double gigabytes = done.records() * (double) KinesisLoad.DATA_BYTES / 1e9;
        return new Sample(Map.of(
                Metric.THROUGHPUT,
                done.rate(),
                Metric.CPU,
                (after.cpuSeconds() - before.cpuSeconds()) / gigabytes,
                Metric.MEMORY,
                after.residentBytes() / 1e6));
    }
}
