package io.braid.bench;

import io.braid.bench.load.Flood;
import io.braid.bench.load.KafkaTools;
import io.braid.bench.process.Kafka;
import io.braid.bench.process.Server;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Somebody reads a stream of 10 GB that is only on the disk, while somebody else produces into another one as fast
/// as it goes: what the reader costs the producer, and how fast it reads.
///
/// A turn produces twice for the same time, first beside the reader, then alone. Before it, the kernel is told to
/// forget the stream; how much of it then came from the disk is part of the result.
record CatchUp() implements Measurement {
    private static final String COLD = "cold";
    private static final int PARTITIONS = 6;
    private static final long RECORDS = 9_765_625; // 10^10 bytes
    private static final long FLOWING_MAX = 20_000; // acknowledged before anything is measured

    @Override
    public String name() {
        return "catch-up";
    }

    @Override
    public String about() {
        return "read 10 GB from disk (--records of 1 KB) while producing elsewhere at full rate, 6 partitions each; "
                + "Braid synced to disk, Kafka with its defaults";
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.below(Metric.P99_RISE, 2.0), Target.ratioAtLeast(Metric.COLD_READ, 1.0, Kafka.NAME));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        long records = setting.records().orElse(RECORDS);
        // Both have the cold stream; one at a time produces, perhaps faster than it reads.
        lab.workplace().requireSpace(4 * records * Produce.RECORD_BYTES);
        var tools = lab.kafkaTools();
        try (var braid = lab.braid();
                var kafka = lab.kafka(List.of())) {
            var ours = new Load(braid, tools, lab.workplace(), lab.out());
            var theirs = new Load(kafka, tools, lab.workplace(), lab.out());
            ours.fill(records);
            theirs.fill(records);
            return Comparison.alternate(this, setting, records, ours, List.of(new Peer(Kafka.NAME, theirs)), lab.out());
        }
    }

    /// Reads the cold stream from its beginning beside a producer, then lets the producer go on alone.
    record Load(Server.ForKafka server, KafkaTools tools, Workplace workplace, PrintStream out) implements Trial {

        void fill(long records) throws IOException, InterruptedException {
            new Topics(server.bootstrap()).create(COLD, PARTITIONS);
            tools.produce(server.bootstrap(), COLD, records, Produce.RECORD_BYTES);
        }

        @Override
        public Sample run(long records) throws IOException, InterruptedException {
            forget();
            long read = server.usage().diskReadBytes();
            long start = System.nanoTime();
            long flowing = Math.min(FLOWING_MAX, records);
            var beside = producing(flowing, () -> tools.consume(server.bootstrap(), COLD, records));
            long time = System.nanoTime() - start;
            double fromDisk = (server.usage().diskReadBytes() - read) / 1e9;
            var alone = producing(flowing, () -> {
                TimeUnit.NANOSECONDS.sleep(time);
                return 0;
            });
            return new Sample(Map.of(
                    Metric.COLD_READ,
                    beside.rate(),
                    Metric.P99_RISE,
                    p99(beside.latencies()) / p99(alone.latencies()),
                    Metric.P99_BESIDE,
                    p99(beside.latencies()),
                    Metric.P99_ALONE,
                    p99(alone.latencies()),
                    Metric.PRODUCED,
                    beside.latencies().getTotalCount() * 1e9 / time,
                    Metric.FROM_DISK,
                    fromDisk));
        }

        private void forget() throws IOException, InterruptedException {
            workplace.sync();
            try {
                workplace.dropFromMemory(server.data());
            } catch (IOException e) {
                out.println("the stream could not be dropped from the page cache: " + e.getMessage());
            }
        }

        /// Produces into a topic of its own while something else is done.
        ///
        /// @param flowing  records to be acknowledged before that
        private Produced producing(long flowing, Meanwhile meanwhile) throws IOException, InterruptedException {
            var topics = new Topics(server.bootstrap());
            var topic = topics.createNew("hot", PARTITIONS);
            Produced produced;
            try (var flood = Flood.into(server.bootstrap(), topic)) {
                flood.await(flowing);
                flood.mark();
                double rate = meanwhile.run();
                produced = new Produced(rate, flood.sinceMark());
            }
            topics.delete(topic);
            workplace.sync();
            return produced;
        }

        private static double p99(Histogram latencies) {
            return latencies.getValueAtPercentile(99) / 1e6;
        }
    }

    private interface Meanwhile {
        double run() throws IOException, InterruptedException;
    }

    /// @param rate       of what was done meanwhile
    /// @param latencies  of the records that were acknowledged meanwhile, in nanoseconds
    private record Produced(double rate, Histogram latencies) {}
}
