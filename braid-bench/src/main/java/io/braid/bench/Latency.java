package io.braid.bench;

import io.braid.bench.load.OpenLoop;
import io.braid.bench.plot.PercentilePlot;
import io.braid.bench.process.Server;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// How long a record takes from its producer to its consumer when the servers have little to do: 5,000 records/s.
///
/// Braid has its turn once, and is compared with Kafka twice: syncing too, and as it comes.
record Latency() implements Measurement {
    private static final int PARTITIONS = 6;
    private static final long RECORDS = 30L * OpenLoop.RECORDS_PER_SECOND; // half a minute
    private static final String SYNCED = "kafka synced";
    private static final String UNSYNCED = "kafka not synced";

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String about() {
        return "from due to consumed, 5,000 records/s of 100 B, 6 partitions, acks=all, linger 0; Braid synced to disk "
                + "(--svg FILE: draw it)";
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.ratioAtMost(Metric.P99, 0.5, SYNCED), Target.ratioAtMost(Metric.P99, 1.2, UNSYNCED));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        try (var braid = lab.braid();
                var synced = lab.kafka(List.of("log.flush.interval.messages=1"));
                var unsynced = lab.kafka(List.of())) {
            var ours = new Load(braid, lab.workplace());
            var syncing = new Load(synced, lab.workplace());
            var stock = new Load(unsynced, lab.workplace());
            var comparison = Comparison.alternate(
                    this,
                    setting,
                    setting.records().orElse(RECORDS),
                    ours,
                    List.of(new Peer(SYNCED, syncing), new Peer(UNSYNCED, stock)),
                    lab.out());
            var plot = new PercentilePlot(
                    "End-to-end latency, 5,000 records/s of 100 B",
                    List.of(
                            new PercentilePlot.Curve("Braid, synced", ours.counted()),
                            new PercentilePlot.Curve("Kafka, synced", syncing.counted()),
                            new PercentilePlot.Curve("Kafka, not synced", stock.counted())));
            draw(plot, setting.svg());
            return comparison;
        }
    }

    private static void draw(PercentilePlot plot, Optional<Path> file) throws IOException {
        if (file.isPresent()) {
            Files.writeString(file.get(), plot.svg());
        }
    }

    /// Sends and consumes through a topic of its own, and keeps all latencies for the plot.
    static final class Load implements Trial {
        private final Server.ForKafka server;
        private final Workplace workplace;
        private final List<Histogram> turns = new ArrayList<>(); // the first is the warm-up

        Load(Server.ForKafka server, Workplace workplace) {
            this.server = server;
            this.workplace = workplace;
        }

        @Override
        public Sample run(long records) throws IOException, InterruptedException {
            var topics = new Topics(server.bootstrap());
            var topic = topics.createNew("latency", PARTITIONS);
            var latencies = new OpenLoop(server.bootstrap(), topic, PARTITIONS, OpenLoop.BUFFER_BYTES).run(records);
            topics.delete(topic);
            workplace.sync();
            turns.add(latencies);
            return new Sample(Map.of(
                    Metric.P50, millis(latencies, 50),
                    Metric.P99, millis(latencies, 99),
                    Metric.P99_9, millis(latencies, 99.9)));
        }

        /// The latencies of all turns but the warm-up.
        Histogram counted() {
            var all = new Histogram(turns.getFirst());
            turns.stream().skip(1).forEach(all::add);
            return all;
        }

        private static double millis(Histogram latencies, double percentile) {
            return latencies.getValueAtPercentile(percentile) / 1e6;
        }
    }
}
