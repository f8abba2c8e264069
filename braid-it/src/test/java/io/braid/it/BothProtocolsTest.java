package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// One log: what one protocol puts, the other gets.
@ExtendWith(OneServer.class)
class BothProtocolsTest {
    private static final String FIRST_SHARD = "shardId-000000000000";

    private OldestClient kafka;
    private KinesisClient kinesis;

    @BeforeEach
    void connect(RunningServer server) {
        kafka = new OldestClient(server.kafka(), "kafka-both");
        kinesis = Kinesis.sync(server.endpoint());
    }

    @AfterEach
    void disconnect() {
        kinesis.close();
    }

    @Test
    void whatKinesisPutsKafkaReadsWithKeysTimesAndOrder() {
        var stream = Kinesis.create(kinesis, "both-down", 3);
        for (int round = 0; round < 20; round++) {
            int number = round;
            var entries = IntStream.range(0, 25)
                    .mapToObj(key -> PutRecordsRequestEntry.builder()
                            .partitionKey("ключ-" + key)
                            .data(Kinesis.bytes("" + number))
                            .build())
                    .toList();
            var answer = kinesis.putRecords(r -> r.streamName(stream).records(entries));
            assertEquals(0, answer.failedRecordCount());
        }

        var valuesByKey = new HashMap<String, List<String>>();
        for (int partition = 0; partition < 3; partition++) {
            var shard = "shardId-%012d".formatted(partition);
            var seenByKinesis = Kinesis.all(kinesis, stream, shard);
            var seenByKafka = kafka.read(stream, partition, 0, seenByKinesis.size());
            assertEquals(
                    seenByKinesis.stream().map(BothProtocolsTest::line).toList(),
                    seenByKafka.stream().map(this::line).toList());
            for (var record : seenByKafka)
                valuesByKey
                        .computeIfAbsent(kafka.text(record.key()), _ -> new ArrayList<>())
                        .add(kafka.text(record.value()));
        }
        var inOrder = IntStream.range(0, 20).mapToObj(Integer::toString).toList();
        assertEquals(25, valuesByKey.size());
        valuesByKey.values().forEach(values -> assertEquals(inOrder, values));
    }

    @Test
    void aStreamThatIsSplitMergedAndScaledIsReadWholeByBoth() {
        var stream = Kinesis.create(kinesis, "both-reshard", 2);
        var put = new ArrayList<String>();
        putTwenty(stream, put);
        kinesis.splitShard(r -> r.streamName(stream).shardToSplit(FIRST_SHARD).newStartingHashKey("1000"));
        putTwenty(stream, put);
        kinesis.mergeShards(r ->
                r.streamName(stream).shardToMerge("shardId-000000000003").adjacentShardToMerge("shardId-000000000001"));
        putTwenty(stream, put);
        var scaled = kinesis.updateShardCount(
                r -> r.streamName(stream).targetShardCount(4).scalingType(ScalingType.UNIFORM_SCALING));
        putTwenty(stream, put);

        assertEquals(2, scaled.currentShardCount());
        put.sort(null);
        var seenByKinesis = Kinesis.shards(kinesis, stream).stream()
                .flatMap(shard -> Kinesis.all(kinesis, stream, shard.shardId()).stream())
                .map(Kinesis::text)
                .sorted()
                .toList();
        var seenByKafka = IntStream.range(0, 4)
                .mapToObj(partition -> kafka.readNow(stream, partition, 0))
                .flatMap(List::stream)
                .sorted()
                .toList();
        assertEquals(put, seenByKinesis);
        assertEquals(put, seenByKafka);
    }

    private void putTwenty(String stream, List<String> put) {
        for (int i = 0; i < 20; i++) {
            var text = "record " + put.size();
            kinesis.putRecord(r -> r.streamName(stream).partitionKey(text).data(Kinesis.bytes(text)));
            put.add(text);
        }
    }

    @Test
    void anExplicitHashKeyIsAHeaderForKafka() {
        var stream = Kinesis.create(kinesis, "both-hash", 1);
        kinesis.putRecord(r ->
                r.streamName(stream).partitionKey("k").explicitHashKey("12345").data(Kinesis.bytes("v")));

        var header = kafka.read(stream, 0, 0, 1).getFirst().headers().lastHeader("kinesis.explicit-hash-key");

        assertEquals("12345", kafka.text(header.value()));
    }

