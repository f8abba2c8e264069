package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where other servers of Kafka's protocol were found to differ from Kafka, and our own fuzzer found us to: one row
/// each. What is about transactions, compaction and access control is tested where those are.
@Timeout(120)
class TrapsTest {
    @TempDir
    private Path directory;

    private TestServer server;
    private Admin admin;
    private Wire wire;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory);
        admin = server.admin();
        wire = new Wire(server.listener().address());
        admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        admin.close();
        server.close();
    }

    private record Trap(String name, org.junit.jupiter.api.function.Executable check) {}

    @TestFactory
    Stream<DynamicTest> traps() {
        return Stream.of(
                        new Trap("CreatePartitions of no topics is no error", this::noTopicsToGrow),
                        new Trap("DescribeConfigs without names describes all", this::allSettings),
                        new Trap("lists of settings are added to and taken from", this::lists),
                        new Trap("a setting named twice is an invalid request", this::settingNamedTwice),
                        new Trap("a resource named twice is an invalid request", this::resourceNamedTwice),
                        new Trap("a topic is deleted by its name or by its id", this::deletedByOne),
                        new Trap("a record over max.message.bytes is too large", this::tooLarge),
                        new Trap("offsets by time are exact to the record", this::offsetsByTime),
                        new Trap("a fetch from the middle of a batch returns the whole batch", this::middleOfABatch),
                        new Trap("a commit's metadata comes back", this::commitMetadata),
                        new Trap("an unknown member is told so", this::unknownMember),
                        new Trap("a commit while members join is told to join", this::commitDuringRebalance),
                        new Trap("Produce is advertised from 0 and taken from 3", this::advertisedProduce),
                        new Trap("telemetry is advertised, as there is somebody to take it", this::telemetry),
                        new Trap("a topic is known to every connection once it is created", this::knownToAll),
                        new Trap("a default quota is set and cleared", this::defaultQuota),
                        new Trap("an isolation level that does not exist is an invalid request", this::isolation),
                        new Trap("topic ids before Metadata 12 are an invalid request", this::earlyIds))
                .map(trap -> DynamicTest.dynamicTest(trap.name, trap.check));
    }

    // ---- administration

    private void noTopicsToGrow() throws Exception {
        var answer = wire.ask(
                CreatePartitionsResponse.class, ApiKeys.CREATE_PARTITIONS, 3, new CreatePartitionsRequestData());

        assertEquals(List.of(), answer.data().results());
    }

    private void allSettings() throws Exception {
        for (var names : java.util.Arrays.asList(null, List.<String>of())) {
            var asked = new DescribeConfigsRequestData()
                    .setResources(List.of(new DescribeConfigsResource()
                            .setResourceType(ConfigResource.Type.TOPIC.id())
                            .setResourceName("t")
                            .setConfigurationKeys(names)));
            var answer = wire.ask(DescribeConfigsResponse.class, ApiKeys.DESCRIBE_CONFIGS, 4, asked);

            assertTrue(answer.data().results().getFirst().configs().size() > 20);
        }
    }

    private void lists() throws Exception {
        assertEquals("delete", changed(OpType.APPEND));
        assertEquals("delete", changed(OpType.APPEND));
        assertEquals("", changed(OpType.SUBTRACT)); // all records are kept
    }

    private String changed(OpType type) throws Exception {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
        var change = new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), type);
        admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
        return admin.describeConfigs(List.of(topic))
                .all()
                .get()
                .get(topic)
                .get("cleanup.policy")
                .value();
    }

    private void settingNamedTwice() throws Exception {
        var configs = new AlterableConfigCollection();
        for (var value : List.of("1000", "2000"))
            configs.mustAdd(new AlterableConfig()
                    .setName("retention.ms")
                    .setConfigOperation(value.equals("1000") ? OpType.SET.id() : OpType.DELETE.id())
                    .setValue(value));
        assertEquals(List.of("INVALID_REQUEST Error due to duplicate config keys"), altered(topic("t", configs)));
    }

    private void resourceNamedTwice() throws Exception {
        assertEquals(
                java.util.Collections.nCopies(2, "INVALID_REQUEST Each resource must appear at most once."),
                altered(topic("t", new AlterableConfigCollection()), topic("t", new AlterableConfigCollection())));
    }

    private static AlterConfigsResource topic(String name, AlterableConfigCollection configs) {
        return new AlterConfigsResource()
                .setResourceType(ConfigResource.Type.TOPIC.id())
                .setResourceName(name)
                .setConfigs(configs);
    }

    private List<String> altered(AlterConfigsResource... resources) throws IOException {
        var all = new AlterConfigsResourceCollection();
        for (var resource : resources) all.mustAdd(resource);
        var answer = wire.ask(
                IncrementalAlterConfigsResponse.class,
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                1,
                new IncrementalAlterConfigsRequestData().setResources(all));
        return answer.data().responses().stream()
                .map(result -> Errors.forCode(result.errorCode()) + " " + result.errorMessage())
                .toList();
    }

    private void deletedByOne() throws Exception {
        var asked = new DeleteTopicsRequestData()
                .setTopics(List.of(
                        new DeleteTopicState().setName("t").setTopicId(Uuid.ONE_UUID),
                        new DeleteTopicState().setName(null)));
        var answer = wire.ask(DeleteTopicsResponse.class, ApiKeys.DELETE_TOPICS, 6, asked);

        assertEquals(
                List.of(
                        "INVALID_REQUEST You may not specify both topic name and topic id.",
                        "INVALID_REQUEST Neither topic name nor id were specified."),
                answer.data().responses().stream()
                        .map(result -> Errors.forCode(result.errorCode()) + " " + result.errorMessage())
                        .toList());
    }

    private void knownToAll() throws Exception {
        admin.createTopics(List.of(new NewTopic("new", 1, (short) 1))).all().get();

        var asked = new MetadataRequestData().setTopics(List.of(new MetadataRequestTopic().setName("new")));
        var answer = wire.ask(MetadataResponse.class, ApiKeys.METADATA, 9, asked.setAllowAutoTopicCreation(false));
        assertEquals(Map.of(), answer.errors());
    }

    private void defaultQuota() throws Exception {
        var entity = new ClientQuotaEntity(java.util.Collections.singletonMap("client-id", null));
        quota(entity, 1_000_000.0);
        assertEquals(
                Map.of(entity, Map.of("producer_byte_rate", 1_000_000.0)),
                admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get());

        quota(entity, null);
        assertEquals(
                Map.of(),
                admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get());
    }

    private void quota(ClientQuotaEntity entity, Double rate) throws Exception {
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(new Op("producer_byte_rate", rate)))))
                .all()
                .get();
    }

    // ---- records

    private void tooLarge() throws Exception {
        admin.createTopics(List.of(new NewTopic("small", 1, (short) 1).configs(Map.of("max.message.bytes", "1000"))))
                .all()
                .get();
        try (var producer = server.producer(Map.of())) {
            var failure = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>("small", new byte[2_000]))
                            .get());

            assertInstanceOf(RecordTooLargeException.class, failure.getCause());
        }
    }

    private void offsetsByTime() throws Exception {
        produce(
                "times",
                new SimpleRecord(1_000, new byte[1]),
                new SimpleRecord(2_000, new byte[1]),
                new SimpleRecord(3_000, new byte[1]));

        var first = new TopicPartition("times", 0);
        for (long time = 500; time <= 3_000; time += 500) {
            var found = admin.listOffsets(Map.of(first, OffsetSpec.forTimestamp(time)))
                    .partitionResult(first)
                    .get();
            assertEquals((time - 1) / 1_000, found.offset(), "at " + time);
        }
        assertEquals(
                -1,
                admin.listOffsets(Map.of(first, OffsetSpec.forTimestamp(3_001)))
                        .partitionResult(first)
                        .get()
                        .offset());
    }

    private void middleOfABatch() throws Exception {
        produce(
                "middle",
                new SimpleRecord(new byte[10]),
                new SimpleRecord(new byte[10]),
                new SimpleRecord(new byte[10]));

        var answer = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, fetch("middle", 2, (byte) 0));

        var records = FetchResponse.recordsOrFail(
                answer.data().responses().getFirst().partitions().getFirst());
        assertEquals(0, ((MemoryRecords) records).batches().iterator().next().baseOffset());
    }

    private void advertisedProduce() throws Exception {
        assertEquals(0, versions().apiVersion(ApiKeys.PRODUCE.id).minVersion());

        try (var old = new Wire(server.listener().address())) {
            old.sendFrame(new byte[] {0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 'x', 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
            assertTrue(old.isClosedByServer());
        }
    }

    private void telemetry() throws Exception {
        assertEquals(
                0, versions().apiVersion(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS.id).maxVersion());
        assertEquals(0, versions().apiVersion(ApiKeys.PUSH_TELEMETRY.id).maxVersion());
    }

    private ApiVersionsResponse versions() throws Exception {
        return wire.ask(
                ApiVersionsResponse.class,
                ApiKeys.API_VERSIONS,
                4,
                new ApiVersionsRequestData().setClientSoftwareName("wire").setClientSoftwareVersion("1"));
    }

    private void isolation() throws Exception {
        var fetched = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, fetch("t", 0, (byte) 2));
        assertEquals(Errors.INVALID_REQUEST, fetched.error());

        var asked = new ListOffsetsRequestData()
                .setIsolationLevel((byte) 2)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()))));
        var listed = wire.ask(ListOffsetsResponse.class, ApiKeys.LIST_OFFSETS, 5, asked);
        assertEquals(1, listed.errorCounts().get(Errors.INVALID_REQUEST));
    }

    private void earlyIds() throws Exception {
        var asked = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName("t").setTopicId(Uuid.ONE_UUID)));
        for (int version = 10; version <= 11; version++) {
            var answer = wire.ask(MetadataResponse.class, ApiKeys.METADATA, version, asked);
            assertEquals(Map.of("t", Errors.INVALID_REQUEST), answer.errors());
        }
    }

    // ---- groups

    private void commitMetadata() throws Exception {
        var first = new TopicPartition("t", 0);
        var committed = new OffsetAndMetadata(7, "note");
        admin.alterConsumerGroupOffsets("noted", Map.of(first, committed)).all().get();

        var fetched = admin.listConsumerGroupOffsets(Map.of("noted", new ListConsumerGroupOffsetsSpec()))
                .partitionsToOffsetAndMetadata("noted")
                .get();
        assertEquals("note", fetched.get(first).metadata());
    }

    private void unknownMember() throws Exception {
        var asked = new HeartbeatRequestData()
                .setGroupId("strange")
                .setMemberId("nobody")
                .setGenerationId(1);

        assertEquals(
                Errors.UNKNOWN_MEMBER_ID,
                wire.ask(HeartbeatResponse.class, ApiKeys.HEARTBEAT, 4, asked).error());
    }

    /// A member that has joined and not yet heard what it is to read may not commit.
    private void commitDuringRebalance() throws Exception {
        var protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {0, 0}));
        var joined = wire.ask(
                JoinGroupResponse.class,
                ApiKeys.JOIN_GROUP,
                3,
                new JoinGroupRequestData()
                        .setGroupId("g")
                        .setProtocolType("consumer")
                        .setSessionTimeoutMs(10_000)
                        .setRebalanceTimeoutMs(10_000)
                        .setProtocols(protocols));
        assertEquals(Errors.NONE, joined.error());

        var commit = new OffsetCommitRequestData()
                .setGroupId("g")
                .setMemberId(joined.data().memberId())
                .setGenerationIdOrMemberEpoch(joined.data().generationId())
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName("t")
                        .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(1)))));
        var answer = wire.ask(OffsetCommitResponse.class, ApiKeys.OFFSET_COMMIT, 8, commit);
        assertEquals(Map.of(Errors.REBALANCE_IN_PROGRESS, 1), answer.errorCounts());
    }

    // ---- what requests are made of

    /// One batch, compressed, to a topic of its own.
    private void produce(String topic, SimpleRecord... records) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        var batch = MemoryRecords.withRecords(Compression.gzip().build(), records);
        assertEquals(Errors.NONE.code(), wire.produce(topic, 0, batch).errorCode());
    }

    private static FetchRequestData fetch(String topic, long offset, byte isolation) {
        return new FetchRequestData()
                .setMaxBytes(1 << 20)
                .setIsolationLevel(isolation)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1)))));
    }
}
