package io.braid.bench;

import io.braid.bench.load.KafkaTools;
import io.braid.bench.load.ReadingGroup;
import io.braid.bench.process.Kafka;
import io.braid.bench.process.Server;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// A new group each time over records that were produced before: one consumer with Kafka's performance tool, or
/// several.
///
/// Both servers hand the page cache to the socket without copying, so most of their time is the kernel's, and the same.
record Consume(String name, String about, Reader reader, List<Target> targets) implements Measurement {
    private static final String TOPIC = "consume";
    private static final int PARTITIONS = 6;
    private static final long RECORDS = 1_000_000;

    static final Consume ALONE = new Consume(
            "consume",
            "consume 1 KB records from 6 partitions, the group's joining not counted",
            KafkaTools::consume,
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.3, Kafka.NAME),
                    Target.ratioAtMost(Metric.CPU, 0.35, Kafka.NAME)));

    static final Consume GROUP_OF_FOUR = new Consume(
            "consume-group",
            "consume 1 KB records from 6 partitions in a group of 4, the group's joining not counted",
            (_, bootstrap, topic, records) -> new ReadingGroup(4).consume(bootstrap, topic, records),
            List.of(
                    Target.ratioAtLeast(Metric.THROUGHPUT, 1.0, Kafka.NAME),
                    Target.ratioAtMost(Metric.CPU, 0.4, Kafka.NAME)));

    @FunctionalInterface
    interface Reader {
        /// The records/s of it.
        double read(KafkaTools tools, String bootstrap, String topic, long records)
                throws IOException, InterruptedException;
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        long records = setting.records().orElse(RECORDS);
        var tools = lab.kafkaTools();
        try (var braid = lab.braid();
                var kafka = lab.kafka(List.of())) {
            fill(braid, tools, records);
            fill(kafka, tools, records);
            lab.workplace().sync();
            return Comparison.alternate(
                    this,
                    setting,
                    records,
                    new Load(braid, tools, reader),
                    List.of(new Peer(Kafka.NAME, new Load(kafka, tools, reader))),
                    lab.out());
        }
    }

    private static void fill(Server.ForKafka server, KafkaTools tools, long records)
            throws IOException, InterruptedException {
        new Topics(server.bootstrap()).create(TOPIC, PARTITIONS);
        tools.produce(server.bootstrap(), TOPIC, records, Produce.RECORD_BYTES);
    }

    /// Consumes the topic from its beginning.
    private record Load(Server.ForKafka server, KafkaTools tools, Reader reader) implements Trial {
        @Override
        public Sample run(long records) throws IOException, InterruptedException {
            var before = server.usage();
            double rate = reader.read(tools, server.bootstrap(), TOPIC, records);
            var after = server.usage();
            return new Sample(Map.of(
                    Metric.THROUGHPUT,
                    rate,
                    Metric.CPU,
                    (after.cpuSeconds() - before.cpuSeconds()) / Produce.gigabytes(records)));
        }
    }
}
