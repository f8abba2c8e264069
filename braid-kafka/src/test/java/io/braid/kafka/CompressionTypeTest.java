package io.braid.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import io.braid.log.ReadOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `compression.type`, as Kafka's clients meet it.
@Timeout(120)
class CompressionTypeTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    private Path directory;

    private TestServer server;
    private Admin admin;

    @BeforeEach
    void start() throws IOException {
        start(Map.of());
    }

    private void start(Map<String, String> defaults) throws IOException {
        var config = TestServer.config(KafkaListener.Limits.DEFAULT, true);
        server = TestServer.start(directory, config, new BrokerConfig(1, 1000, defaults), InstantSource.system());
        admin = server.admin();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    @Test
    void batchesAreKeptInTheTopicsCodecOfTheMoment() throws Exception {
        create(Map.of("compression.type", "lz4", "compression.lz4.level", "12"));

        produce("gzip", "a", "b");
        set("compression.type", "uncompressed");
        produce("gzip", "c");
        set("compression.type", "producer");
        produce("gzip", "d");
        set("compression.type", "zstd");
        produce("none", "e", "f");

        assertEquals(
                List.of("lz4 2", "none 1", "gzip 1", "zstd 2"),
                kept("t").stream()
                        .map(batch -> batch.compressionType() + " " + (batch.nextOffset() - batch.baseOffset()))
                        .toList());
        assertEquals(List.of("a", "b", "c", "d", "e", "f"), read(6));
    }

    @Test
    void transactionsCommitAndAbortInATopicThatCompresses() throws Exception {
        create(Map.of("compression.type", "snappy"));
        try (var producer = server.producer(Map.of("transactional.id", "x", "compression.type", "zstd"))) {
            producer.initTransactions();
            for (var value : List.of("kept", "aborted", "kept, too")) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("t", 0, null, value.getBytes(UTF_8)));
                if (value.equals("aborted")) producer.abortTransaction();
                else producer.commitTransaction();
            }
        }

        assertEquals(List.of("kept", "kept, too"), read(2));
        for (var batch : kept("t"))
            assertEquals(
                    batch.isControlBatch() ? CompressionType.NONE : CompressionType.SNAPPY,
                    batch.compressionType(),
                    "markers are the server's own");
    }

    @Test
    void aCopyIsFoundWhateverItsCodecAndAfterARestart() throws Exception {
        create(Map.of("compression.type", "gzip"));
        var first = sent(CompressionType.LZ4, 0);
        var second = sent(CompressionType.LZ4, 3);

        assertEquals("NONE 0", ask(first));
        assertEquals("NONE 3", ask(second));
        assertEquals("NONE 0", ask(first));
        stop();
        start();
        assertEquals("NONE 3", ask(second));
        set("compression.type", "snappy");
        assertEquals("NONE 0", ask(first));
        assertEquals("OUT_OF_ORDER_SEQUENCE_NUMBER -1", ask(sent(CompressionType.LZ4, 7)));

        assertEquals(2, kept("t").size());
    }

    @Test
    void whatGrowsBeyondTheLimitIsTooLargeUntilItsProducerHasSplitIt() throws Exception {
        create(Map.of("compression.type", "uncompressed", "max.message.bytes", "5000"));

        var refused = assertThrows(ExecutionException.class, () -> {
            try (var producer = server.producer(Map.of("compression.type", "zstd"))) {
                producer.send(new ProducerRecord<>("t", 0, null, new byte[6000]))
                        .get();
            }
        });
        assertInstanceOf(RecordTooLargeException.class, refused.getCause());
        try (var producer = server.producer(Map.of("compression.type", "zstd", "linger.ms", 60_000))) {
            var answers = IntStream.range(0, 4)
                    .mapToObj(_ -> producer.send(new ProducerRecord<>("t", 0, null, new byte[2000])))
                    .toList();
            producer.flush();
            for (int i = 0; i < 4; i++) assertEquals(i, answers.get(i).get().offset());
        }
    }

    @Test
    void theServersDefaultCountsWhereATopicSaysNothing() throws Exception {
        stop();
        start(Map.of("compression.type", "gzip", "compression.gzip.level", "9"));
        create(Map.of());

        produce("lz4", "a");

        assertEquals(CompressionType.GZIP, kept("t").getFirst().compressionType());
        var described = describe(new ConfigResource(ConfigResource.Type.BROKER, "1"));
        assertEquals("gzip", described.get("compression.type"));
        assertEquals("9", described.get("compression.gzip.level"));
    }

    @Test
    void valuesThatKafkaRefusesAreRefused() throws Exception {
        create(Map.of());
        for (var bad : List.of(
                "compression.type=GZIP",
                "compression.type=none",
                "compression.gzip.level=0",
                "compression.gzip.level=10",
                "compression.lz4.level=0",
                "compression.lz4.level=18",
                "compression.zstd.level=23",
                "compression.zstd.level=-131073")) {
            var setting = bad.split("=");
            var why = assertThrows(ExecutionException.class, () -> set(setting[0], setting[1]), bad);
            assertInstanceOf(InvalidConfigurationException.class, why.getCause(), bad);
        }
        var refused = assertThrows(ExecutionException.class, () -> set("compression.type", "zip"));
        assertEquals(
                "Invalid value zip for configuration compression.type: String must be one of: uncompressed, zstd, lz4,"
                        + " snappy, gzip, producer",
                refused.getCause().getMessage(),
                "in Kafka's words");
        for (var good : List.of("compression.gzip.level=-1", "compression.zstd.level=-131072"))
            set(good.split("=")[0], good.split("=")[1]);
    }

    /// Kafka lets administrators create the coordinators' topics, to choose how.
    @Test
    void whatCoordinatorsKeepFollowsTheirTopicsAndIsReadAfterARestart() throws Exception {
        create(Map.of());
        admin.createTopics(List.of(
                        new NewTopic("__consumer_offsets", 1, (short) 1).configs(Map.of("compression.type", "zstd"))))
                .all()
                .get();
        var committed = Map.of(PARTITION, new OffsetAndMetadata(7, "here"));
        admin.alterConsumerGroupOffsets("g", committed).all().get();

        assertEquals(CompressionType.ZSTD, kept("__consumer_offsets").getLast().compressionType());
        stop();
        start();
        assertEquals(
                committed,
                admin.listConsumerGroupOffsets("g")
                        .partitionsToOffsetAndMetadata()
                        .get());
        var transactions = new ConfigResource(ConfigResource.Type.TOPIC, "__transaction_state");
        try (var producer = server.producer(Map.of("transactional.id", "x"))) {
            producer.initTransactions();
        }
        assertEquals("uncompressed", describe(transactions).get("compression.type"), "as in Kafka");
    }

    private Map<String, String> describe(ConfigResource resource) throws Exception {
        var described = new HashMap<String, String>();
        for (var entry : admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .entries()) described.put(entry.name(), entry.value());
        return described;
    }

    private void create(Map<String, String> settings) throws Exception {
        admin.createTopics(List.of(new NewTopic("t", 1, (short) 1).configs(settings)))
                .all()
                .get();
    }

    private void set(String name, String value) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> change = Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                List.of(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)));
        admin.incrementalAlterConfigs(change).all().get();
    }

    /// All in one batch.
    private void produce(String codec, String... values) throws Exception {
        try (var producer = server.producer(Map.of("linger.ms", 60_000, "compression.type", codec))) {
            for (var value : values) producer.send(new ProducerRecord<>("t", 0, null, value.getBytes(UTF_8)));
        }
    }

    private static MemoryRecords sent(CompressionType codec, int sequence) {
        var records = IntStream.range(0, 3)
                .mapToObj(i -> new SimpleRecord(1000, ("value " + i).getBytes(UTF_8)))
                .toArray(SimpleRecord[]::new);
        return MemoryRecords.withIdempotentRecords(
                0, Compression.of(codec).build(), 4711, (short) 0, sequence, -1, records);
    }

    private String ask(MemoryRecords records) throws IOException {
        try (var wire = new Wire(server.listener().address())) {
            var answer = wire.produce("t", 0, records);
            return Errors.forCode(answer.errorCode()) + " " + answer.baseOffset();
        }
    }

    /// What the disk holds.
    private List<RecordBatch> kept(String topic) throws IOException {
        var log = server.broker().partition(topic, 0).orElseThrow().log();
        var batches = new ArrayList<RecordBatch>();
        long next = 0;
        while (next < log.end()) {
            try (var slice = assertInstanceOf(ReadOutcome.Found.class, log.read(next, log.end(), 1 << 20))
                    .slice()) {
                MemoryRecords.readableRecords(slice.load().asByteBuffer())
                        .batches()
                        .forEach(batches::add);
                next = slice.nextOffset();
            }
        }
        assertTrue(next > 0);
        return batches;
    }

    private List<String> read(int count) {
        var read = new ArrayList<String>();
        try (var consumer = server.consumer(Map.of("isolation.level", "read_committed"))) {
            consumer.assign(List.of(PARTITION));
            while (read.size() < count)
                consumer.poll(Duration.ofSeconds(10)).forEach(record -> read.add(new String(record.value(), UTF_8)));
        }
        return read;
    }
}
