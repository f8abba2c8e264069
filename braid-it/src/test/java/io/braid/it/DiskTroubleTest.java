package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/// A server whose disk fills up or goes away, as its clients and its operator see it.
class DiskTroubleTest {
    private static final String OTHERWISE = "io.braid.log.FullDiskTest and DiskTroubleTest test the same without";
    private static final String RESERVE_TOO_LARGE = "log.disk-reserve-bytes=1GiB"; // so there is never one
    private static final byte[] LARGE = new byte[200_000];

    /// Gives up at once, and says why.
    private static final Map<String, String> IMPATIENT =
            Map.of("enable.idempotence", "false", "retries", "0", "batch.size", "1");

    @Test
    void belowTheWatermarkProducersRetryAndAllElseGoesOn() throws Exception {
        long free = Files.getFileStore(Jvm.target()).getUsableSpace();
        try (var server = RunningServer.start("low", "--set", "log.disk-free-min=" + 2 * free)) {
            var kafka = new OldestClient(server.kafka(), "low");
            var topic = kafka.createTopic("topic", 1);

            assertRefused(kafka, topic);
            assertPutRefused(server, topic);

            var partition = new TopicPartition(topic, 0);
            try (var consumer =
                    kafka.consumer(Map.of("group.id", kafka.name("group"), "enable.auto.commit", "false"))) {
                consumer.assign(List.of(partition));
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0, "kept")));
                assertEquals(
                        "kept",
                        consumer.committed(Set.of(partition)).get(partition).metadata());
            }
            delete(kafka, topic);
        }
    }

    @Test
    void aDiskThatFillsUpLosesNothingAndAllGoesOnByItselfWhenThereIsRoom() throws Exception {
        try (var disk = SmallFileSystem.mount("size=64m", OTHERWISE);
                var server = RunningServer.startOn(disk.directory(), "full")) {
            var kafka = new OldestClient(server.kafka(), "full");
            var ballast = kafka.createTopic("ballast", 1);
            var topic = kafka.createTopic("topic", 1);
            try (var patient = kafka.producer(Map.of("delivery.timeout.ms", "120000"))) {
                sendUntilRefused(kafka, ballast);
                assertRefused(kafka, topic);
                assertPutRefused(server, topic);

                var first = send(patient, topic);
                delete(kafka, ballast);
                assertEquals(0, first.get(60, TimeUnit.SECONDS).offset(), "the retry of what was refused");

                Eventually.equal(true, () -> Files.exists(disk.directory().resolve("reserve")));
                disk.fill();
                var second = kafka.createTopic("second", 1); // by the room of the reserve
                sendUntilRefused(kafka, second); // one may have been quicker than whoever looks at the disk
                assertEquals(1, kafka.read(topic, 0, 0, 1).size());

                server.kill();
                server.live();
                assertEquals(1, kafka.read(topic, 0, 0, 1).size());
                assertRefused(kafka, topic);
                var next = send(patient, topic);
                disk.empty();
                assertEquals(1, next.get(60, TimeUnit.SECONDS).offset());
                Eventually.equal(true, () -> Files.exists(disk.directory().resolve("reserve")));
            }
            assertEquals(2, kafka.read(topic, 0, 0, 2).size());
            assertAllAreAbout("disk space level=FULL", server);
        }
    }

    @Test
    void aServerThatWaitsForRoomStopsWhenItIsTold() throws Exception {
        try (var disk = SmallFileSystem.mount("size=64m", OTHERWISE);
                var server = RunningServer.startOn(
                        disk.directory(), "stop", "--set", RESERVE_TOO_LARGE, "--set", "kafka.drain=1s")) {
            var kafka = new OldestClient(server.kafka(), "stop");
            var topic = kafka.createTopic("topic", 1);
            disk.fill();
            try (var admin = kafka.admin()) {
                admin.createTopics(
                        List.of(new NewTopic("large", 10_000, (short) 1))); // more than the journal has filled
                Eventually.equal(true, () -> Files.readString(server.log()).contains("waits for room"));
                assertEquals(List.of(), kafka.readNow(topic, 0, 0));

                server.stop();
                admin.close(Duration.ZERO);
            }

            assertAnyIsAbout("no space left on the disk", server);
            disk.empty();
            server.live();
            assertEquals(List.of(), kafka.readNow(topic, 0, 0));
            server.newErrors(); // that it is full again
        }
    }

    @Test
    void aDirectoryDeletedUnderTheServerClosesItsPartitionsAndIsToldOf() throws Exception {
        try (var server = RunningServer.start("gone")) {
            var kafka = new OldestClient(server.kafka(), "gone");
            var topic = kafka.createTopic("topic", 1);
            kafka.produce(topic, 0, 3);

            deleteTree(server.data());

            Eventually.equal(
                    true,
                    () -> Files.readString(server.log())
                            .contains("data directory %s was deleted, replaced or unmounted".formatted(server.data())));
            try (var producer = kafka.producer(IMPATIENT)) {
                var refused = assertThrows(
                        ExecutionException.class, () -> send(producer, topic).get(30, TimeUnit.SECONDS));
                assertInstanceOf(NotLeaderOrFollowerException.class, refused.getCause());
            }
            server.newErrors();
            server.stop();
            assertAnyIsAbout("Log did not close cleanly", server); // lines are written while the server stops, too
            Files.createDirectory(server.data());
        }
    }

    @Test
    void aReadOnlyDirectoryIsRefusedWithWhatToDo() throws Exception {
        try (var disk = SmallFileSystem.mount("size=1m,ro", OTHERWISE)) {
            var refused = RunningServer.refused(disk.directory(), "127.0.0.1:0", "127.0.0.1:0");

            assertEquals(
                    "braid: data directory %s cannot be written: the file system is read-only: mount it for writing, or choose another directory"
                            .formatted(disk.directory()),
                    refused.err().strip());
        }
    }

    private static void deleteTree(Path root) throws Exception {
        try (var paths = Files.walk(root)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
    }

    private static void sendUntilRefused(OldestClient kafka, String topic) throws Exception {
        try (var producer = kafka.producer(IMPATIENT)) {
            for (int i = 0; i < 1_000; i++) {
                try {
                    send(producer, topic).get(30, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    assertInstanceOf(KafkaStorageException.class, e.getCause());
                    return;
                }
            }
        }
        throw new AssertionError("never refused");
    }

    private static void assertRefused(OldestClient kafka, String topic) {
        try (var producer = kafka.producer(IMPATIENT)) {
            var refused = assertThrows(
                    ExecutionException.class, () -> send(producer, topic).get(30, TimeUnit.SECONDS));
            assertInstanceOf(KafkaStorageException.class, refused.getCause());
        }
    }

    private static Future<RecordMetadata> send(Producer<byte[], byte[]> producer, String topic) {
        return producer.send(new ProducerRecord<>(topic, 0, null, LARGE));
    }

    private static void assertPutRefused(RunningServer server, String stream) {
        try (var kinesis = Kinesis.sync(server.endpoint())) {
            var refused = assertThrows(
                    KinesisException.class,
                    () -> kinesis.putRecord(
                            r -> r.streamName(stream).partitionKey("k").data(Kinesis.bytes("v"))));
            assertEquals(
                    "503 ServiceUnavailable",
                    refused.statusCode() + " " + refused.awsErrorDetails().errorCode());
            var entry = PutRecordsRequestEntry.builder()
                    .partitionKey("k")
                    .data(Kinesis.bytes("v"))
                    .build();
            var many = kinesis.putRecords(r -> r.streamName(stream).records(entry));
            assertEquals("InternalFailure", many.records().getFirst().errorCode());
        }
    }

    private static void delete(OldestClient kafka, String topic) throws Exception {
        try (var admin = kafka.admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    private static void assertAnyIsAbout(String what, RunningServer server) throws Exception {
        var errors = server.newErrors();
        assertTrue(errors.stream().anyMatch(error -> error.contains(what)), errors::toString);
    }

    private static void assertAllAreAbout(String what, RunningServer server) throws Exception {
        for (var error : server.newErrors()) assertTrue(error.contains(what), error);
    }
}
