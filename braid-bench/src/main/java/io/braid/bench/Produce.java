package io.braid.bench;

import io.braid.bench.load.Crowd;
import io.braid.bench.load.IdleConnections;
import io.braid.bench.load.KafkaTools;
import io.braid.bench.process.Kafka;
import io.braid.bench.process.Server;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Records produced with `acks=all` as fast as it goes, by Kafka's performance tool or by several clients.
///
/// @param way             who sends what
/// @param partitions      of the topic, which is new in each trial
/// @param recordsDefault  enough for several seconds of each server
/// @param settings        `key=value`, what Braid is told
record Produce(
        String name,
        String about,
        Way way,
        int partitions,
        Opponent opponent,
        List<Target> targets,
        long recordsDefault,
        List<String> settings)
        implements Measurement {
    static final int RECORD_BYTES = 1024;

    private static final int MANY = 1_000;
    private static final String SYNCED = "log.flush.interval.messages=1";
    private static final String BRAID_AT_SIX = "braid at 6 partitions";
    private static final int IDLE = 1_000;
    private static final Crowd BUSY = new Crowd(50, RECORD_BYTES, 0);

    /// Of a Kafka that does not sync.
    private static final List<Target> AHEAD = List.of(
            Target.ratioAtLeast(Metric.THROUGHPUT, 1.2, Kafka.NAME),
            Target.ratioAtMost(Metric.CPU, 0.4, Kafka.NAME),
            Target.ratioAtMost(Metric.MEMORY, 0.3, Kafka.NAME));

    static final Produce WITH_SIX_PARTITIONS = new Produce(
            "produce",
            "produce 1 KB records, acks=all, 6 partitions; Braid synced to disk, Kafka with its defaults (not synced)",
            Way.TOOL,
            6,
            stock(6),
            AHEAD,
            1_000_000);

    static final Produce BOTH_UNSYNCED = new Produce(
            "produce-os",
            "produce 1 KB records, acks=all, 6 partitions; neither synced (Braid: durability=os)",
            Way.TOOL,
            6,
            stock(6),
            AHEAD,
            1_000_000,
            List.of("stream.durability=os"));

    static final Produce SMALL_RECORDS = new Produce(
            "produce-small",
            "produce 100 B records, acks=all, 6 partitions; Braid synced to disk, Kafka with its defaults",
            new Way(100, (tools, server, topic, records) -> tools.produce(server, topic, records, 100)),
            6,
            stock(6),
            AHEAD,
            6_000_000);

    static final Produce COMPRESSED = new Produce(
            "produce-lz4",
            "produce 1 KB records with lz4, acks=all, 6 partitions; Braid synced to disk, Kafka with its defaults",
            new Way(
                    RECORD_BYTES,
                    (tools, server, topic, records) -> tools.produce(server, topic, records, RECORD_BYTES, "lz4")),
            6,
            stock(6),
            AHEAD,
            1_000_000);

    static final Produce TEN_PRODUCERS = new Produce(
            "produce-10",
            "produce 1 KB records with 10 clients, acks=all, 6 partitions; Braid synced to disk, Kafka with its"
                    + " defaults",
            crowd(new Crowd(10, RECORD_BYTES, 0)),
            6,
            stock(6),
            AHEAD,
            1_000_000);

    static final Produce ONE_PARTITION = new Produce(
            "produce-1",
            "produce 1 KB records, acks=all, 1 partition; Braid synced to disk, Kafka with its defaults",
            Way.TOOL,
            1,
            stock(1),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, Kafka.NAME)),
            500_000);

    static final Produce HUNDRED_PARTITIONS = new Produce(
            "produce-100",
            "produce 1 KB records, acks=all, 100 partitions; Braid synced to disk, Kafka with its defaults",
            Way.TOOL,
            100,
            stock(100),
            AHEAD,
            1_000_000);

    static final Produce TRANSACTIONS = new Produce(
            "transactions",
            "produce 1 KB records with 4 clients in transactions of 100; Braid synced to disk, Kafka with its defaults",
            crowd(new Crowd(4, RECORD_BYTES, 100)),
            6,
            stock(6),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, Kafka.NAME),
                    Target.ratioAtMost(Metric.MEMORY, 0.3, Kafka.NAME)),
            400_000);

    static final Produce CONNECTIONS = new Produce(
            "connections",
            "produce 1 KB records with 50 clients beside 1,000 idle connections; Braid synced to disk, Kafka with its"
                    + " defaults",
            new Way(RECORD_BYTES, Produce::besideIdleConnections),
            6,
            stock(6),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, Kafka.NAME),
                    Target.ratioAtMost(Metric.MEMORY, 0.3, Kafka.NAME)),
            1_000_000);

    static final Produce BOTH_SYNCING = new Produce(
            "durable",
            "produce 1 KB records, acks=all, 100 partitions; both synced (Kafka: %s)".formatted(SYNCED),
            Way.TOOL,
            100,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of(SYNCED)), 100, 1),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 3.0, Kafka.NAME)),
            400_000);

    static final Produce AT_ONE_THOUSAND = new Produce(
            "partitions",
            "produce 1 KB records, acks=all, synced to disk, 1,000 partitions beside 6",
            Way.TOOL,
            MANY,
            new Opponent(BRAID_AT_SIX, Lab::braid, 6, 1),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 0.8, BRAID_AT_SIX)),
            1_500_000);

    static final Produce BOTH_SYNCING_AT_ONE_THOUSAND = new Produce(
            "durable-1000",
            "produce 1 KB records, acks=all, 1,000 partitions; both synced (Kafka: %s)".formatted(SYNCED),
            Way.TOOL,
            MANY,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of(SYNCED)), MANY, 8),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 4.0, Kafka.NAME)),
            1_600_000);

    static final Produce BESIDE_DEFAULTS_AT_ONE_THOUSAND = new Produce(
            "produce-1000",
            "produce 1 KB records, acks=all, 1,000 partitions; Braid synced to disk, Kafka with its defaults",
            Way.TOOL,
            MANY,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of()), MANY, 4),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.5, Kafka.NAME),
                    Target.ratioAtMost(Metric.CPU, 0.25, Kafka.NAME)),
            1_600_000);

    /// With Braid as it is when it is told nothing.
    Produce(
            String name,
            String about,
            Way way,
            int partitions,
            Opponent opponent,
            List<Target> targets,
            long recordsDefault) {
        this(name, about, way, partitions, opponent, targets, recordsDefault, List.of());
    }

    private static Opponent stock(int partitions) {
        return new Opponent(Kafka.NAME, lab -> lab.kafka(List.of()), partitions, 1);
    }

    private static Way crowd(Crowd crowd) {
        return new Way(crowd.recordBytes(), (_, bootstrap, topic, records) -> crowd.produce(bootstrap, topic, records));
    }

    private static double besideIdleConnections(KafkaTools tools, String bootstrap, String topic, long records)
            throws IOException, InterruptedException {
        try (var _ = IdleConnections.open(bootstrap, IDLE)) {
            return BUSY.produce(bootstrap, topic, records);
        }
    }

    /// Who sends what.
    ///
    /// @param recordBytes  of each record
    record Way(int recordBytes, Sender sender) {
        static final Way TOOL = new Way(
                RECORD_BYTES,
                (tools, bootstrap, topic, records) -> tools.produce(bootstrap, topic, records, RECORD_BYTES));
    }

    @FunctionalInterface
    interface Sender {
        /// The records/s of it.
        double send(KafkaTools tools, String bootstrap, String topic, long records)
                throws IOException, InterruptedException;
    }

    /// The server that Braid is compared with, and how it is loaded.
    ///
    /// @param partitions  of its topic
    /// @param share       it gets one record for each so many of Braid's, so that both turns last about as long
    record Opponent(String name, Starting starting, int partitions, int share) {}

    @FunctionalInterface
    interface Starting {
        Server.ForKafka start(Lab lab) throws IOException, InterruptedException;
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        var tools = lab.kafkaTools();
        try (var braid = lab.braid(settings);
                var other = opponent.starting().start(lab)) {
            var ours = new Load(braid, tools, way, partitions, lab.workplace());
            var theirs = new Load(other, tools, way, opponent.partitions(), lab.workplace());
            Trial shared = records -> theirs.run(Math.max(1, records / opponent.share()));
            return Comparison.alternate(
                    this,
                    setting,
                    setting.records().orElse(recordsDefault),
                    ours,
                    List.of(new Peer(opponent.name(), shared)),
                    lab.out());
        }
    }

    /// Produces into a topic of its own and deletes it.
    record Load(Server.ForKafka server, KafkaTools tools, Way way, int partitions, Workplace workplace)
            implements Trial {
        @Override
        public Sample run(long records) throws IOException, InterruptedException {
            var topics = new Topics(server.bootstrap());
            var topic = topics.createNew("produce", partitions);
            var before = server.usage();
            double rate = way.sender().send(tools, server.bootstrap(), topic, records);
            var after = server.usage();
            topics.delete(topic);
            workplace.sync();
            return new Sample(Map.of(
                    Metric.THROUGHPUT,
                    rate,
                    Metric.CPU,
                    (after.cpuSeconds() - before.cpuSeconds()) / (records * way.recordBytes() / 1e9),
                    Metric.MEMORY,
                    after.residentBytes() / 1e6));
        }
    }

    /// What the records weigh, in 10^9 bytes.
    static double gigabytes(long records) {
        return records * (double) RECORD_BYTES / 1e9;
    }
}
