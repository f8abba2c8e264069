package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/// The AWS SDK for Java v2, unchanged, over every transport it has: CBOR over HTTP/1.1 and HTTP/2, without TLS
/// and with it.
@ExtendWith(OneServer.class)
@ParameterizedClass
@EnumSource(Kinesis.Transport.class)
class AwsJavaSdkTest {
    /// Amazon's largest for streams that are set to take it; here all do.
    private static final int LARGEST_BYTES = 10 << 20;

    private static final String FIRST_SHARD = "shardId-000000000000";

    @Parameter
    Kinesis.Transport transport;

    private KinesisClient client;

    @BeforeEach
    void connect(RunningServer server) throws Exception {
        client = transport.client(server);
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void aStreamIsCreatedDescribedListedAndDeleted() {
        var before = Instant.now().minusSeconds(2);
        var stream = Kinesis.create(client, "sdk-life", 3);

        var described = client.describeStream(r -> r.streamName(stream)).streamDescription();
        assertEquals(stream, described.streamName());
        assertEquals(StreamStatus.ACTIVE, described.streamStatus());
        assertEquals(3, described.shards().size());
        assertEquals(24, described.retentionPeriodHours());
        assertTrue(described.streamARN().matches("arn:aws:kinesis:us-east-1:\\d{12}:stream/" + stream));
        var created = described.streamCreationTimestamp();
        assertTrue(created.isAfter(before) && created.isBefore(Instant.now().plusSeconds(2)), created::toString);

        var summary = client.describeStreamSummary(r -> r.streamName(stream)).streamDescriptionSummary();
        assertEquals(3, summary.openShardCount());
        assertEquals(described.streamARN(), summary.streamARN());
        var byArn = client.describeStreamSummary(r -> r.streamARN(described.streamARN()));
        assertEquals(stream, byArn.streamDescriptionSummary().streamName());

        assertTrue(client.listStreamsPaginator(r -> r.limit(2)).streamNames().stream()
                .anyMatch(stream::equals));

        client.deleteStream(r -> r.streamName(stream));
        try (var waiter = client.waiter()) {
            waiter.waitUntilStreamNotExists(r -> r.streamName(stream));
        }
        assertThrows(ResourceNotFoundException.class, () -> client.describeStream(r -> r.streamName(stream)));
    }

    @Test
    void recordsComeBackWithKeysTimesAndSequenceNumbers() {
        var stream = Kinesis.create(client, "sdk-records", 1);
        var before = Instant.now().minusSeconds(1);
        var numbers = new ArrayList<String>();
        numbers.add(put(stream, "one", "first").sequenceNumber());
        var put = client.putRecords(r -> r.streamName(stream).records(entries(1, 5)));
        assertEquals(0, put.failedRecordCount());
        put.records().stream().map(PutRecordsResultEntry::sequenceNumber).forEach(numbers::add);

        var records = Kinesis.all(client, stream);

        assertEquals(List.of("first", "v1", "v2", "v3", "v4"), Kinesis.texts(records));
        assertEquals(
                List.of("one", "k1", "k2", "k3", "k4"),
                records.stream().map(Record::partitionKey).toList());
        assertEquals(numbers, records.stream().map(Record::sequenceNumber).toList());
        assertEquals(
                numbers,
                numbers.stream()
                        .map(BigInteger::new)
                        .sorted()
                        .map(Object::toString)
                        .toList());
        for (var record : records) {
            var arrival = record.approximateArrivalTimestamp();
            assertTrue(arrival.isAfter(before) && arrival.isBefore(Instant.now().plusSeconds(1)), record::toString);
        }
    }

    @Test
    void keysGoToTheShardOfTheirHashUnlessTheRequestNamesOne() throws Exception {
        var stream = Kinesis.create(client, "sdk-hash", 4);
        var shards = Kinesis.shards(client, stream);
        assertEquals(BigInteger.ZERO, first(shards.getFirst()));
        assertEquals(BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE), last(shards.getLast()));

        for (int i = 0; i < 20; i++) {
            var md5 = MessageDigest.getInstance("MD5").digest(("ключ" + i).getBytes(StandardCharsets.UTF_8));
            var hash = new BigInteger(1, md5);
            assertEquals(shardOf(shards, hash), put(stream, "ключ" + i, "v").shardId());
        }
        for (var shard : shards) {
            var answer = client.putRecord(r -> r.streamName(stream)
                    .partitionKey("same")
                    .explicitHashKey(shard.hashKeyRange().startingHashKey())
                    .data(Kinesis.bytes("v")));
            assertEquals(shard.shardId(), answer.shardId());
        }
    }

