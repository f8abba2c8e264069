package io.braid.bench;

import io.braid.bench.load.Flood;
import io.braid.bench.process.Braid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Ten thousand partitions on one node, held to figures of its own: nobody stands beside it.
///
/// A turn is three lives of one data directory. The first creates the partitions in one request, gives each a record
/// and is stopped cleanly. The second serves and is killed under load. The third serves, and has every record that was
/// acknowledged. A life begins when the launcher is started and serves when [Serving] says so.
record Scale() implements Measurement {
    private static final long PARTITIONS = 10_000;
    private static final String TOPIC = "scale";
    private static final Duration STOP_MAX = Duration.ofMinutes(1);

    /// How long Kafka's admin client waits for an answer by default (`request.timeout.ms`).
    private static final Duration CREATE_MAX = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public String about() {
        return "10,000 partitions with a record in each: created, stopped, killed under load (--records: how many)";
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.atMost(Metric.CREATE, CREATE_MAX.toMillis()),
                Target.atMost(Metric.RESTART, 3_000),
                Target.atMost(Metric.RECOVERY, 10_000),
                Target.atMost(Metric.MEMORY, 600));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        return Comparison.alternate(
                this,
                setting,
                setting.records().orElse(PARTITIONS),
                partitions -> new Turn(lab, setting.time(), Math.toIntExact(partitions)).run(),
                List.of(),
                lab.out());
    }

    /// One turn: what it finds is gathered as it goes.
    static final class Turn {
        private final Lab lab;
        private final Duration load;
        private final int partitions;
        private final Map<Metric, Double> values = new EnumMap<>(Metric.class);

        Turn(Lab lab, Duration load, int partitions) {
            this.lab = lab;
            this.load = load;
            this.partitions = partitions;
        }

        Sample run() throws IOException, InterruptedException {
            var data = firstLife();
            long acknowledged = secondLife(data);
            thirdLife(data, acknowledged);
            return new Sample(values);
        }

        private Path firstLife() throws IOException, InterruptedException {
            try (var braid = lab.braid()) {
                long asked = System.nanoTime();
                new Topics(braid.bootstrap()).create(TOPIC, partitions);
                values.put(Metric.CREATE, millisSince(asked));
                fill(braid.bootstrap());
                weigh(braid);
                long told = System.nanoTime();
                braid.stop(STOP_MAX);
                values.put(Metric.STOP, millisSince(told));
                return braid.data();
            }
        }

        /// @return how many records were acknowledged in it
        private long secondLife(Path data) throws IOException, InterruptedException {
            long start = System.nanoTime();
            try (var braid = lab.braid(data)) {
                serving(braid).await();
                values.put(Metric.RESTART, millisSince(start));
                var flood = Flood.over(braid.bootstrap(), TOPIC, partitions);
                try (flood) {
                    flood.await(partitions);
                    TimeUnit.NANOSECONDS.sleep(load.toNanos());
                    flood.check();
                    weigh(braid);
                    braid.kill();
                }
                return flood.acknowledged(); // also what arrived after it was killed
            }
        }

        private void thirdLife(Path data, long acknowledged) throws IOException, InterruptedException {
            long start = System.nanoTime();
            try (var braid = lab.braid(data)) {
                var serving = serving(braid);
                serving.await();
                values.put(Metric.RECOVERY, millisSince(start));
                weigh(braid);
                long records = serving.records();
                if (records < partitions + acknowledged) {
                    throw new IOException("%,d records were acknowledged before the crash, %,d are there after it"
                            .formatted(partitions + acknowledged, records));
                }
            }
        }

        private Serving serving(Braid braid) {
            return new Serving(braid.bootstrap(), TOPIC, partitions);
        }

        private void fill(String bootstrap) throws IOException {
            var failure = new AtomicReference<Exception>();
            try (var producer = new KafkaProducer<>(
                    Serving.impatient(bootstrap), new ByteArraySerializer(), new ByteArraySerializer())) {
                for (int partition = 0; partition < partitions; partition++) {
                    var record = new ProducerRecord<byte[], byte[]>(TOPIC, partition, null, new byte[100]);
                    producer.send(record, (_, e) -> failure.compareAndSet(null, e));
                }
                producer.flush();
            }
            if (failure.get() != null) {
                throw new IOException("a record was not taken: " + failure.get().getMessage(), failure.get());
            }
        }

        /// Keeps the most that was seen in any life.
        private void weigh(Braid braid) throws IOException {
            var usage = braid.usage();
            values.merge(Metric.MEMORY, usage.residentBytes() / 1e6, Math::max);
            values.merge(Metric.OPEN_FILES, (double) usage.openFiles(), Math::max);
        }

        private static double millisSince(long start) {
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
