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
/// @param kafkaSettings   what the peer is told beyond its stock configuration
/// @param recordsDefault  enough for several seconds of each server
record Produce(
        String name,
        String about,
        int partitions,
        List<String> kafkaSettings,
        List<Target> targets,
        long recordsDefault)
        implements Measurement {
    static final int RECORD_BYTES = 1024;

    static final Produce WITH_SIX_PARTITIONS = new Produce(
            "produce",
            "produce 1 KB records, acks=all, 6 partitions; Braid synced to disk, Kafka with its defaults (not synced)",
            6,
            List.of(),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, Kafka.NAME),
                    Target.ratioAtMost(Metric.CPU, 0.5, Kafka.NAME),
                    Target.ratioAtMost(Metric.MEMORY, 0.3, Kafka.NAME)),
            1_000_000);

    static final Produce BOTH_SYNCING = new Produce(
            "durable",
            "produce 1 KB records, acks=all, 100 partitions; both synced (Kafka: log.flush.interval.messages=1)",
            100,
            List.of("log.flush.interval.messages=1"),
            List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 3.0, Kafka.NAME)),
            400_000);

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        var tools = lab.kafkaTools();
        try (var braid = lab.braid();
                var kafka = lab.kafka(kafkaSettings)) {
            return Comparison.alternate(
                    this,
                    setting,
                    setting.records().orElse(recordsDefault),
                    new Load(braid, tools, partitions, lab.workplace()),
                    List.of(new Peer(Kafka.NAME, new Load(kafka, tools, partitions, lab.workplace()))),
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