    @Test
    void everyIteratorTypeStartsWhereItSays() {
        var stream = Kinesis.create(client, "sdk-iterators", 1);
        var latest = Kinesis.iterator(client, stream, FIRST_SHARD, ShardIteratorType.LATEST);
        var a = put(stream, "k", "a").sequenceNumber();
        put(stream, "k", "b");
        var records = Kinesis.all(client, stream);
        // A record of a later millisecond, so that a time can lie between.
        var atB = records.get(1).approximateArrivalTimestamp();
        while (!Instant.now().isAfter(atB.plusMillis(2))) Thread.onSpinWait();
        put(stream, "k", "c");

        assertEquals(List.of("a", "b", "c"), get(latest));
        assertEquals(List.of("a", "b", "c"), get(stream, ShardIteratorType.AT_SEQUENCE_NUMBER, a));
        assertEquals(List.of("b", "c"), get(stream, ShardIteratorType.AFTER_SEQUENCE_NUMBER, a));
        assertEquals(List.of("c"), get(at(stream, atB.plusMillis(1))));
        assertEquals(List.of("a", "b", "c"), get(at(stream, atB.minus(Duration.ofHours(30)))));
        assertEquals(
                List.of("a", "b", "c"),
                get(Kinesis.iterator(client, stream, FIRST_SHARD, ShardIteratorType.TRIM_HORIZON)));
        assertEquals(List.of(), get(Kinesis.iterator(client, stream, FIRST_SHARD, ShardIteratorType.LATEST)));
    }

    @Test
    void anIteratorGoesOnPageByPageAndPastTheEnd() {
        var stream = Kinesis.create(client, "sdk-pages", 1);
        client.putRecords(r -> r.streamName(stream).records(entries(0, 5)));
        var start = Kinesis.iterator(client, stream, FIRST_SHARD, ShardIteratorType.TRIM_HORIZON);

        var one = client.getRecords(r -> r.shardIterator(start).limit(2));
        var two =
                client.getRecords(r -> r.shardIterator(one.nextShardIterator()).limit(2));
        var three =
                client.getRecords(r -> r.shardIterator(two.nextShardIterator()).limit(2));
        var empty = client.getRecords(r -> r.shardIterator(three.nextShardIterator()));
        assertEquals(List.of("v0", "v1"), Kinesis.texts(one.records()));
        assertEquals(List.of("v2", "v3"), Kinesis.texts(two.records()));
        assertEquals(List.of("v4"), Kinesis.texts(three.records()));
        assertEquals(List.of(), empty.records());
        assertEquals(0, empty.millisBehindLatest());

        put(stream, "k", "late");
        assertEquals(List.of("late"), get(empty.nextShardIterator()));
        assertEquals(List.of("v0", "v1", "v2", "v3", "v4", "late"), get(start));
    }

    @Test
    void refusalsAreTheSdksOwnTypes() {
        var stream = Kinesis.create(client, "sdk-errors", 1);

        var twice = assertThrows(
                ResourceInUseException.class,
                () -> client.createStream(r -> r.streamName(stream).shardCount(1)));
        assertTrue(twice.getMessage().contains("already exists"), twice.getMessage());
        assertFalse(twice.requestId().isEmpty());

        var missing = assertThrows(ResourceNotFoundException.class, () -> put(stream + "-missing", "k", "v"));
        assertTrue(missing.getMessage().contains(stream + "-missing"), missing.getMessage());
        assertThrows(
                ResourceNotFoundException.class,
                () -> Kinesis.iterator(client, stream, "shardId-000000000009", ShardIteratorType.LATEST));

        assertThrows(InvalidArgumentException.class, () -> get(stream, ShardIteratorType.AT_SEQUENCE_NUMBER, "12345"));
        assertThrows(InvalidArgumentException.class, () -> get("AAAAAAAAAAAAAAAA"));
        var invalid = assertThrows(KinesisException.class, () -> put(stream, "", "v"));
        assertEquals("ValidationException", invalid.awsErrorDetails().errorCode());
        assertEquals(400, invalid.statusCode());
    }

