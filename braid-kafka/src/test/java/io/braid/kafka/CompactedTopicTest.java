package io.braid.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A topic with `cleanup.policy=compact` as Kafka's own clients see it.
@Timeout(120)
class CompactedTopicTest {
    private static final TopicPartition T = new TopicPartition("t", 0);
    private static final int KEYS = 10;
    private static final int RECORDS = 300;

    @TempDir
    private Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory);
        try (var admin = server.admin()) {
            var topic = new NewTopic("t", Optional.of(1), Optional.empty())
                    .configs(Map.of(
                            "cleanup.policy", "compact",
                            "min.cleanable.dirty.ratio", "0",
                            "max.compaction.lag.ms", "1"));
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void aConsumerReadsTheNewestRecordOfEachKeyAndNoOther(String codec) throws Exception {
        produce(Map.of("compression.type", codec, "batch.size", 700, "linger.ms", 5));

        server.compact();

        var newest = new LinkedHashMap<Long, String>(); // of each key, by offset
        for (int i = RECORDS - KEYS; i < RECORDS; i++) newest.put((long) i, key(i) + "=" + value(i));
        assertEquals(newest, read(0));
        assertEquals(newest, read(RECORDS / 2));
    }

    @Test
    void aConsumerGetsToTheEndAlsoWhereAllRecordsAreGone() throws Exception {
        alter("delete.retention.ms", "0");
        try (var producer = server.producer(Map.of())) {
            producer.send(new ProducerRecord<>("t", 0, bytes("k"), bytes("v")));
            producer.send(new ProducerRecord<>("t", 0, bytes("k"), null)).get();
        }
        server.compact();
        assertEquals(Map.of(1L, "k=null"), read(0));
        try (var producer = server.producer(Map.of())) {
            producer.send(new ProducerRecord<>("t", 0, bytes("l"), null)).get();
        }
        server.compact();
        assertEquals(Map.of(2L, "l=null"), read(0));
    }

    @Test
    void offsetsAreFoundByTimeToTheRecord() throws Exception {
        produce(Map.of("compression.type", "lz4"));
        server.compact();

        try (var admin = server.admin()) {
            var first = RECORDS - KEYS;
            assertEquals(first, offset(admin, OffsetSpec.forTimestamp(1000)));
            assertEquals(first, offset(admin, OffsetSpec.forTimestamp(1000 + first)));
            assertEquals(first + 3, offset(admin, OffsetSpec.forTimestamp(1000 + first + 3)));
            assertEquals(RECORDS - 1, offset(admin, OffsetSpec.maxTimestamp()));
            assertEquals(-1, offset(admin, OffsetSpec.forTimestamp(1000 + RECORDS)));
            assertEquals(RECORDS, offset(admin, OffsetSpec.latest()));
            assertEquals(0, offset(admin, OffsetSpec.earliest()));
        }
    }

    @Test
    void recordsOfATopicThatIsOnlyCompactedCannotBeDeletedByOffset() throws Exception {
        produce(Map.of());
        try (var admin = server.admin()) {
            var refused = assertThrows(
                    ExecutionException.class,
                    () -> admin.deleteRecords(Map.of(T, RecordsToDelete.beforeOffset(1)))
                            .all()
                            .get());
            assertInstanceOf(PolicyViolationException.class, refused.getCause());

            alter("cleanup.policy", "compact,delete");
            admin.deleteRecords(Map.of(T, RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get();
            assertEquals(1, offset(admin, OffsetSpec.earliest()));
        }
    }

    @Test
    void lagsThatContradictEachOtherAreRefused() {
        var refused = assertThrows(ExecutionException.class, () -> alter("min.compaction.lag.ms", "2"));

        assertInstanceOf(InvalidConfigurationException.class, refused.getCause());
        assertEquals(
                "stream t: min.compaction.lag.ms: must be at most max.compaction.lag.ms, which is 1, is '2'",
                refused.getCause().getMessage());
    }

    private void produce(Map<String, Object> settings) {
        try (var producer = server.producer(settings)) {
            for (int i = 0; i < RECORDS; i++)
                producer.send(new ProducerRecord<>("t", 0, 1000L + i, bytes(key(i)), bytes(value(i))));
        }
    }

    private static String key(int i) {
        return "key-" + i % KEYS;
    }

    private static String value(int i) {
        return "value-" + i + "-" + "x".repeat(i % 50);
    }

    private Map<Long, String> read(long from) {
        try (var consumer = server.consumer(Map.of())) {
            consumer.assign(List.of(T));
            consumer.seek(T, from);
            long end = consumer.endOffsets(List.of(T)).get(T);
            var read = new LinkedHashMap<Long, String>();
            while (consumer.position(T) < end)
                for (var record : consumer.poll(Duration.ofMillis(500)))
                    read.put(record.offset(), text(record.key()) + "=" + text(record.value()));
            return read;
        }
    }

    private void alter(String name, String value) throws Exception {
        try (var admin = server.admin()) {
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
            var change = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
        }
    }

    private static long offset(org.apache.kafka.clients.admin.Admin admin, OffsetSpec asked) throws Exception {
        return admin.listOffsets(new HashMap<>(Map.of(T, asked)))
                .partitionResult(T)
                .get()
                .offset();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, UTF_8);
    }
}
