package io.braid.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whose time records carry, and which times are taken.
@Timeout(120)
class TimestampTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private final TestClock clock = new TestClock();
    private TestServer server;
    private Admin admin;

    @BeforeEach
    void start() throws IOException {
        var config = TestServer.config(KafkaListener.Limits.DEFAULT, true);
        server = TestServer.start(directory, config, BrokerConfig.DEFAULT, clock);
        admin = server.admin();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    @Test
    void aRecordOfMoreThanAnHourAheadIsRefusedByDefault() throws Exception {
        create(Map.of());
        long now = clock.millis();

        assertEquals(0, produce(now + HOUR.toMillis()).getFirst().get().offset());
        var late = produce(now + HOUR.toMillis() + 1).getFirst();

        var refused = assertThrows(ExecutionException.class, late::get).getCause();
        assertInstanceOf(InvalidTimestampException.class, refused);
        assertTrue(refused.getMessage().contains("timestamp %d of record 0".formatted(now + HOUR.toMillis() + 1)));
        clock.move(Duration.ofMillis(1));
        assertEquals(
                1, produce(now + HOUR.toMillis() + 1).getFirst().get().offset(), "when its time has come it is taken");
    }

    @Test
    void oneRecordOfABatchIsNamedAndTheOthersFailBecauseOfIt() throws Exception {
        create(Map.of("message.timestamp.before.max.ms", "1000"));
        long now = clock.millis();

        var answers = produce(now, now - 1001, now - 1000);

        var reasons = new ArrayList<String>();
        for (var answer : answers)
            reasons.add(assertThrows(ExecutionException.class, answer::get)
                    .getCause()
                    .getClass()
                    .getSimpleName());
        assertEquals(
                List.of(
                        KafkaException.class.getSimpleName(),
                        InvalidTimestampException.class.getSimpleName(),
                        KafkaException.class.getSimpleName()),
                reasons);
        assertEquals(0, found(OffsetSpec.latest()).offset(), "none of them is there");
    }

    @Test
    void theLimitsAreThoseOfTheMoment() throws Exception {
        create(Map.of());
        long old = clock.millis() - 5000;

        assertEquals(0, produce(old).getFirst().get().offset());
        set("message.timestamp.before.max.ms", "4999");
        assertThrows(ExecutionException.class, produce(old).getFirst()::get);
        set("message.timestamp.before.max.ms", "5000");
        assertEquals(1, produce(old).getFirst().get().offset());
    }

    @Test
    void whatWasSentIsNamedOnTheWireByItsPlaceInTheBatch() throws Exception {
        create(Map.of("message.timestamp.before.max.ms", "1000"));
        long now = clock.millis();

        var answer = ask(batch(now, now - 2000, now, now + 9 * HOUR.toMillis()));

        assertEquals(Errors.INVALID_TIMESTAMP.code(), answer.errorCode());
        assertEquals(
                List.of(1, 3),
                answer.recordErrors().stream().map(error -> error.batchIndex()).toList());
        assertEquals(-1, answer.baseOffset());
    }

    @Test
    void whatIsWrongWithTheWholeBatchNamesNoRecord() throws Exception {
        create(Map.of());
        var batch = batch(clock.millis());
        batch.batches().iterator().next().setLastOffset(7); // what it begins with is 7, too

        var answer = ask(batch);

        assertEquals(Errors.INVALID_RECORD.code(), answer.errorCode());
        assertEquals("the batch begins at offset 7: a producer's begins at 0", answer.errorMessage());
        assertEquals(List.of(), answer.recordErrors());
    }

    @Test
    void theTimeOfAppendIsTheServersForProducerAndConsumer() throws Exception {
        create(Map.of("message.timestamp.type", "LogAppendTime"));
        long first = clock.millis();

        assertEquals(first, produce(1, 2).getLast().get().timestamp());
        clock.move(HOUR);
        assertEquals(
                first + HOUR.toMillis(),
                produce(Long.MAX_VALUE - 1).getFirst().get().timestamp());

        var records = read(3);
        assertEquals(
                List.of(first, first, first + HOUR.toMillis()),
                records.stream().map(ConsumerRecord::timestamp).toList());
        for (var record : records) assertEquals(TimestampType.LOG_APPEND_TIME, record.timestampType());
        assertEquals(0, found(OffsetSpec.forTimestamp(first)).offset());
        assertEquals(2, found(OffsetSpec.forTimestamp(first + 1)).offset());
        assertEquals(2, found(OffsetSpec.maxTimestamp()).offset());
        assertEquals(first + HOUR.toMillis(), found(OffsetSpec.maxTimestamp()).timestamp());
    }

    @Test
    void theTypeOfTimeChangesFromOneBatchToTheNext() throws Exception {
        create(Map.of());
        produce(5).getFirst().get();
        set("message.timestamp.type", "LogAppendTime");
        produce(6).getFirst().get();
        set("message.timestamp.type", "CreateTime");
        assertEquals(7, produce(7).getFirst().get().timestamp());

        var times = read(3).stream().map(ConsumerRecord::timestamp).toList();

        assertEquals(List.of(5L, clock.millis(), 7L), times);
    }

    @Test
    void aRetryIsToldWhenTheFirstAttemptWasAppended() throws Exception {
        create(Map.of("message.timestamp.type", "LogAppendTime"));
        long first = clock.millis();
        var batch = MemoryRecords.withIdempotentRecords(
                Compression.NONE, server.broker().newProducerId(), (short) 0, 0, new SimpleRecord(5, new byte[3]));

        var original = ask(batch);
        clock.move(HOUR);
        var retry = ask(batch);

        assertEquals("0 " + first, original.baseOffset() + " " + original.logAppendTimeMs());
        assertEquals("0 " + first, retry.baseOffset() + " " + retry.logAppendTimeMs());
        assertEquals(1, found(OffsetSpec.latest()).offset());
    }

    @Test
    void whereRecordsKeepTheirTimeNoTimeOfAppendIsTold() throws Exception {
        create(Map.of());

        var answer = ask(batch(5));

        assertEquals("0 -1", answer.baseOffset() + " " + answer.logAppendTimeMs());
    }

    @Test
    void readersOfCommittedRecordsFindNoneOfAnOpenTransaction() throws Exception {
        create(Map.of());
        var log = server.broker().partition("t", 0).orElseThrow().log();
        long producer = server.broker().newProducerId();
        log.append(new BatchBuilder(100).add(100, bytes("k"), bytes("v")).build())
                .get();
        var open = new BatchBuilder(200)
                .add(200, bytes("k"), bytes("v"))
                .producer(producer, (short) 0, 0)
                .transactional();
        log.append(open.build(), log.transaction(producer)).get();

        assertEquals("0 100", committed(OffsetSpec.forTimestamp(100)));
        assertEquals("-1 -1", committed(OffsetSpec.forTimestamp(101)));
        assertEquals("-1 -1", committed(OffsetSpec.maxTimestamp()), "as Kafka says while the newest is open");
        assertEquals(1, found(OffsetSpec.forTimestamp(101)).offset());
        log.endTransaction(producer, (short) 0, true, false, 0).get();
        assertEquals("1 200", committed(OffsetSpec.forTimestamp(101)));
    }

    private String committed(OffsetSpec spec) throws Exception {
        var found = admin.listOffsets(Map.of(PARTITION, spec), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .partitionResult(PARTITION)
                .get();
        return found.offset() + " " + found.timestamp();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(UTF_8));
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
    private List<Future<RecordMetadata>> produce(long... times) {
        var answers = new ArrayList<Future<RecordMetadata>>();
        try (var producer = server.producer(Map.of("linger.ms", 60_000, "compression.type", "lz4"))) {
            for (long time : times)
                answers.add(producer.send(new ProducerRecord<>("t", 0, time, null, "v".getBytes(UTF_8))));
        }
        return answers;
    }

    private static MemoryRecords batch(long... times) {
        var records = new SimpleRecord[times.length];
        for (int i = 0; i < times.length; i++) records[i] = new SimpleRecord(times[i], new byte[3]);
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    private PartitionProduceResponse ask(MemoryRecords records) throws IOException {
        try (var wire = new Wire(server.listener().address())) {
            return wire.produce("t", 0, records);
        }
    }

    private org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo found(OffsetSpec spec)
            throws Exception {
        return admin.listOffsets(Map.of(PARTITION, spec))
                .partitionResult(PARTITION)
                .get();
    }

    private List<ConsumerRecord<byte[], byte[]>> read(int count) {
        var read = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var consumer = server.consumer(Map.of())) {
            consumer.assign(List.of(PARTITION));
            while (read.size() < count) consumer.poll(Duration.ofSeconds(10)).forEach(read::add);
        }
        return read;
    }
}