    @Test
    void shardsAreListedInPages() {
        var stream = Kinesis.create(client, "sdk-shards", 5);

        var ids = new ArrayList<String>();
        ListShardsResponse page = client.listShards(r -> r.streamName(stream).maxResults(2));
        page.shards().forEach(shard -> ids.add(shard.shardId()));
        while (page.nextToken() != null) {
            assertEquals(2, page.shards().size());
            var token = page.nextToken();
            page = client.listShards(r -> r.nextToken(token).maxResults(2));
            page.shards().forEach(shard -> ids.add(shard.shardId()));
        }

        var expected =
                IntStream.range(0, 5).mapToObj("shardId-%012d"::formatted).toList();
        assertEquals(expected, ids);
        var after = client.listShards(r -> r.streamName(stream).exclusiveStartShardId(expected.get(2)));
        assertEquals(
                expected.subList(3, 5),
                after.shards().stream().map(Shard::shardId).toList());
        var described =
                client.describeStream(r -> r.streamName(stream).limit(2)).streamDescription();
        assertTrue(described.hasMoreShards());
        var rest = client.describeStream(r -> r.streamName(stream).exclusiveStartShardId(expected.get(1)))
                .streamDescription();
        assertFalse(rest.hasMoreShards());
        var paged = Stream.concat(described.shards().stream(), rest.shards().stream())
                .map(Shard::shardId)
                .toList();
        assertEquals(expected, paged);
    }

    @Test
    void fiveHundredRecordsAreTakenAtOnce() {
        var stream = Kinesis.create(client, "sdk-many", 2);

        PutRecordsResponse many = client.putRecords(r -> r.streamName(stream).records(entries(0, 500)));

        assertEquals(0, many.failedRecordCount());
        assertEquals(500, many.records().size());
        var texts = new HashSet<String>();
        for (var shard : Kinesis.shards(client, stream))
            texts.addAll(Kinesis.texts(Kinesis.all(client, stream, shard.shardId())));
        assertEquals(500, texts.size());
    }

    @Test
    void recordsOfOneByteAndOfTheLargestSizeComeBackAndLargerOnesAreRefused() {
        var stream = Kinesis.create(client, "sdk-sizes", 1);
        Kinesis.takeLargest(client, stream);
        for (int size : List.of(0, 1, 1 << 20, LARGEST_BYTES)) put(stream, new byte[size]);

        var refused = assertThrows(KinesisException.class, () -> put(stream, new byte[LARGEST_BYTES + 1]));

        assertEquals("ValidationException", refused.awsErrorDetails().errorCode());
        var sizes = Kinesis.all(client, stream).stream()
                .map(record -> record.data().asByteArrayUnsafe().length)
                .toList();
        assertEquals(List.of(0, 1, 1 << 20, LARGEST_BYTES), sizes);
    }

    private void put(String stream, byte[] data) {
        client.putRecord(r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteArrayUnsafe(data)));
    }

    @Test
    void aSequenceNumberForOrderingKeepsTheOrder() {
        var stream = Kinesis.create(client, "sdk-ordering", 1);
        var last = put(stream, "k", "v0").sequenceNumber();
        for (int i = 1; i < 4; i++) {
            var before = last;
            var value = "v" + i;
            last = client.putRecord(r -> r.streamName(stream)
                            .partitionKey("k")
                            .sequenceNumberForOrdering(before)
                            .data(Kinesis.bytes(value)))
                    .sequenceNumber();
        }

        assertEquals(List.of("v0", "v1", "v2", "v3"), Kinesis.texts(Kinesis.all(client, stream)));
    }

    private PutRecordResponse put(String stream, String key, String value) {
        return client.putRecord(r -> r.streamName(stream).partitionKey(key).data(Kinesis.bytes(value)));
    }

    /// `k0`=`v0` ... from `first` to before `end`.
    private static List<PutRecordsRequestEntry> entries(int first, int end) {
        return IntStream.range(first, end)
                .mapToObj(i -> PutRecordsRequestEntry.builder()
                        .partitionKey("k" + i)
                        .data(Kinesis.bytes("v" + i))
                        .build())
                .toList();
    }

    private List<String> get(String iterator) {
        return Kinesis.texts(client.getRecords(r -> r.shardIterator(iterator)).records());
    }

    private List<String> get(String stream, ShardIteratorType type, String sequenceNumber) {
        return get(client.getShardIterator(r -> r.streamName(stream)
                        .shardId(FIRST_SHARD)
                        .shardIteratorType(type)
                        .startingSequenceNumber(sequenceNumber))
                .shardIterator());
    }

    private String at(String stream, Instant time) {
        return client.getShardIterator(r -> r.streamName(stream)
                        .shardId(FIRST_SHARD)
                        .shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
                        .timestamp(time))
                .shardIterator();
    }

    private static String shardOf(List<Shard> shards, BigInteger hash) {
        return shards.stream()
                .filter(shard -> first(shard).compareTo(hash) <= 0 && hash.compareTo(last(shard)) <= 0)
                .findFirst()
                .orElseThrow()
                .shardId();
    }

    private static BigInteger first(Shard shard) {
        return new BigInteger(shard.hashKeyRange().startingHashKey());
    }

    private static BigInteger last(Shard shard) {
        return new BigInteger(shard.hashKeyRange().endingHashKey());
    }
}
