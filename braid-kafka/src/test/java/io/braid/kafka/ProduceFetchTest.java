package io.braid.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kafka's own producer and consumer against the listener.
@Timeout(120)
class ProduceFetchTest {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int EMPTY_POLLS_MAX = 40;

    @TempDir
    private Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void whatAProducerSentIsRead(String codec) throws Exception {
        var sent = new ArrayList<String>();
        try (var producer = server.producer(Map.of("compression.type", codec, "linger.ms", 5))) {
            for (int i = 0; i < 1000; i++) {
                sent.add("value-" + i);
                producer.send(new ProducerRecord<>("t", 0, 1000L + i, bytes("key-" + i), bytes("value-" + i)));
            }
        }

        var read = new ArrayList<String>();
        try (var consumer = server.consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            for (var record : read(consumer, 1000)) {
                assertEquals("key-" + record.offset(), text(record.key()));
                assertEquals(1000L + record.offset(), record.timestamp());
                read.add(text(record.value()));
            }
        }
        assertEquals(sent, read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void everyAcknowledgementIsServed(String acks) throws Exception {
        try (var producer = server.producer(Map.of("acks", acks, "enable.idempotence", false))) {
            var last = send(producer, "t", 100).getLast().get();
            assertEquals(acks.equals("0") ? -1 : 99, last.offset());
        }
        try (var consumer = server.consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            assertEquals(100, read(consumer, 100).size());
        }
    }

    @Test
    void pipelinedRequestsKeepTheirOrder() throws Exception {
        try (var producer = server.producer(
                Map.of("batch.size", 200, "max.in.flight.requests.per.connection", 5, "linger.ms", 0))) {
            var results = send(producer, "t", 5000);
            for (int i = 0; i < results.size(); i++)
                assertEquals(i, results.get(i).get().offset());
        }
        try (var consumer = server.consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            int next = 0;
            for (var record : read(consumer, 5000)) assertEquals("v" + next++, text(record.value()));
        }
    }

    @Test
    void keysValuesAndHeadersMayBeMissingOrEmpty() throws Exception {
        try (var producer = server.producer(Map.of())) {
            producer.send(new ProducerRecord<>("t", 0, null, null)).get();
            producer.send(new ProducerRecord<>(
                            "t", 0, new byte[0], new byte[0], List.of(new RecordHeader("h", bytes("x")))))
                    .get();
        }
        try (var consumer = server.consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            var records = read(consumer, 2);
            assertEquals(null, records.get(0).key());
            assertEquals(null, records.get(0).value());
            assertArrayEquals(new byte[0], records.get(1).key());
            assertArrayEquals(new byte[0], records.get(1).value());
            assertEquals("x", text(records.get(1).headers().lastHeader("h").value()));
        }
    }

    @Test
    void aBatchLargerThanTheConsumersLimitsIsReadWhole() throws Exception {
        var large = new byte[900_000];
        new Random(1).nextBytes(large);
        try (var producer = server.producer(Map.of())) {
            for (int i = 0; i < 4; i++)
                producer.send(new ProducerRecord<>("t", 0, null, large)).get();
        }
        try (var consumer = server.consumer(Map.of("max.partition.fetch.bytes", 1000, "fetch.max.bytes", 1000))) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            for (var record : read(consumer, 4)) assertArrayEquals(large, record.value());
        }
    }

    @Test
    void manyMegabytesOverManyPartitionsComeBackWhole() throws Exception {
        int partitions = 6;
        int records = 30_000;
        try (var admin = server.admin()) {
            admin.createTopics(List.of(new NewTopic("wide", partitions, (short) 1)))
                    .all()
                    .get();
        }
        try (var producer = server.producer(Map.of("batch.size", 65536, "linger.ms", 2))) {
            for (int i = 0; i < records; i++)
                producer.send(new ProducerRecord<>("wide", i % partitions, null, payload(i)));
        }
        try (var consumer = server.consumer(Map.of("max.partition.fetch.bytes", 100_000))) {
            consumer.assign(partitionsOf("wide", partitions));
            var next = new int[partitions];
            for (var record : read(consumer, records)) {
                int expected = next[record.partition()]++ * partitions + record.partition();
                assertArrayEquals(payload(expected), record.value());
            }
        }
    }

    @Test
    void aRecordOverTheTopicsLimitIsRefusedForGood() throws Exception {
        try (var admin = server.admin()) {
            admin.createTopics(
                            List.of(new NewTopic("small", 1, (short) 1).configs(Map.of("max.message.bytes", "2000"))))
                    .all()
                    .get();
        }
        try (var producer = server.producer(Map.of())) {
            var refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>("small", 0, null, new byte[5000]))
                            .get());
            assertInstanceOf(RecordTooLargeException.class, refused.getCause());
            assertEquals(
                    0,
                    producer.send(new ProducerRecord<>("small", 0, null, new byte[500]))
                            .get()
                            .offset());
        }
    }

    @Test
    void aBatchOfExactlyTheTopicsLimitIsTakenAndOneOfAByteMoreIsNot() throws Exception {
        int limit = 20 << 20;
        try (var admin = server.admin()) {
            admin.createTopics(List.of(
                            new NewTopic("large", 1, (short) 1).configs(Map.of("max.message.bytes", "" + limit))))
                    .all()
                    .get();
            var beyond = new NewTopic("t", 1, (short) 1).configs(Map.of("max.message.bytes", "33554433"));
            var refused = assertThrows(
                    ExecutionException.class,
                    () -> admin.createTopics(List.of(beyond)).all().get());
            assertTrue(refused.getMessage().contains("log.batch-bytes-max"), refused::getMessage);
        }
        int around = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(0, new byte[limit - 200]))
                        .sizeInBytes()
                - (limit - 200); // what a batch has besides this value
        try (var producer = server.producer(Map.of("max.request.size", 64 << 20, "buffer.memory", 64L << 20))) {
            var most = new ProducerRecord<byte[], byte[]>("large", 0, 0L, null, new byte[limit - around]);
            assertEquals(0, producer.send(most).get().offset());
            var more = new ProducerRecord<byte[], byte[]>("large", 0, 0L, null, new byte[limit - around + 1]);
            var refused = assertThrows(
                    ExecutionException.class, () -> producer.send(more).get());
            assertInstanceOf(RecordTooLargeException.class, refused.getCause());
        }
    }

    @Test
    void theServersOwnTopicsCannotBeProducedTo() throws Exception {
        server.broker().create(new NewStream("__own", Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, Map.of()));
        try (var producer = server.producer(Map.of())) {
            var refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>("__own", 0, null, new byte[1]))
                            .get());
            assertInstanceOf(InvalidTopicException.class, refused.getCause());
        }
    }

    @Test
    void anOffsetThatIsNotThereIsOutOfRange() throws Exception {
        try (var producer = server.producer(Map.of())) {
            send(producer, "t", 10).getLast().get();
        }
        try (var consumer = server.consumer(Map.of("auto.offset.reset", "none"))) {
            var partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 11);
            assertThrows(OffsetOutOfRangeException.class, () -> read(consumer, 1));
        }
    }

    @Test
    void aConsumerThatWaitsIsWokenByARecord() throws Exception {
        try (var admin = server.admin()) {
            admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
        }
        try (var consumer = server.consumer(Map.of("fetch.max.wait.ms", 60_000, "request.timeout.ms", 90_000));
                var producer = server.producer(Map.of())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            assertTrue(consumer.poll(Duration.ofMillis(300)).isEmpty()); // its fetch waits for a minute now
            send(producer, "t", 1).getLast().get();
            assertEquals(1, read(consumer, 1).size());
        }
    }

    @Test
    void aConsumerOfManyPartitionsGetsAllThatArrivesLater() throws Exception {
        try (var admin = server.admin()) {
            admin.createTopics(List.of(new NewTopic("many", 20, (short) 1)))
                    .all()
                    .get();
        }
        try (var consumer = server.consumer(Map.of());
                var producer = server.producer(Map.of())) {
            consumer.assign(partitionsOf("many", 20));
            for (int round = 0; round < 5; round++) {
                for (int p = 0; p < 20; p += round + 1)
                    producer.send(new ProducerRecord<>("many", p, null, new byte[8]));
                producer.flush();
                assertEquals(
                        (20 + round) / (round + 1),
                        read(consumer, (20 + round) / (round + 1)).size());
            }
            var onlySome = partitionsOf("many", 3); // the session forgets the others
            consumer.assign(onlySome);
            for (int p = 0; p < 20; p++) producer.send(new ProducerRecord<>("many", p, null, new byte[8]));
            producer.flush();
            assertEquals(3, read(consumer, 3).size());
        }
    }

    private static List<TopicPartition> partitionsOf(String topic, int count) {
        var partitions = new ArrayList<TopicPartition>();
        for (int p = 0; p < count; p++) partitions.add(new TopicPartition(topic, p));
        return partitions;
    }

    private static List<Future<RecordMetadata>> send(KafkaProducer<byte[], byte[]> producer, String topic, int count) {
        var results = new ArrayList<Future<RecordMetadata>>();
        for (int i = 0; i < count; i++)
            results.add(producer.send(new ProducerRecord<>(topic, 0, null, bytes("v" + i))));
        producer.flush();
        return results;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(KafkaConsumer<byte[], byte[]> consumer, int count) {
        var read = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        for (int emptyPolls = 0; emptyPolls < EMPTY_POLLS_MAX && read.size() < count; ) {
            var polled = consumer.poll(POLL);
            polled.forEach(read::add);
            if (polled.isEmpty()) emptyPolls++;
        }
        assertEquals(count, read.size(), "records read");
        return read;
    }

    private static byte[] payload(int number) {
        var payload = new byte[1024];
        new Random(number).nextBytes(payload);
        return payload;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
