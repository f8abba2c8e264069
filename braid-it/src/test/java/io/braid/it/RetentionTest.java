package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// Records that were kept long enough, or were deleted, are gone for both protocols, whichever of them said so.
class RetentionTest {
    private static final String SHARD = "shardId-000000000000";

    private MovableServer server;
    private OldestClient kafka;
    private Admin admin;
    private KinesisClient kinesis;
    private TopicPartition partition;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new MovableServer(directory);
        kafka = new OldestClient(server.kafka(), "kept");
        admin = kafka.admin();
        kinesis = Kinesis.sync(server.endpoint());
    }

    @AfterEach
    void stop() throws IOException {
        kinesis.close();
        admin.close();
        server.close();
    }

    @Test
    void kinesisHoursDeleteWhatKafkaProduced() throws Exception {
        create(Map.of("retention.ms", "" + Duration.ofHours(100).toMillis()));
        produce("a");
        server.pass(Duration.ofHours(30));
        produce("b");
        server.pass(Duration.ofHours(1));
        assertEquals(List.of("a", "b"), readByKinesis());

        kinesis.decreaseStreamRetentionPeriod(r -> r.streamName(stream()).retentionPeriodHours(24));
        server.pass(Duration.ZERO);

        assertEquals("86400000", setting("retention.ms"));
        assertEquals(1, beginning());
        assertEquals(List.of("b"), kafka.readNow(stream(), 0, 1));
        assertEquals(List.of("b"), readByKinesis());
    }

    @Test
    void kafkasRetentionDeletesWhatKinesisPut() throws Exception {
        create(Map.of());
        put("a");
        server.pass(Duration.ofMinutes(10));
        put("b");

        set("retention.ms", "300000");
        server.pass(Duration.ZERO);

        assertEquals(1, beginning());
        assertEquals(List.of("b"), readByKinesis());
        assertEquals(
                1,
                kinesis.describeStreamSummary(r -> r.streamName(stream()))
                        .streamDescriptionSummary()
                        .retentionPeriodHours(),
                "the fewest that Kinesis can say");
        server.pass(Duration.ofMinutes(10));
        assertEquals(List.of(), readByKinesis());
        assertEquals(2, beginning());
    }

    @Test
    void aConsumerOfDeletedRecordsIsToldOrBeginsWhereItWants() throws Exception {
        create(Map.of());
        produce("a");
        server.pass(Duration.ofDays(5));
        produce("b");
        server.pass(Duration.ofDays(3));

        var refused =
                assertThrows(OffsetOutOfRangeException.class, () -> readFrom(0, Map.of("auto.offset.reset", "none")));
        assertEquals(Map.of(partition, 0L), refused.offsetOutOfRangePartitions());
        assertEquals(List.of("b"), readFrom(0, Map.of("auto.offset.reset", "earliest")));
    }

    @Test
    void deletedRecordsAreGoneForBothAndIteratorsGoOnBehindThem() throws Exception {
        create(Map.of());
        var first = put("a");
        produce("b");
        put("c");
        var made = iterator(first);

        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2)))
                .all()
                .get();

        assertEquals(2, beginning());
        assertEquals(List.of("c"), readByKinesis());
        assertEquals(List.of("c"), readByKinesis(iterator(first)));
        assertEquals(List.of("c"), readByKinesis(made), "made before");
        assertThrows(OffsetOutOfRangeException.class, () -> readFrom(1, Map.of("auto.offset.reset", "none")));
        assertEquals(
                2,
                admin.listOffsets(Map.of(partition, OffsetSpec.forTimestamp(0)))
                        .partitionResult(partition)
                        .get()
                        .offset());
    }

    @Test
    void aPartitionThatHoldsTooMuchLosesItsOldestSegments() throws Exception {
        create(Map.of("segment.bytes", "1048576", "retention.bytes", "2097152"));
        var value = new byte[300_000];
        new Random(1).nextBytes(value);
        try (var producer = kafka.producer(Map.of())) {
            for (int i = 0; i < 12; i++)
                producer.send(new ProducerRecord<>(stream(), 0, server.now().toEpochMilli(), null, value))
                        .get();
        }

        server.pass(Duration.ZERO);

        assertEquals(3, beginning(), "a segment holds three, and eight of twelve would be too few");
        set("retention.bytes", "-1");
        server.pass(Duration.ofDays(1));
        assertEquals(3, beginning());
        set("retention.bytes", "1000000");
        server.pass(Duration.ZERO);
        assertEquals(6, beginning());
    }

    private String stream() {
        return partition.topic();
    }

    private void create(Map<String, String> settings) throws Exception {
        partition = new TopicPartition(kafka.name("t"), 0);
        admin.createTopics(List.of(new NewTopic(stream(), 1, (short) 1).configs(settings)))
                .all()
                .get();
    }

    private void set(String name, String value) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> change =
                Map.of(resource(), List.of(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)));
        admin.incrementalAlterConfigs(change).all().get();
    }

    private String setting(String name) throws Exception {
        return admin.describeConfigs(List.of(resource()))
                .all()
                .get()
                .get(resource())
                .get(name)
                .value();
    }

    private ConfigResource resource() {
        return new ConfigResource(ConfigResource.Type.TOPIC, stream());
    }

    private void produce(String value) throws Exception {
        try (var producer = kafka.producer(Map.of())) {
            long now = server.now().toEpochMilli();
            producer.send(new ProducerRecord<>(stream(), 0, now, null, kafka.bytes(value)))
                    .get();
        }
    }

    /// The sequence number.
    private String put(String value) {
        return kinesis.putRecord(r -> r.streamName(stream()).partitionKey("k").data(Kinesis.bytes(value)))
                .sequenceNumber();
    }

    private long beginning() throws Exception {
        return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private List<String> readFrom(long offset, Map<String, String> settings) {
        try (var consumer = kafka.consumer(settings)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            return kafka.poll(consumer, 1).stream()
                    .map(record -> kafka.text(record.value()))
                    .toList();
        }
    }

    private String iterator(String number) {
        return kinesis.getShardIterator(r -> r.streamName(stream())
                        .shardId(SHARD)
                        .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                        .startingSequenceNumber(number))
                .shardIterator();
    }

    private List<String> readByKinesis(String iterator) {
        var answer = kinesis.getRecords(r -> r.shardIterator(iterator));
        assertTrue(answer.millisBehindLatest() >= 0);
        return Kinesis.texts(answer.records());
    }

    private List<String> readByKinesis() {
        return Kinesis.texts(Kinesis.all(kinesis, stream()));
    }
}
