package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// A compacted stream in the real process: Kafka's clients and Kinesis' write it and read what is left of it, whatever
/// ends the process in between.
class CompactionTest {
    private static final String[] SETTINGS = {
        "--set", "log.checkpoint-millis=50",
        "--set", "log.retention-check-millis=50"
    };
    private static final TopicPartition PARTITION = new TopicPartition("latest", 0);
    private static final String SHARD = "shardId-000000000000";
    private static final int KEYS = 20;
    private static final int ROUNDS = 5;

    @Test
    void theNewestRecordOfEachKeyIsLeftForBothProtocols() throws Exception {
        try (var server = RunningServer.startToBeKilled("compaction", SETTINGS);
                var admin = admin(server)) {
            create(admin, Map.of("cleanup.policy", "compact", "max.compaction.lag.ms", "1"));
            var numbers = new ArrayList<String>();
            try (var kinesis = Kinesis.sync(server.endpoint())) {
                numbers.add(put(kinesis, "put", "first"));
                produce(server, Map.of("compression.type", "zstd", "linger.ms", "5"));
                numbers.add(put(kinesis, "put", "second"));
            }
            var left = new LinkedHashMap<Long, String>();
            for (int key = 0; key < KEYS; key++)
                left.put(1L + KEYS * (ROUNDS - 1) + key, "k" + key + "=" + (key == 0 ? null : "v" + (ROUNDS - 1)));
            left.put(1L + KEYS * ROUNDS, "put=second");

            Eventually.equal(left, () -> read(server));
            whatKinesisReads(server, numbers);

            server.kill();
            server.live();
            assertEquals(left, read(server));
            whatKinesisReads(server, numbers);
            assertTrue(compactedFiles(server.data()) > 0);

            assertEquals(0, server.stop());
            var verified = LogTool.run("verify", server.data());
            assertEquals(0, verified.exit(), verified::toString);
            assertTrue(verified.out().contains("nothing is lost"), verified::toString);
            server.live();
            assertEquals(left, read(server));
        }
    }

    @Test
    void whatCannotBeIsRefusedInWords() throws Exception {
        try (var server = RunningServer.start("compaction-refused", SETTINGS);
                var admin = admin(server)) {
            create(admin, Map.of("cleanup.policy", "compact"));

            var tiered = assertThrows(ExecutionException.class, () -> set(admin, "remote.storage.enable", "true"));
            assertInstanceOf(InvalidConfigurationException.class, tiered.getCause());
            assertTrue(tiered.getMessage().contains("compacted streams stay on this disk"), tiered.getMessage());
            var both = new NewTopic("both", 1, (short) 1)
                    .configs(Map.of("cleanup.policy", "compact,delete", "remote.storage.enable", "true"));
            var created = assertThrows(
                    ExecutionException.class,
                    () -> admin.createTopics(List.of(both)).all().get());
            assertInstanceOf(InvalidConfigurationException.class, created.getCause());
            try (var producer = producer(server, Map.of())) {
                var keyless = assertThrows(
                        ExecutionException.class,
                        () -> producer.send(new ProducerRecord<>("latest", 0, null, "v"))
                                .get());
                assertInstanceOf(InvalidRecordException.class, keyless.getCause());
            }
        }
    }

    @Test
    void aTopicThatBecomesCompactedLosesItsRecordsWithoutKeyAndGoesOn() throws Exception {
        try (var server = RunningServer.start("compaction-later", SETTINGS);
                var admin = admin(server)) {
            create(admin, Map.of("segment.ms", "100"));
            try (var producer = producer(server, Map.of())) {
                producer.send(new ProducerRecord<>("latest", 0, null, "keyless"));
                producer.send(new ProducerRecord<>("latest", 0, "k", "old"));
                producer.send(new ProducerRecord<>("latest", 0, "k", "new")).get();
            }

            set(admin, "cleanup.policy", "compact");
            set(admin, "min.cleanable.dirty.ratio", "0");

            Eventually.equal(Map.of(2L, "k=new"), () -> read(server));
            Eventually.equal(
                    true,
                    () -> Files.readString(server.log()).contains("compaction removes records without key")
                            && Files.readString(server.log()).contains("records=1"));
        }
    }

    /// All from the trim horizon, and from a record that is gone on; sequence numbers only grow.
    private static void whatKinesisReads(RunningServer server, List<String> numbers) {
        try (var kinesis = Kinesis.sync(server.endpoint())) {
            var all = Kinesis.all(kinesis, "latest");
            assertEquals(KEYS + 1, all.size());
            assertEquals("second", Kinesis.text(all.getLast()));
            assertEquals(numbers.getLast(), all.getLast().sequenceNumber());
            for (int i = 1; i < all.size(); i++)
                assertTrue(all.get(i - 1).sequenceNumber().compareTo(all.get(i).sequenceNumber()) < 0);
            assertEquals(Kinesis.texts(all), Kinesis.texts(from(kinesis, numbers.getFirst())));
            var fromTheLast = from(kinesis, numbers.getLast());
            assertEquals(List.of("second"), Kinesis.texts(fromTheLast));
        }
    }

    private static List<Record> from(KinesisClient kinesis, String number) {
        var iterator = kinesis.getShardIterator(r -> r.streamName("latest")
                        .shardId(SHARD)
                        .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                        .startingSequenceNumber(number))
                .shardIterator();
        return kinesis.getRecords(r -> r.shardIterator(iterator)).records();
    }

    private static String put(KinesisClient kinesis, String key, String data) {
        return kinesis.putRecord(r -> r.streamName("latest").partitionKey(key).data(Kinesis.bytes(data)))
                .sequenceNumber();
    }

    /// Each key as often as there are rounds; the last record of the first one is a tombstone.
    private static void produce(RunningServer server, Map<String, String> settings) {
        try (var producer = producer(server, settings)) {
            for (int round = 0; round < ROUNDS; round++)
                for (int key = 0; key < KEYS; key++) {
                    boolean isTombstone = key == 0 && round == ROUNDS - 1;
                    producer.send(new ProducerRecord<>("latest", 0, "k" + key, isTombstone ? null : "v" + round));
                }
        }
    }

    private static Map<Long, String> read(RunningServer server) {
        var found = new LinkedHashMap<Long, String>();
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.kafka()), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            while (consumer.position(PARTITION) < end)
                for (var record : consumer.poll(Duration.ofMillis(100)))
                    found.put(record.offset(), record.key() + "=" + record.value());
        }
        return found;
    }

    private static long compactedFiles(Path data) throws IOException {
        try (var files = Files.walk(data.resolve("partitions"))) {
            return files.filter(file -> file.getFileName().toString().matches("\\d{20}-\\d+\\.log"))
                    .count();
        }
    }

    private static void create(Admin admin, Map<String, String> settings) throws Exception {
        admin.createTopics(List.of(new NewTopic("latest", 1, (short) 1).configs(settings)))
                .all()
                .get();
    }

    private static void set(Admin admin, String name, String value) throws Exception {
        var operation = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "latest"), List.of(operation)))
                .all()
                .get();
    }

    private static Admin admin(RunningServer server) {
        return Admin.create(Map.of("bootstrap.servers", server.kafka()));
    }

    private static KafkaProducer<String, String> producer(RunningServer server, Map<String, String> settings) {
        var all = new java.util.HashMap<String, Object>(settings);
        all.put("bootstrap.servers", server.kafka());
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }
}