    @Test
    void whatKafkaCommitsKinesisGetsAndNothingElseOfTransactions() throws Exception {
        var stream = kafka.createTopic("both-transactions", 1);
        try (var producer = kafka.producer(Map.of("transactional.id", kafka.name("both")))) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(stream, 0, null, kafka.bytes("transaction " + i)));
                producer.flush();
                if (i % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(stream, 0, null, kafka.bytes("open")));
            producer.flush();
            kinesis.putRecord(r -> r.streamName(stream).partitionKey("k").data(Kinesis.bytes("behind")));
            var shown = List.of("transaction 0", "transaction 2", "transaction 4");
            Eventually.equal(shown, () -> texts(stream));

            producer.abortTransaction();
            Eventually.equal(List.of("transaction 0", "transaction 2", "transaction 4", "behind"), () -> texts(stream));
        }
    }

    private List<String> texts(String stream) {
        return Kinesis.all(kinesis, stream).stream().map(Kinesis::text).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "none, true", "gzip, true", "snappy, true", "lz4, true", "zstd, true",
        "none, false", "gzip, false", "snappy, false", "lz4, false", "zstd, false"
    })
    void batchesOfKafkaProducersAreReadByGetRecords(String codec, boolean idempotent) throws Exception {
        var stream = kafka.createTopic("up-" + codec, 1);
        var config = Map.of("compression.type", codec, "enable.idempotence", "" + idempotent, "linger.ms", "200");
        var sent = new ArrayList<String>();
        try (var producer = kafka.producer(config)) {
            for (int i = 0; i < 100; i++) {
                var value = "text that compresses, text that compresses, text " + i;
                long time = Instant.now().toEpochMilli() - 60_000 + 100L * i;
                producer.send(new ProducerRecord<>(stream, 0, time, kafka.bytes("k" + i % 7), kafka.bytes(value)));
                sent.add("k" + i % 7 + "=" + value + "@" + time);
            }
        }

        var records = Kinesis.all(kinesis, stream);

        assertEquals(sent, records.stream().map(BothProtocolsTest::line).toList());
        var numbers =
                records.stream().map(r -> new BigInteger(r.sequenceNumber())).toList();
        assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
        assertEquals(sent.subList(40, 100), from(stream, ShardIteratorType.AT_SEQUENCE_NUMBER, records.get(40)));
        assertEquals(sent.subList(41, 100), from(stream, ShardIteratorType.AFTER_SEQUENCE_NUMBER, records.get(40)));
        var time = records.get(70).approximateArrivalTimestamp().minusMillis(50);
        assertEquals(
                sent.subList(70, 100),
                lines(kinesis.getShardIterator(r -> r.streamName(stream)
                                .shardId(FIRST_SHARD)
                                .shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
                                .timestamp(time))
                        .shardIterator()));
    }

    @Test
    void pagesOfGetRecordsCutThroughCompressedBatches() throws Exception {
        var stream = kafka.createTopic("cut", 1);
        try (var producer = kafka.producer(Map.of("compression.type", "zstd", "linger.ms", "200"))) {
            for (int i = 0; i < 50; i++) producer.send(new ProducerRecord<>(stream, 0, null, kafka.bytes("v" + i)));
        }

        var texts = new ArrayList<String>();
        var iterator = Kinesis.iterator(kinesis, stream, FIRST_SHARD, ShardIteratorType.TRIM_HORIZON);
        for (int page = 0; page < 8; page++) {
            var from = iterator;
            var answer = kinesis.getRecords(r -> r.shardIterator(from).limit(7));
            texts.addAll(Kinesis.texts(answer.records()));
            iterator = answer.nextShardIterator();
        }

        assertEquals(IntStream.range(0, 50).mapToObj(i -> "v" + i).toList(), texts);
    }

    @Test
    void missingAndBinaryKeysAndMissingValuesHaveAFormForKinesis() throws Exception {
        var stream = kafka.createTopic("forms", 1);
        byte[] binary = {(byte) 0xff, (byte) 0xfe, 0, 1};
        try (var producer = kafka.producer(Map.of())) {
            producer.send(new ProducerRecord<>(stream, 0, null, kafka.bytes("no key")));
            producer.send(new ProducerRecord<>(stream, 0, binary, kafka.bytes("binary key")));
            producer.send(new ProducerRecord<>(stream, 0, kafka.bytes("no value"), null));
            producer.send(new ProducerRecord<>(stream, 0, kafka.bytes("ключ"), binary));
        }

        var records = Kinesis.all(kinesis, stream);

        assertEquals(
                List.of("-", Base64.getEncoder().encodeToString(binary), "no value", "ключ"),
                records.stream().map(Record::partitionKey).toList());
        assertEquals(List.of("no key", "binary key", ""), Kinesis.texts(records.subList(0, 3)));
        assertArrayEquals(binary, records.get(3).data().asByteArray());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1 << 20, 10 << 20})
    void recordsOfKinesisOfEverySizeAreReadByKafka(int size) {
        var stream = Kinesis.create(kinesis, "both-size", 1);
        Kinesis.takeLargest(kinesis, stream);
        var data = random(size);

        kinesis.putRecord(r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteArray(data)));

        assertArrayEquals(data, kafka.read(stream, 0, 0, 1).getFirst().value());
    }

    @ParameterizedTest
    @CsvSource({"1, none", "1000000, none", "1000000, zstd", "10000000, none", "10000000, lz4"})
    void recordsOfKafkaOfEverySizeAreReadByKinesis(int size, String codec) throws Exception {
        var stream = kafka.createTopic("size", 1);
        var data = random(size);
        var large = Map.of("max.request.size", "12000000", "buffer.memory", "33554432", "compression.type", codec);
        try (var producer = kafka.producer(large)) {
            producer.send(new ProducerRecord<>(stream, 0, kafka.bytes("k"), data))
                    .get();
        }

        var records = Kinesis.all(kinesis, stream);

        assertEquals(1, records.size());
        assertArrayEquals(data, records.getFirst().data().asByteArray());
    }

    @Test
    void streamsAndTopicsAreTheSameThing() throws Exception {
        var topic = kafka.createTopic("same", 4);
        assertEquals(4, Kinesis.shards(kinesis, topic).size());
        var stream = Kinesis.create(kinesis, "both-same", 5);
        try (var admin = kafka.admin()) {
            assertTrue(admin.listTopics().names().get().contains(stream));
            try (var consumer = kafka.consumer(Map.of())) {
                assertEquals(5, consumer.partitionsFor(stream).size());
            }
            admin.deleteTopics(List.of(stream)).all().get();
        }
        var left = kinesis.listStreamsPaginator(r -> r.limit(100)).streamNames().stream()
                .toList();
        assertTrue(left.contains(topic) && !left.contains(stream), left::toString);
        assertTrue(left.stream().noneMatch(name -> name.startsWith("__")), left::toString);
    }

    @Test
    void writersOfBothKindsShareOneOrderThatAllReadersSee() throws Exception {
        var stream = Kinesis.create(kinesis, "both-mixed", 1);
        var putter = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 150; i++) {
                var text = Kinesis.bytes("kinesis " + i);
                kinesis.putRecord(
                        r -> r.streamName(stream).partitionKey("kinesis").data(text));
            }
        });
        try (var producer = kafka.producer(Map.of("linger.ms", "2", "compression.type", "lz4"))) {
            for (int i = 0; i < 300; i++) {
                var answer =
                        producer.send(new ProducerRecord<>(stream, 0, kafka.bytes("kafka"), kafka.bytes("kafka " + i)));
                if (i % 10 == 9) answer.get();
            }
        }
        assertTrue(putter.join(Duration.ofSeconds(30)));

        var seenByKafka = kafka.read(stream, 0, 0, 450).stream().map(this::line).toList();
        assertEquals(
                seenByKafka,
                Kinesis.all(kinesis, stream).stream()
                        .map(BothProtocolsTest::line)
                        .toList());
        for (var writer : Map.of("kinesis", 150, "kafka", 300).entrySet()) {
            var own = seenByKafka.stream()
                    .filter(line -> line.startsWith(writer.getKey() + "="))
                    .map(line -> line.substring(line.indexOf('=') + 1, line.indexOf('@')))
                    .toList();
            assertEquals(
                    IntStream.range(0, writer.getValue())
                            .mapToObj(i -> writer.getKey() + " " + i)
                            .toList(),
                    own);
        }
    }

    private List<String> from(String stream, ShardIteratorType type, Record record) {
        return lines(kinesis.getShardIterator(r -> r.streamName(stream)
                        .shardId(FIRST_SHARD)
                        .shardIteratorType(type)
                        .startingSequenceNumber(record.sequenceNumber()))
                .shardIterator());
    }

    private List<String> lines(String iterator) {
        return kinesis.getRecords(r -> r.shardIterator(iterator)).records().stream()
                .map(BothProtocolsTest::line)
                .toList();
    }

    private static String line(Record record) {
        return record.partitionKey() + "=" + Kinesis.text(record) + "@"
                + record.approximateArrivalTimestamp().toEpochMilli();
    }

    private String line(ConsumerRecord<byte[], byte[]> record) {
        return kafka.pair(record) + "@" + record.timestamp();
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
