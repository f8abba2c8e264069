package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every version of every API about groups that is advertised, through the bytes of a request to the bytes of its
/// answer.
@Timeout(120)
class GroupVersionsTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

    private static final Set<ApiKeys> HAVE_THEIR_OWN_TESTS =
            Set.of(ApiKeys.OFFSET_FETCH, ApiKeys.FIND_COORDINATOR, ApiKeys.TXN_OFFSET_COMMIT);

    @TempDir
    Path directory;

    private Log log;
    private Broker broker;
    private GroupCoordination groups;
    private TransactionCoordination transactions;
    private Uuid orders;
    private final Handlers handlers = new Handlers();

    @BeforeEach
    void open() throws Exception {
        var random = new SplittableRandom(1);
        log = Log.open(new LogConfig(directory), InstantSource.system());
        broker = Broker.open(log, BrokerConfig.DEFAULT, InstantSource.system(), random);
        if (!(broker.create(NewStream.of("orders", 1)) instanceof CatalogOutcome.Done(var stream)))
            throw new AssertionError("not created");
        orders = Ids.of(stream.id());
        groups = GroupServer.groups(broker, KafkaListener.Config.DEFAULT);
        var throttles = new Throttles(broker::quotas, LimitSettings.DEFAULT, InstantSource.system());
        groups.register(handlers, new TopicApi(broker, KafkaListener.Config.DEFAULT, throttles), throttles);
        transactions = new TransactionCoordination(
                broker, KafkaListener.Config.DEFAULT, new PartitionEnds(broker, groups), InstantSource.system());
        new FindCoordinatorApi(groups, transactions, KafkaListener.Config.DEFAULT).register(handlers);
    }

    @AfterEach
    void close() throws Exception {
        transactions.close();
        groups.close();
        broker.close();
        log.close();
    }

    @Test
    void theCoordinatorIsWhereTheClientCameIn() throws Exception {
        for (short version = 0; version <= 6; version++)
            for (byte type = 0; type <= Math.min(version, 1); type++) {
                var request = new FindCoordinatorRequestData().setKeyType(type);
                if (version < 4) request.setKey("g");
                else request.setCoordinatorKeys(List.of("g", "h"));

                var answer = (FindCoordinatorResponse) ask(ApiKeys.FIND_COORDINATOR, version, request);

                for (var found : answer.coordinators()) {
                    assertEquals(Errors.NONE.code(), found.errorCode());
                    assertEquals("127.0.0.1:4711", found.host() + ":" + found.port());
                }
                assertEquals(version < 4 ? 1 : 2, answer.coordinators().size());
            }
    }

    @Test
    void whatIsNoCoordinatorsKeyIsRefusedInWords() throws Exception {
        for (short version = 1; version <= 6; version++) {
            var request = new FindCoordinatorRequestData().setKeyType((byte) 2);
            if (version < 4) request.setKey("g");
            else request.setCoordinatorKeys(List.of("g"));

            var answer = (FindCoordinatorResponse) ask(ApiKeys.FIND_COORDINATOR, version, request);

            var found = answer.coordinators().getFirst();
            assertEquals(Errors.INVALID_REQUEST.code(), found.errorCode());
            var words = version < 6 ? "(2) here, asked for 2" : "'g' is not a group, a topic id and a partition";
            assertTrue(found.errorMessage().contains(words), found.errorMessage());
        }
    }

    @Test
    void offsetsAreCommittedAndFetchedInAllVersions() throws Exception {
        for (short version = 2; version <= 10; version++) {
            var committed = (OffsetCommitResponse) ask(ApiKeys.OFFSET_COMMIT, version, commit("g", version, 0));
            assertEquals(Map.of(Errors.NONE, 1), committed.errorCounts(), "commit " + version);

            for (short reading = 1; reading <= 10; reading++) {
                assertEquals("%d note %d".formatted(version, version), fetched(reading, false), "fetch " + reading);
                if (reading >= 2)
                    assertEquals("%d note %d".formatted(version, version), fetched(reading, true), "all " + reading);
            }
        }
    }

    @Test
    void unknownTopicsAndPartitionsAreAnsweredOneByOne() throws Exception {
        var none = new OffsetCommitRequestTopic()
                .setName("none")
                .setPartitions(List.of(new OffsetCommitRequestPartition().setPartitionIndex(0)));
        var byName = commit("g", (short) 9, 0);
        byName.topics().getFirst().partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(1));
        byName.topics().add(none);

        assertEquals(
                Map.of(Errors.NONE, 1, Errors.UNKNOWN_TOPIC_OR_PARTITION, 2),
                ask(ApiKeys.OFFSET_COMMIT, (short) 9, byName).errorCounts());

        var byId = commit("g", (short) 10, 0);
        byId.topics().add(none.setName("").setTopicId(new Uuid(1, 1)));
        assertEquals(
                Map.of(Errors.NONE, 1, Errors.UNKNOWN_TOPIC_ID, 1),
                ask(ApiKeys.OFFSET_COMMIT, (short) 10, byId).errorCounts());
    }

    @Test
    void everyVersionHasAnAnswer() throws Exception {
        var seen = new TreeMap<String, Set<Errors>>();
        for (var api : handlers.versions())
            for (short version = api.minVersion(); version <= api.maxVersion(); version++) {
                var key = ApiKeys.forId(api.apiKey());
                if (HAVE_THEIR_OWN_TESTS.contains(key)) continue;
                var errors =
                        ask(key, version, plain(key, version)).errorCounts().keySet();
                seen.merge(key.name, errors, GroupVersionsTest::union);
            }

        assertEquals("""
            ConsumerGroupDescribe [GROUP_ID_NOT_FOUND]
            ConsumerGroupHeartbeat [NONE]
            DeleteGroups [GROUP_ID_NOT_FOUND]
            DescribeGroups [NONE, GROUP_ID_NOT_FOUND]
            Heartbeat [UNKNOWN_MEMBER_ID]
            JoinGroup [NONE, MEMBER_ID_REQUIRED]
            LeaveGroup [NONE, UNKNOWN_MEMBER_ID]
            ListGroups [NONE]
            OffsetCommit [NONE]
            OffsetDelete [GROUP_ID_NOT_FOUND]
            StreamsGroupDescribe [GROUP_ID_NOT_FOUND]
            StreamsGroupHeartbeat [NONE]
            StreamsGroupTopologyDescriptionUpdate [UNSUPPORTED_VERSION]
            SyncGroup [UNKNOWN_MEMBER_ID]
            """, lines(seen));
    }

    private ApiMessage plain(ApiKeys api, short version) {
        return switch (api) {
            case JOIN_GROUP ->
                new JoinGroupRequestData()
                        .setGroupId("join " + version)
                        .setProtocolType("consumer")
                        .setSessionTimeoutMs(10_000)
                        .setRebalanceTimeoutMs(version == 0 ? -1 : 10_000)
                        .setProtocols(new JoinGroupRequestProtocolCollection(List.of(new JoinGroupRequestProtocol()
                                        .setName("range")
                                        .setMetadata(new byte[] {0, 0}))
                                .iterator()));
            case SYNC_GROUP ->
                new SyncGroupRequestData()
                        .setGroupId("g")
                        .setMemberId("m")
                        .setProtocolType(version < 5 ? null : "consumer")
                        .setProtocolName(version < 5 ? null : "range");
            case HEARTBEAT -> new HeartbeatRequestData().setGroupId("g").setMemberId("m");
            case LEAVE_GROUP -> {
                var request = new LeaveGroupRequestData().setGroupId("g");
                yield version < 3
                        ? request.setMemberId("m")
                        : request.setMembers(List.of(new MemberIdentity().setMemberId("m")));
            }
            case CONSUMER_GROUP_HEARTBEAT ->
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId("consumers " + version)
                        .setMemberId(version == 0 ? "" : "AAAAAAAAAAAAAAAAAAAAAA")
                        .setMemberEpoch(0)
                        .setRebalanceTimeoutMs(10_000)
                        .setSubscribedTopicNames(List.of("orders"))
                        .setTopicPartitions(List.of());
            case CONSUMER_GROUP_DESCRIBE -> new ConsumerGroupDescribeRequestData().setGroupIds(List.of("nobody"));
            case STREAMS_GROUP_HEARTBEAT ->
                StreamsGroupTest.joining("streams " + version, StreamsGroupTest.reading("orders"));
            case STREAMS_GROUP_DESCRIBE -> new StreamsGroupDescribeRequestData().setGroupIds(List.of("nobody"));
            case STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE ->
                new StreamsGroupTopologyDescriptionUpdateRequestData()
                        .setGroupId("streams")
                        .setMemberId("m");
            case DESCRIBE_GROUPS ->
                new DescribeGroupsRequestData()
                        .setGroups(List.of("nobody"))
                        .setIncludeAuthorizedOperations(version >= 3);
            case LIST_GROUPS -> new ListGroupsRequestData();
            case DELETE_GROUPS -> new DeleteGroupsRequestData().setGroupsNames(List.of("nobody", "nobody"));
            case OFFSET_COMMIT -> commit("g", version, 0);
            case OFFSET_DELETE ->
                new OffsetDeleteRequestData()
                        .setGroupId("nobody")
                        .setTopics(new OffsetDeleteRequestTopicCollection(List.of(new OffsetDeleteRequestTopic()
                                        .setName("orders")
                                        .setPartitions(
                                                List.of(new OffsetDeleteRequestPartition().setPartitionIndex(0))))
                                .iterator()));
            default -> throw new AssertionError("no request for " + api);
        };
    }

    private OffsetCommitRequestData commit(String group, short version, int partition) {
        var partitions = new ArrayList<>(List.of(new OffsetCommitRequestPartition()
                .setPartitionIndex(partition)
                .setCommittedOffset(version)
                .setCommittedMetadata("note " + version)));
        var topic = new OffsetCommitRequestTopic().setPartitions(partitions);
        if (version < 10) topic.setName("orders");
        else topic.setTopicId(orders);
        return new OffsetCommitRequestData().setGroupId(group).setTopics(new ArrayList<>(List.of(topic)));
    }

    private String fetched(short version, boolean all) throws Exception {
        var request = new OffsetFetchRequestData();
        if (version < 8) {
            request.setGroupId("g")
                    .setTopics(
                            all
                                    ? null
                                    : List.of(new OffsetFetchRequestTopic()
                                            .setName("orders")
                                            .setPartitionIndexes(List.of(0))));
        } else {
            var topic = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(0));
            if (version < 10) topic.setName("orders");
            else topic.setTopicId(orders);
            request.setGroups(
                    List.of(new OffsetFetchRequestGroup().setGroupId("g").setTopics(all ? null : List.of(topic))));
        }
        var answer = (OffsetFetchResponse) ask(ApiKeys.OFFSET_FETCH, version, request);
        var partition = answer.group("g").topics().getFirst().partitions().getFirst();
        assertEquals(Errors.NONE.code(), partition.errorCode());
        return partition.committedOffset() + " " + partition.metadata();
    }

    /// Sends a request through its bytes, and its answer too.
    private AbstractResponse ask(ApiKeys api, short version, ApiMessage data) throws Exception {
        var header = new RequestHeader(api, version, "test", 1);
        var bytes = RequestUtils.serialize(header.data(), header.headerVersion(), data, version);
        var context = Contexts.of(RequestHeader.parse(bytes));
        var request = new Request(context, context.parseRequest(bytes).request, LOCAL, new Doorbell(() -> false));
        var answer = handlers.of(api, version).orElseThrow().handle(request);
        var response = switch (answer) {
            case Answer.Now(var now) -> now;
            case Answer.Later(var later) -> later.get(20, TimeUnit.SECONDS);
            case Answer.Turn(var work) -> work.run().response();
            case Answer.None _ -> throw new AssertionError(answer);
        };
        return AbstractResponse.parseResponse(context.buildResponseEnvelopePayload(response), header);
    }

    private static Set<Errors> union(Set<Errors> one, Set<Errors> other) {
        var union = EnumSet.copyOf(one);
        union.addAll(other);
        return union;
    }

    private static String lines(Map<String, Set<Errors>> seen) {
        var lines = new StringBuilder();
        seen.forEach((api, errors) -> lines.append("%s %s%n".formatted(api, new TreeSet<>(errors))));
        return lines.toString();
    }
}
