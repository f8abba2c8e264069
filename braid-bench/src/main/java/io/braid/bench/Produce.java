package io.braid.bench;

import io.braid.bench.load.KafkaTools;
import io.braid.bench.process.Kafka;
import io.braid.bench.process.Server;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// One producer with Kafka's performance tool: records of 1 KB, `acks=all`, as fast as it goes.
///
/// @param partitions      of the topic, which is new in each trial
/// @param recordsDefault  enough for several seconds of each server
record Produce(String name, String about, int partitions, Opponent opponent, List<Target> targets, long recordsDefault)
        implements Measurement {
    static final int RECORD_BYTES = 1024;

    private static final int MANY = 1_000;
    private static final String SYNCED = "log.flush.interval.messages=1";
    private static final String BRAID_AT_SIX = "braid at 6 partitions";

    static final Produce WITH_SIX_PARTITIONS = new Produce(
            "produce",
            "produce 1 KB records, acks=all, 6 partitions; Braid synced to disk, Kafka with its defaults (not synced)",
            6,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of()), 6, 1),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, Kafka.NAME),
                    Target.ratioAtMost(Metric.CPU, 0.5, Kafka.NAME),
                    Target.ratioAtMost(Metric.MEMORY, 0.3, Kafka.NAME)),
            1_000_000);

    static final Produce BOTH_SYNCING = new Produce(
            "durable",
            "produce 1 KB records, acks=all, 100 partitions; both synced (Kafka: %s)".formatted(SYNCED),
            100,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of(SYNCED)), 100, 1),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 3.0, Kafka.NAME)),
            400_000);

    static final Produce AT_ONE_THOUSAND = new Produce(
            "partitions",
            "produce 1 KB records, acks=all, synced to disk, 1,000 partitions beside 6",
            MANY,
            new Opponent(BRAID_AT_SIX, Lab::braid, 6, 1),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 0.8, BRAID_AT_SIX)),
            1_500_000);

    static final Produce BOTH_SYNCING_AT_ONE_THOUSAND = new Produce(
            "durable-1000",
            "produce 1 KB records, acks=all, 1,000 partitions; both synced (Kafka: %s)".formatted(SYNCED),
            MANY,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of(SYNCED)), MANY, 8),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 4.0, Kafka.NAME)),
            1_600_000);

    static final Produce BESIDE_DEFAULTS_AT_ONE_THOUSAND = new Produce(
            "produce-1000",
            "produce 1 KB records, acks=all, 1,000 partitions; Braid synced to disk, Kafka with its defaults",
            MANY,
            new Opponent(Kafka.NAME, lab -> lab.kafka(List.of()), MANY, 4),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.5, Kafka.NAME),
                    Target.ratioAtMost(Metric.CPU, 0.25, Kafka.NAME)),
            1_600_000);

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
        try (var braid = lab.braid();
                var other = opponent.starting().start(lab)) {
            var ours = new Load(braid, tools, partitions, lab.workplace());
            var theirs = new Load(other, tools, opponent.partitions(), lab.workplace());
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
    record Load(Server.ForKafka server, KafkaTools tools, int partitions, Workplace workplace) implements Trial {
        private static final String TOPIC = "produce";

        @Override
        public Sample run(long records) throws IOException, InterruptedException {
            var topics = new Topics(server.bootstrap());
            topics.create(TOPIC, partitions);
            var before = server.usage();
            double rate = tools.produce(server.bootstrap(), TOPIC, records, RECORD_BYTES);
            var after = server.usage();
            topics.delete(TOPIC);
            workplace.sync();
            return new Sample(Map.of(
                    Metric.THROUGHPUT,
                    rate,
                    Metric.CPU,
                    (after.cpuSeconds() - before.cpuSeconds()) / gigabytes(records),
                    Metric.MEMORY,
                    after.residentBytes() / 1e6));
        }
    }

    /// What the records weigh, in 10^9 bytes.
    static double gigabytes(long records) {
        return records * (double) RECORD_BYTES / 1e9;
    }
}
