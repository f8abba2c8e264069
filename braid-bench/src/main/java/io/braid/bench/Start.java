package io.braid.bench;

import io.braid.bench.process.Kafka;
import io.braid.bench.process.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// From starting the process over an empty data directory to the first acknowledged record.
///
/// Braid is started through its launcher, as users do. Kafka is started directly, without its scripts, over a
/// directory that was formatted before the clock starts: both spare it time. The client is warm: it has made a topic
/// and sent a record to each server before.
record Start() implements Measurement {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String TOPIC = "start";

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String about() {
        return "from starting the process, over an empty data directory, to the first acknowledged record";
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.ratioAtMost(Metric.START, 0.2, Kafka.NAME));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        return Comparison.alternate(
                this, setting, 1, _ -> braid(lab), List.of(new Peer(Kafka.NAME, _ -> kafka(lab))), lab.out());
    }

    private static Sample braid(Lab lab) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (var braid = lab.braid()) {
            return firstRecord(braid, start);
        }
    }

    private static Sample kafka(Lab lab) throws IOException, InterruptedException {
        var formatted = Kafka.format(lab.workplace(), lab.peers(), List.of());
        long start = System.nanoTime();
        try (var kafka = formatted.start()) {
            return firstRecord(kafka, start);
        }
    }

    private static Sample firstRecord(Server.ForKafka server, long start) throws IOException, InterruptedException {
        createTopic(server, start);
        try (var producer = new KafkaProducer<>(
                Serving.impatient(server.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(TOPIC, new byte[Produce.RECORD_BYTES]))
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Sample(Map.of(
                    Metric.START, seconds * 1e3, Metric.MEMORY, server.usage().residentBytes() / 1e6));
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(server.name() + " did not take a record: " + e.getMessage(), e);
        }
    }

    /// A broker may listen before it can make topics; asking again is what every client does then.
    private static void createTopic(Server.ForKafka server, long start) throws IOException, InterruptedException {
        try (var admin = Admin.create(Serving.impatient(server.bootstrap()))) {
            while (true) {
                try {
                    admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)))
                            .all()
                            .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                    return;
                } catch (ExecutionException | TimeoutException e) {
                    if (System.nanoTime() - start > LIMIT.toNanos()) {
                        throw new IOException(server.name() + " did not make a topic: " + e.getMessage(), e);
                    }
                    TimeUnit.MILLISECONDS.sleep(5);
                }
            }
        }
    }
}
