package io.braid.bench;

import io.braid.bench.load.KinesisLoad;
import io.braid.bench.load.Protocol;
import io.braid.bench.process.KinesisEmulator;
import io.braid.bench.process.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What Kinesis' clients do most, beside two servers for tests that keep their records in memory: HTTP/1.1, 8 shards.
///
/// A turn is bounded by time, because the servers are far apart; a turn's records are bounded too.
record Kinesis(Operation operation, Protocol protocol) implements Measurement {
    static final String STREAM = "bench";
    static final int SHARDS = 8;
    private static final int IN_FLIGHT = 64;
    private static final Duration FILL_MAX = Duration.ofMinutes(2);

    enum Operation {
        PUT("kinesis-put", "PutRecords, 500 x 1 KB a call, 8 connections", 1024, 4_000_000),
        PUT_SMALL("kinesis-put-small", "PutRecords, 500 x 100 B a call, 8 connections", 100, 20_000_000),
        PUT_ONE("kinesis-put-one", "PutRecord, 1 KB, 64 in flight", 1024, 4_000_000),
        GET("kinesis-get", "GetRecords, 500 x 1 KB a call, 8 connections", 1024, 24_000);

        private final String name;
        private final String about;
        private final int dataBytes;
        private final long records;

        /// @param records  of one turn at most; on the disk until the turn is over. To be got: six calls for each
        ///     shard, then from the beginning again
        Operation(String name, String about, int dataBytes, long records) {
            this.name = name;
            this.about = about;
            this.dataBytes = dataBytes;
            this.records = records;
        }
    }

    @Override
    public String name() {
        return named(operation.name, protocol);
    }

    @Override
    public String about() {
        return "%s, HTTP/1.1 and %s; Braid synced to disk, the others in memory".formatted(operation.about, protocol);
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.ratioAtLeast(Metric.THROUGHPUT, 20.0, KinesisEmulator.KINESALITE),
                Target.ratioAtLeast(Metric.THROUGHPUT, 20.0, KinesisEmulator.KINESIS_LOCAL));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        long records = setting.records().orElse(operation.records);
        try (var braid = lab.braid();
                var kinesalite = lab.kinesalite();
                var kinesisLocal = lab.kinesisLocal()) {
            return Comparison.alternate(
                    this,
                    setting,
                    records,
                    trial(braid, lab, setting, records),
                    List.of(
                            new Peer(kinesalite.name(), trial(kinesalite, lab, setting, records)),
                            new Peer(kinesisLocal.name(), trial(kinesisLocal, lab, setting, records))),
                    lab.out());
        }
    }

    private Trial trial(Server.ForKinesis server, Lab lab, Setting setting, long records) {
        var load = new KinesisLoad(server.http(), STREAM, SHARDS, operation.dataBytes, protocol);
        return switch (operation) {
            case PUT, PUT_SMALL -> putting(server, lab, load, () -> load.put(setting.time(), records));
            case PUT_ONE -> putting(server, lab, load, () -> load.putOneByOne(IN_FLIGHT, setting.time(), records));
            case GET -> new Getting(server, load, setting.time(), records);
        };
    }

    /// The name of a measurement that there is in both protocols.
    static String named(String name, Protocol protocol) {
        return switch (protocol) {
            case JSON -> name;
            case CBOR -> name + "-" + protocol.name().toLowerCase(Locale.ROOT);
        };
    }

    interface Work {
        KinesisLoad.Done run() throws IOException, InterruptedException;
    }

    /// Turns of which each has a new stream.
    static Trial putting(Server server, Lab lab, KinesisLoad load, Work work) {
        return _ -> {
            load.create();
            var sample = measured(server, load.dataBytes(), work);
            load.delete();
            lab.workplace().sync();
            return sample;
        };
    }

    /// Turns that share a stream, which the first one fills: in JSON, which every peer reads, as it is not measured.
    private static final class Getting implements Trial {
        private final Server server;
        private final KinesisLoad load;
        private final Duration time;
        private final long filling;
        private boolean isFilled;

        Getting(Server server, KinesisLoad load, Duration time, long filling) {
            this.server = server;
            this.load = load;
            this.time = time;
            this.filling = filling;
        }

        @Override
        public Sample run(long records) throws IOException, InterruptedException {
            if (!isFilled) {
                var inJson =
                        new KinesisLoad(load.server(), load.stream(), load.shards(), load.dataBytes(), Protocol.JSON);
                inJson.create();
                inJson.put(FILL_MAX, filling);
                isFilled = true;
            }
            return measured(server, load.dataBytes(), () -> load.get(time));
        }
    }

    static Sample measured(Server server, int dataBytes, Work work) throws IOException, InterruptedException {
        var before = server.usage();
        var done = work.run();
        var after = server.usage();
        double gigabytes = done.records() * (double) dataBytes / 1e9;
        return new Sample(Map.of(
                Metric.THROUGHPUT,
                done.rate(),
                Metric.CPU,
                (after.cpuSeconds() - before.cpuSeconds()) / gigabytes,
                Metric.MEMORY,
                after.residentBytes() / 1e6));
    }
}
