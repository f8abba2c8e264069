package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What real clients never send, or send in older versions: byte by byte.
@Timeout(120)
class WireTest {
    private static final int ALL = -1;
    private static final int LONG_WAIT_MILLIS = 100_000;

    @TempDir
    private Path directory;

    private TestServer server;
    private Wire wire;
    private UUID topic;

    @BeforeEach
    void start() throws IOException {
        open();
        var created = (CatalogOutcome.Done) server.broker().create(NewStream.of("t", 2));
        topic = created.stream().id();
    }

    private void open() throws IOException {
        server = TestServer.start(directory);
        wire = new Wire(server.listener().address());
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        server.close();
    }

    // ---- connections

    @Test
    void everyVersionOfApiVersionsSaysTheSame() throws IOException {
        for (int version = 0; version <= 5; version++) {
            var answer = wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, version, client());
            assertEquals(Errors.NONE.code(), answer.data().errorCode());
            assertEquals("0-13", range(answer, ApiKeys.PRODUCE)); // librdkafka needs to see 0
            assertEquals("4-18", range(answer, ApiKeys.FETCH));
            assertEquals("0-5", range(answer, ApiKeys.API_VERSIONS));
        }
    }

    @Test
    void aVersionOfApiVersionsYetToComeIsAnsweredInTheFirst() throws IOException {
        var frame = ByteBuffer.allocate(12)
                .putShort(ApiKeys.API_VERSIONS.id)
                .putShort((short) 99)
                .putInt(7)
                .putShort((short) -1)
                .putShort((short) 0);
        wire.sendFrame(frame.array());

        var answer = wire.receiveFrame();

        assertEquals(7, answer.getInt());
        assertEquals(Errors.UNSUPPORTED_VERSION.code(), answer.getShort());
        assertEquals(1, answer.getInt());
        assertEquals(ApiKeys.API_VERSIONS.id, answer.getShort());
    }

    @Test
    void aClientOfAnotherClusterIsSentBackToItsBootstrapServers() throws IOException {
        var mine = client().setClusterId(server.broker().clusterId()).setNodeId(1);
        var others = client().setClusterId("another").setNodeId(1);
        assertEquals(
                Errors.NONE.code(),
                wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 5, mine)
                        .data()
                        .errorCode());
        assertEquals(
                Errors.REBOOTSTRAP_REQUIRED.code(),
                wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 5, others)
                        .data()
                        .errorCode());
    }

    @Test
    void whatIsNotARequestEndsItsConnectionOnly() throws IOException {
        byte[][] broken = {
            {-1, -1, -1, -1, 0, 3, 0, 1}, // a negative size
            {0x7f, -1, -1, -1, 0, 0, 0, 0}, // a size over the limit
            {0, 0, 0, 1, 0, 3, 0, 1}, // too short for a header
            {0, 0, 0, 10, 0x7f, 0x7f, 0, 0, 0, 0, 0, 1, -1, -1}, // an unknown API
            {0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, -1, -1}, // an unknown version of Metadata
            {0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 1, -1, -1}, // Produce version 2, which is advertised and not served
            {0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, -1, -1, 0x7f, 0, 0, 0}, // two billion topics in four bytes
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        };
        for (var bytes : broken) {
            try (var other = new Wire(server.listener().address())) {
                other.sendRaw(bytes);
                assertTrue(other.isClosedByServer(), java.util.Arrays.toString(bytes));
            }
            wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 0, client());
        }
    }

    @Test
    void aConnectionTooManyIsClosed() throws IOException {
        var one = new KafkaListener.Limits(1, 1 << 20, 10, 1 << 20, Duration.ofMinutes(1), Duration.ofSeconds(5));
        try (var small = TestServer.start(directory.resolve("small"), TestServer.config(one, true))) {
            try (var first = new Wire(small.listener().address());
                    var second = new Wire(small.listener().address())) {
                first.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 0, client());
                assertTrue(second.isClosedByServer());
            }
        }
    }

    @Test
    void anIdleConnectionIsClosed() throws IOException {
        var soon = new KafkaListener.Limits(9, 1 << 20, 10, 1 << 20, Duration.ofMillis(200), Duration.ofSeconds(5));
        try (var impatient = TestServer.start(directory.resolve("soon"), TestServer.config(soon, true));
                var idle = new Wire(impatient.listener().address())) {
            assertTrue(idle.isClosedByServer());
        }
    }

    @Test
    void whatWasTakenIsAnsweredBeforeTheListenerCloses() throws Exception {
        var log = server.broker().partition("t", 0).orElseThrow().log();
        var appended = new CountDownLatch(1);
        log.watch(0, appended::countDown);
        var produce = wire.send(ApiKeys.PRODUCE, 9, produce(9, ALL, records(1)));
        assertTrue(appended.await(20, TimeUnit.SECONDS));

        server.listener().close();

        assertEquals(
                Errors.NONE.code(),
                only((ProduceResponse) wire.receive(produce)).errorCode());
        assertTrue(wire.isClosedByServer());
    }

    @Test
    void metadataNamesTheAddressTheClientCameInBy() throws IOException {
        for (int version = 0; version <= 13; version++) {
            var answer = wire.ask(MetadataResponse.class, ApiKeys.METADATA, version, allTopics(version));
            var broker = answer.data().brokers().iterator().next();
            assertEquals("127.0.0.1:" + server.listener().address().getPort(), broker.host() + ":" + broker.port());
            assertEquals(2, answer.data().topics().find("t").partitions().size());
        }
    }

    @Test
    void metadataNamesAnAdvertisedAddressInstead() throws IOException {
        var config = new KafkaListener.Config(
                "127.0.0.1",
                0,
                new KafkaListener.Fixed("kafka.example", 12345),
                true,
                KafkaListener.Limits.DEFAULT,
                Map.of());
        try (var other = TestServer.start(directory.resolve("other"), config);
                var client = new Wire(other.listener().address())) {
            var answer = client.ask(MetadataResponse.class, ApiKeys.METADATA, 9, allTopics(9));
            var broker = answer.data().brokers().iterator().next();
            assertEquals("kafka.example:12345", broker.host() + ":" + broker.port());
        }
    }

    @Test
    void aClientWithTooManyRequestsUnderWayIsReadFromLater() throws Exception {
        int waitingMax = 2;
        var two =
                new KafkaListener.Limits(9, 1 << 20, waitingMax, 1 << 20, Duration.ofMinutes(1), Duration.ofSeconds(5));
        try (var narrow = TestServer.start(directory.resolve("narrow"), TestServer.config(two, true));
                var greedy = new Wire(narrow.listener().address());
                var other = new Wire(narrow.listener().address())) {
            narrow.broker().create(NewStream.of("t", 1));
            var appended = new CountDownLatch(1);
            narrow.broker().partition("t", 0).orElseThrow().log().watch(1, appended::countDown);

            for (int i = 0; i < waitingMax + 2; i++) // one being answered, two queued, one in the reader's hands
            greedy.send(ApiKeys.FETCH, 12, fetch(LONG_WAIT_MILLIS, 0, -1, 0));
            greedy.send(ApiKeys.PRODUCE, 9, produce(9, ALL, records(1)));
            var log = narrow.broker().partition("t", 0).orElseThrow().log();
            assertFalse(appended.await(200, TimeUnit.MILLISECONDS));
            assertEquals(0, log.end(), "the record was read although nobody had room for its answer");
            other.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, 1, records(1)));

            assertTrue(appended.await(20, TimeUnit.SECONDS)); // the fetches had news, and made room
        }
    }

    @Test
    void responsesLeaveInTheOrderOfTheirRequests() throws IOException {
        var waiting = wire.send(ApiKeys.FETCH, 12, fetch(LONG_WAIT_MILLIS, 0, -1, 0));
        var produce = wire.send(ApiKeys.PRODUCE, 9, produce(9, ALL, records(1)));
        var metadata = wire.send(ApiKeys.METADATA, 9, allTopics(9));

        // the fetch does not hold them up, and comes first all the same
        assertEquals(Errors.NONE, ((FetchResponse) wire.receive(waiting)).error());
        assertEquals(0, only((ProduceResponse) wire.receive(produce)).baseOffset());
        assertEquals(
                1, ((MetadataResponse) wire.receive(metadata)).data().topics().size());
    }

    // ---- produce

    @Test
    void everyVersionOfProduceAppends() throws IOException {
        for (int version = 3; version <= 13; version++) {
            var answer =
                    only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, version, produce(version, ALL, records(2))));
            assertEquals(Errors.NONE.code(), answer.errorCode());
            assertEquals((version - 3) * 2, answer.baseOffset());
            assertEquals(-1, answer.logAppendTimeMs());
        }
    }

    @Test
    void aRetryIsAnsweredWithTheFirstOffset() throws IOException {
        var producer = wire.ask(
                InitProducerIdResponse.class,
                ApiKeys.INIT_PRODUCER_ID,
                4,
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000));
        long id = producer.data().producerId();
        for (int attempt = 0; attempt < 2; attempt++) {
            var first = only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, sequenced(id, 0))));
            assertEquals("NONE 0", Errors.forCode(first.errorCode()) + " " + first.baseOffset());
            var second = only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, sequenced(id, 1))));
            assertEquals("NONE 1", Errors.forCode(second.errorCode()) + " " + second.baseOffset());
        }
        var gap = only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, sequenced(id, 5))));
        assertEquals(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code(), gap.errorCode());
    }

    @Test
    void producerIdsAreNeverGivenTwice() throws IOException {
        var asked = new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000);
        var one = wire.ask(InitProducerIdResponse.class, ApiKeys.INIT_PRODUCER_ID, 0, asked);
        var two = wire.ask(InitProducerIdResponse.class, ApiKeys.INIT_PRODUCER_ID, 0, asked);
        assertNotEquals(one.data().producerId(), two.data().producerId());
    }

    @Test
    void recordsThatAreNotOneGoodBatchAreRefused() throws IOException {
        var one = bytes(records(1));
        var twice = ByteBuffer.allocate(one.remaining() * 2)
                .put(one.duplicate())
                .put(one.duplicate())
                .flip();
        assertEquals(Errors.INVALID_RECORD, refusal(MemoryRecords.readableRecords(twice)));
        var old = MemoryRecords.withRecords(
                RecordBatch.MAGIC_VALUE_V1, Compression.NONE, new SimpleRecord(1, new byte[100]));
        assertEquals(Errors.INVALID_RECORD, refusal(old));
        assertEquals(Errors.INVALID_RECORD, refusal(MemoryRecords.EMPTY));
        var damaged = bytes(records(1));
        damaged.put(damaged.limit() - 1, (byte) (damaged.get(damaged.limit() - 1) ^ 1));
        assertEquals(Errors.CORRUPT_MESSAGE, refusal(MemoryRecords.readableRecords(damaged)));
        var transactional = MemoryRecords.withTransactionalRecords(
                Compression.NONE, 5, (short) 0, 0, new SimpleRecord(1, new byte[1]));
        assertEquals(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, refusal(transactional));
        assertEquals(0, server.broker().partition("t", 0).orElseThrow().log().end());
    }

    @Test
    void aPartitionThatIsNotThereIsUnknown() throws IOException {
        var byName = produce(9, ALL, records(1));
        byName.topicData().find("t", Uuid.ZERO_UUID).partitionData().getFirst().setIndex(2);
        assertEquals(
                Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
                only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, byName))
                        .errorCode());

        topic = new UUID(1, 2);
        var byId = produce(13, ALL, records(1));
        assertEquals(
                Errors.UNKNOWN_TOPIC_ID.code(),
                only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 13, byId)).errorCode());
    }

    @Test
    void onlyKnownAcknowledgementsAreTaken() throws IOException {
        var answer = only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, 2, records(1))));
        assertEquals(Errors.INVALID_REQUIRED_ACKS.code(), answer.errorCode());
    }

    @Test
    void aFailureThatNobodyWaitsForEndsTheConnection() throws IOException {
        wire.send(ApiKeys.PRODUCE, 9, produce(9, 0, MemoryRecords.EMPTY));
        assertTrue(wire.isClosedByServer());
    }

    // ---- fetch

    @Test
    void everyVersionOfFetchReadsWholeBatches() throws IOException {
        wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records(5)));
        for (int version = 4; version <= 18; version++) {
            var request = fetch(0, 0, -1, 3); // in the middle of the batch
            if (version < 7) request.setSessionEpoch(-1);
            if (version >= 13) request.topics().getFirst().setTopicId(Ids.of(topic));
            var found = found(wire.ask(FetchResponse.class, ApiKeys.FETCH, version, request));
            assertEquals(5, found.highWatermark());
            var batch = ((MemoryRecords) found.records()).batches().iterator().next();
            assertEquals("0-4", batch.baseOffset() + "-" + batch.lastOffset());
            assertTrue(batch.isValid());
        }
    }

    @Test
    void aSessionTellsOnlyWhatIsNew() throws IOException {
        var first = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, fetch(0, 0, 0, 0));
        int id = first.sessionId();
        assertNotEquals(0, id);
        assertEquals(1, first.data().responses().size());

        var nothing = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, session(id, 1));
        assertEquals(0, nothing.data().responses().size());

        wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records(1)));
        var news = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, session(id, 2));
        assertEquals(1, found(news).highWatermark());
        assertTrue(found(news).records().sizeInBytes() > 0);

        var forgotten = session(id, 3)
                .setForgottenTopicsData(
                        List.of(new ForgottenTopic().setTopic("t").setPartitions(List.of(0))));
        assertEquals(
                0,
                wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, forgotten)
                        .data()
                        .responses()
                        .size());
        assertEquals(
                Errors.INVALID_FETCH_SESSION_EPOCH,
                wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, session(id, 9)).error());
        assertEquals(
                Errors.FETCH_SESSION_ID_NOT_FOUND,
                wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, session(id + 1, 4))
                        .error());
        assertEquals(
                Errors.FETCH_SESSION_TOPIC_ID_ERROR,
                wire.ask(FetchResponse.class, ApiKeys.FETCH, 13, session(id, 4)).error());
        assertEquals(
                0,
                wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, session(id, -1))
                        .sessionId());
        assertEquals(
                Errors.FETCH_SESSION_ID_NOT_FOUND,
                wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, session(id, 4)).error());
    }

    @Test
    void aFetchWaitsUntilThereIsEnough() throws IOException {
        try (var other = new Wire(server.listener().address())) {
            var enough =
                    fetch(LONG_WAIT_MILLIS, 0, -1, 0).setMinBytes(3 * records(1).sizeInBytes());
            var waiting = wire.send(ApiKeys.FETCH, 12, enough);
            for (int i = 0; i < 3; i++)
                other.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records(1)));

            assertEquals(3, found((FetchResponse) wire.receive(waiting)).highWatermark());
        }
    }

    @Test
    void offsetsOutsideAndEpochsOfAnotherTimeAreSaidAtOnce() throws IOException {
        wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records(1)));
        stop();
        open(); // so that there is an epoch before this one
        int epoch = server.broker().partition("t", 0).orElseThrow().log().leaderEpoch();

        assertEquals(Errors.OFFSET_OUT_OF_RANGE, failure(fetch(LONG_WAIT_MILLIS, 0, -1, 2)));
        var old = fetch(LONG_WAIT_MILLIS, 0, -1, 1);
        partition(old).setCurrentLeaderEpoch(epoch - 1);
        assertEquals(Errors.FENCED_LEADER_EPOCH, failure(old));
        var early = fetch(LONG_WAIT_MILLIS, 0, -1, 1);
        partition(early).setCurrentLeaderEpoch(epoch + 1);
        assertEquals(Errors.UNKNOWN_LEADER_EPOCH, failure(early));
        var unknown = fetch(LONG_WAIT_MILLIS, 0, -1, 1);
        partition(unknown).setPartition(7);
        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, failure(unknown));
    }

    // ---- positions

    @Test
    void everyVersionOfListOffsetsFindsBothEnds() throws IOException {
        wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records(4)));
        for (int version = 1; version <= 11; version++) {
            assertEquals("0 -1", listed(version, -2));
            assertEquals("4 -1", listed(version, -1));
            assertEquals("2 2", listed(version, 2));
        }
    }

    @Test
    void placesInsteadOfTimesAreKnownFromTheirVersionOn() throws IOException {
        var since = Map.of(-1L, 1, -2L, 1, -3L, 7, -4L, 8, -5L, 9, -6L, 11, -7L, 12);
        for (int version = 1; version <= 11; version++) {
            for (var place : since.entrySet()) {
                var expected = version < place.getValue() ? Errors.UNSUPPORTED_VERSION : Errors.NONE;
                var found = askedFor(version, place.getKey()).errorCode();
                assertEquals(expected, Errors.forCode(found), "version %d, %d".formatted(version, place.getKey()));
            }
        }
    }

    @Test
    void anEpochEndsWhereItsRecordsDo() throws IOException {
        wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records(4)));
        int epoch = server.broker().partition("t", 0).orElseThrow().log().leaderEpoch();
        for (int version = 2; version <= 4; version++) {
            var asked = new OffsetForLeaderPartition()
                    .setPartition(0)
                    .setCurrentLeaderEpoch(epoch)
                    .setLeaderEpoch(epoch);
            var topics = new OffsetForLeaderTopicCollection();
            topics.add(new OffsetForLeaderTopic().setTopic("t").setPartitions(List.of(asked)));
            var answer = wire.ask(
                    OffsetsForLeaderEpochResponse.class,
                    ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                    version,
                    new OffsetForLeaderEpochRequestData().setTopics(topics));
            var end = answer.data().topics().find("t").partitions().getFirst();
            assertEquals(epoch + " 4", end.leaderEpoch() + " " + end.endOffset());
        }
    }

    // ---- what requests are made of

    private static ApiVersionsRequestData client() {
        return new ApiVersionsRequestData().setClientSoftwareName("wire").setClientSoftwareVersion("1");
    }

    private static MetadataRequestData allTopics(int version) {
        return new MetadataRequestData().setTopics(version == 0 ? List.of() : null);
    }

    private static String range(ApiVersionsResponse answer, ApiKeys api) {
        var versions = answer.apiVersion(api.id);
        return versions.minVersion() + "-" + versions.maxVersion();
    }

    private static MemoryRecords records(int count) {
        var records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) records[i] = new SimpleRecord(i, new byte[100]);
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    private static MemoryRecords sequenced(long producerId, int sequence) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, producerId, (short) 0, sequence, new SimpleRecord(1, new byte[10]));
    }

    private static ByteBuffer bytes(MemoryRecords records) {
        var copy = ByteBuffer.allocate(records.sizeInBytes());
        return copy.put(records.buffer()).flip();
    }

    private ProduceRequestData produce(int version, int acks, MemoryRecords records) {
        var topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData()
                .setName("t")
                .setTopicId(version >= 13 ? Ids.of(topic) : Uuid.ZERO_UUID)
                .setPartitionData(List.of(new PartitionProduceData().setIndex(0).setRecords(records))));
        return new ProduceRequestData().setAcks((short) acks).setTimeoutMs(1000).setTopicData(topics);
    }

    private static PartitionProduceResponse only(ProduceResponse response) {
        return response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst();
    }

    private Errors refusal(MemoryRecords records) throws IOException {
        var answer = only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(9, ALL, records)));
        assertTrue(answer.errorMessage() != null && answer.baseOffset() == -1);
        return Errors.forCode(answer.errorCode());
    }

    private static FetchRequestData fetch(int waitMillis, int sessionId, int sessionEpoch, long offset) {
        var partition = new FetchPartition()
                .setPartition(0)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(1 << 20)
                .setCurrentLeaderEpoch(-1);
        return session(sessionId, sessionEpoch)
                .setMaxWaitMs(waitMillis)
                .setTopics(List.of(new FetchTopic().setTopic("t").setPartitions(List.of(partition))));
    }

    private static FetchRequestData session(int id, int epoch) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionId(id)
                .setSessionEpoch(epoch);
    }

    private static FetchPartition partition(FetchRequestData request) {
        return request.topics().getFirst().partitions().getFirst();
    }

    private static org.apache.kafka.common.message.FetchResponseData.PartitionData found(FetchResponse response) {
        return response.data().responses().getFirst().partitions().getFirst();
    }

    private Errors failure(FetchRequestData request) throws IOException {
        return Errors.forCode(
                found(wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, request)).errorCode());
    }

    private String listed(int version, long time) throws IOException {
        var found = askedFor(version, time);
        assertEquals(Errors.NONE.code(), found.errorCode());
        return found.offset() + " " + found.timestamp();
    }

    private ListOffsetsPartitionResponse askedFor(int version, long time) throws IOException {
        var asked = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(
                                new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(time)))));
        var answer = wire.ask(ListOffsetsResponse.class, ApiKeys.LIST_OFFSETS, version, asked);
        return answer.topics().getFirst().partitions().getFirst();
    }
}
