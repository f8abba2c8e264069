package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// Old segments in a bucket of a real S3 server, under the real process: what comes and goes there, and what a bucket
/// that is away does to whom.
class TieredStorageTest {
    private static final String[] SETTINGS = {
        "--set", "storage.tier=s3://" + S3Server.BUCKET + "/it",
        "--set", "storage.tier-cache-bytes=4MiB", // less than there is to read
        "--set", "log.checkpoint-millis=100",
        "--set", "log.retention-check-millis=100"
    };
    private static final int SEGMENT_BYTES = 1 << 20;

    /// `-Dlives=200` lets the killed server live longer.
    private static final int LIVES = Math.max(6, Integer.getInteger("lives", 12) / 3);

    /// Of a life after some segments were written: uploads are under way by then.
    private static final int MORE_MILLIS_MAX = 600;

    @TempDir
    static Path home;

    private static S3Server bucket;

    @BeforeAll
    static void startBucket() throws Exception {
        bucket = S3Server.start(
                home, Jvm.target().resolve("../../braid-tier/target/s3proxy").normalize());
    }

    @AfterAll
    static void stopBucket() {
        bucket.close();
    }

    @Test
    void segmentsMoveToTheBucketAreReadFromThereAndGo() throws Exception {
        try (var server = RunningServer.startToBeKilled("tier", bucket.environment(), SETTINGS);
                var admin = admin(server)) {
            var partition = create(admin, "history");
            try (var load = new NumberedLoad(server.kafka(), partition)) {
                load.write(1_000);
                Eventually.equal(1, () -> localSegments(server));
                assertTrue(bucket.objects().size() >= 7, () -> "few objects: " + objects());
                load.assertAllThere();
                assertTrue(position(admin, partition, OffsetSpec.earliestLocal()) > 0);
                assertEquals(
                        position(admin, partition, OffsetSpec.earliestLocal()) - 1,
                        position(admin, partition, OffsetSpec.latestTiered()));
                assertEquals(0, position(admin, partition, OffsetSpec.earliest()));

                bucket.stop();
                whileItIsAway(server, admin, partition, load);
                bucket.start();

                Eventually.equal(1, () -> localSegments(server));
                load.assertAllThere();
                restartWithRemoteSegments(server, load);
                set(admin, partition.topic(), "retention.bytes", "" + 2 * SEGMENT_BYTES, "local.retention.bytes", "0");
                Eventually.equal(true, () -> position(admin, partition, OffsetSpec.earliest()) > 0);
                Eventually.equal(true, () -> bucket.objects().size() <= 3);
            }
            admin.deleteTopics(List.of("history")).all().get();
            Eventually.equal(List.of(), bucket::objects);
        }
    }

    /// Writes and reads of this disk go on, reads of the bucket are errors of their own, and nothing is given up.
    private void whileItIsAway(RunningServer server, Admin admin, TopicPartition partition, NumberedLoad load)
            throws Exception {
        long local = position(admin, partition, OffsetSpec.earliestLocal());
        load.write(400);
        Eventually.equal(true, () -> localSegments(server) >= 4);
        assertEquals(local, position(admin, partition, OffsetSpec.earliestLocal()));
        load.assertThereFrom(local);
        try (var consumer = consumer(server)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            assertTrue(consumer.poll(Duration.ofSeconds(2)).isEmpty());
        }
        try (var kinesis = Kinesis.sync(server.endpoint())) {
            var iterator = Kinesis.iterator(
                    kinesis, partition.topic(), "shardId-000000000000", ShardIteratorType.TRIM_HORIZON);
            var failed = assertThrows(
                    KinesisException.class, () -> kinesis.getRecords(request -> request.shardIterator(iterator)));
            assertEquals(500, failed.statusCode());
        }
    }

    private static void restartWithRemoteSegments(RunningServer server, NumberedLoad load) throws Exception {
        assertEquals(0, server.stop(), "exit code after SIGTERM");
        server.live();
        load.assertAllThere();
    }

    @Test
    void whatWasAcknowledgedIsThereAfterKillsWhileSegmentsMoveAndNoObjectIsForgotten() throws Exception {
        var random = new Random(Long.getLong("seed", 7));
        try (var server = RunningServer.startToBeKilled("tier-crash", bucket.environment(), SETTINGS)) {
            try (var admin = admin(server)) {
                var partition = create(admin, "killed");
                try (var load = new NumberedLoad(server.kafka(), partition)) {
                    load.begin();
                    for (int life = 0; life < LIVES; life++) {
                        long enough = load.acknowledged() + 2 * SEGMENT_BYTES / NumberedLoad.VALUE_BYTES;
                        Eventually.equal(true, () -> load.acknowledged() >= enough);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(MORE_MILLIS_MAX)));
                        server.kill();
                        server.live();
                    }
                    load.end();
                    load.assertAllThere();
                    Eventually.equal(true, () -> !bucket.objects().isEmpty());
                }
                admin.deleteTopics(List.of("killed")).all().get();
                Eventually.equal(List.of(), bucket::objects);
            } catch (Throwable e) {
                server.keepEvidence();
                throw e;
            }
        }
    }

    private static TopicPartition create(Admin admin, String name) throws Exception {
        var settings = Map.of(
                "remote.storage.enable", "true",
                "segment.bytes", "" + SEGMENT_BYTES,
                "local.retention.bytes", "0");
        admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(settings)))
                .all()
                .get();
        return new TopicPartition(name, 0);
    }

    private static void set(Admin admin, String topic, String... settings) throws Exception {
        var operations = new ArrayList<AlterConfigOp>();
        for (int i = 0; i < settings.length; i += 2)
            operations.add(new AlterConfigOp(new ConfigEntry(settings[i], settings[i + 1]), AlterConfigOp.OpType.SET));
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), operations))
                .all()
                .get();
    }

    private static long position(Admin admin, TopicPartition partition, OffsetSpec what) throws Exception {
        return admin.listOffsets(Map.of(partition, what))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private static Admin admin(RunningServer server) {
        return Admin.create(Map.of("bootstrap.servers", server.kafka()));
    }

    private static KafkaConsumer<byte[], byte[]> consumer(RunningServer server) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.kafka()), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /// Segment files with records of streams for users: none of the server's own streams has been written to.
    private static int localSegments(RunningServer server) throws IOException {
        try (var files = Files.walk(server.data().resolve("partitions"))) {
            return (int) files.filter(file -> file.toString().endsWith(".log")
                            && !file.getParent().getFileName().toString().startsWith("00000000"))
                    .count();
        }
    }

    private static String objects() {
        try {
            return bucket.objects().toString();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
