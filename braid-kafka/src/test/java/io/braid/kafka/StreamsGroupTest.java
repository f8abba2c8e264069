package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeStreamsGroupsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.apache.kafka.common.requests.StreamsGroupTopologyDescriptionUpdateResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Streams groups (KIP-1071) on the wire, and as administrators see them. Kafka Streams itself runs in braid-it.
@Timeout(120)
class StreamsGroupTest {
    private static final String MEMBER = "member-1";
    private static final String CHANGELOG = "app-counts-changelog";
    private static final String REPARTITION = "app-words-repartition";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private GroupServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory, Map.of("group.streams.initial.rebalance.delay.ms", "0"));
        admin = server.admin();
        server.create("lines", 2);
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        server.close();
    }

    @Test
    void theFeatureIsThereSoThatClientsMayUseIt() throws Exception {
        var request = new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");
        try (var wire = wire()) {
            var answer = wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 4, request)
                    .data();

            assertEquals(1, answer.finalizedFeatures().find("streams.version").maxVersionLevel());
        }
    }

    @Test
    void whatATopologyNeedsForItselfIsCreatedAndThenItsTasksAreAssigned() throws Exception {
        try (var wire = wire()) {
            var first = beat(wire, joining("app", counting()));
            assertEquals(Errors.NONE, Errors.forCode(first.errorCode()), first.errorMessage());
            assertEquals(Set.of(Status.MISSING_INTERNAL_TOPICS), statuses(first));

            var assigned = beatUntilAssigned(wire, "app", first.memberEpoch());

            assertEquals(Map.of("0", List.of(0, 1), "1", List.of(0, 1)), tasks(assigned));
        }
        var described = admin.describeTopics(List.of(CHANGELOG, REPARTITION))
                .allTopicNames()
                .get();
        assertEquals(2, described.get(CHANGELOG).partitions().size());
        assertEquals(2, described.get(REPARTITION).partitions().size());
        assertEquals("compact", setting(CHANGELOG, "cleanup.policy"));
        assertEquals("-1", setting(REPARTITION, "retention.ms"));
    }

    @Test
    void aTopicThatCannotBeCreatedIsNamedWithTheReason() throws Exception {
        var impossible = counting();
        impossible
                .subtopologies()
                .getLast()
                .stateChangelogTopics()
                .getFirst()
                .setTopicConfigs(List.of(new KeyValue().setKey("cleanup.policy").setValue("nonsense")));
        try (var wire = wire()) {
            var answer = beat(wire, joining("app", impossible));

            var missing = answer.status().stream()
                    .filter(status -> status.statusCode() == Status.MISSING_INTERNAL_TOPICS.code())
                    .findFirst()
                    .orElseThrow();
            assertTrue(missing.statusDetail().contains("Creation failed: " + CHANGELOG + " ("), missing::statusDetail);
        }
    }

    @Test
    void sourceTopicsThatAreMissingAreToldAndNotCreated() throws Exception {
        try (var wire = wire()) {
            var answer = beat(wire, joining("app", reading("nowhere")));

            assertEquals(Set.of(Status.MISSING_SOURCE_TOPICS), statuses(answer));
        }
        assertEquals(Set.of("lines"), admin.listTopics().names().get());
    }

    @Test
    void topologiesOverTopicsThatNobodyMayUseAreRefused() throws Exception {
        try (var wire = wire()) {
            var internal = beat(wire, joining("app", reading("__consumer_offsets")));
            assertEquals(Errors.STREAMS_INVALID_TOPOLOGY, Errors.forCode(internal.errorCode()));
            assertEquals(
                    "Use of Kafka internal topics __consumer_offsets in a Kafka Streams topology is prohibited.",
                    internal.errorMessage());

            var invalid = beat(wire, joining("app", reading("a topic")));
            assertEquals(Errors.STREAMS_INVALID_TOPOLOGY, Errors.forCode(invalid.errorCode()));
            assertEquals("Topic names a topic are not valid topic names.", invalid.errorMessage());
        }
    }

    @Test
    void descriptionsOfTopologiesAreRefusedAsByAKafkaWithoutThePlugin() throws Exception {
        var request = new StreamsGroupTopologyDescriptionUpdateRequestData()
                .setGroupId("app")
                .setMemberId(MEMBER);
        try (var wire = wire()) {
            var answer = wire.ask(
                            StreamsGroupTopologyDescriptionUpdateResponse.class,
                            ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE,
                            0,
                            request)
                    .data();

            assertEquals(Errors.UNSUPPORTED_VERSION, Errors.forCode(answer.errorCode()));
        }
    }

    @Test
    void groupsAreListedDescribedAndDeleted() throws Exception {
        try (var wire = wire()) {
            var first = beat(wire, joining("app", counting()));
            var assigned = beatUntilAssigned(wire, "app", first.memberEpoch());
            assertEquals(Set.of("app"), streamsGroups());

            var described = admin.describeStreamsGroups(
                            List.of("app"), new DescribeStreamsGroupsOptions().includeAuthorizedOperations(true))
                    .describedGroups()
                    .get("app")
                    .get();
            assertEquals(1, described.members().size());
            assertEquals(2, described.subtopologies().size());
            assertTrue(described.authorizedOperations().contains(AclOperation.DELETE), described::toString);
            assertRefused(GroupNotEmptyException.class);

            beat(wire, again("app", assigned.memberEpoch()).setMemberEpoch(-1));
        }
        admin.alterStreamsGroupOffsets("app", Map.of(new TopicPartition("lines", 0), new OffsetAndMetadata(7)))
                .all()
                .get();
        var offsets = admin.listStreamsGroupOffsets(Map.of("app", new ListStreamsGroupOffsetsSpec()))
                .partitionsToOffsetAndMetadata("app")
                .get();
        assertEquals(7, offsets.get(new TopicPartition("lines", 0)).offset());
        admin.deleteStreamsGroups(List.of("app")).all().get();
        assertEquals(Set.of(), streamsGroups());
        assertRefused(GroupIdNotFoundException.class);
    }

    @Test
    void aMemberGoesOnAfterARestart() throws Exception {
        int epoch;
        try (var wire = wire()) {
            epoch = beatUntilAssigned(
                            wire, "app", beat(wire, joining("app", counting())).memberEpoch())
                    .memberEpoch();
        }

        server.restart();

        try (var wire = wire()) {
            var answer = beat(wire, again("app", epoch));
            assertEquals(Errors.NONE, Errors.forCode(answer.errorCode()), answer.errorMessage());
            assertEquals(epoch, answer.memberEpoch());
        }
        var state = admin.describeStreamsGroups(List.of("app"))
                .describedGroups()
                .get("app")
                .get()
                .groupState();
        assertTrue(Set.of(GroupState.STABLE, GroupState.RECONCILING).contains(state), state::toString);
    }

    private void assertRefused(Class<? extends Exception> with) {
        var refusal = assertThrows(
                ExecutionException.class,
                () -> admin.deleteStreamsGroups(List.of("app")).all().get());
        assertInstanceOf(with, refusal.getCause());
    }

    private Set<String> streamsGroups() throws Exception {
        var options = new ListGroupsOptions().withTypes(Set.of(GroupType.STREAMS));
        return admin.listGroups(options).all().get().stream()
                .map(group -> group.groupId())
                .collect(Collectors.toSet());
    }

    private String setting(String topic, String name) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(name)
                .value();
    }

    private Wire wire() throws IOException {
        int port = Integer.parseInt(server.address().split(":")[1]);
        return new Wire(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static StreamsGroupHeartbeatResponseData beat(Wire wire, StreamsGroupHeartbeatRequestData request)
            throws IOException {
        return wire.ask(StreamsGroupHeartbeatResponse.class, ApiKeys.STREAMS_GROUP_HEARTBEAT, 1, request)
                .data();
    }

    private static StreamsGroupHeartbeatResponseData beatUntilAssigned(Wire wire, String group, int epoch)
            throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var answer = beat(wire, again(group, epoch));
            assertEquals(Errors.NONE, Errors.forCode(answer.errorCode()), answer.errorMessage());
            epoch = answer.memberEpoch();
            if (answer.activeTasks() != null && !answer.activeTasks().isEmpty()) return answer;
            assertTrue(System.nanoTime() < end, answer::toString);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static Set<Status> statuses(StreamsGroupHeartbeatResponseData answer) {
        return answer.status().stream()
                .map(status -> Status.fromCode(status.statusCode()))
                .filter(status -> status != Status.ASSIGNMENT_DELAYED)
                .collect(Collectors.toSet());
    }

    private static Map<String, List<Integer>> tasks(StreamsGroupHeartbeatResponseData answer) {
        return answer.activeTasks().stream()
                .collect(Collectors.toMap(
                        TaskIds::subtopologyId,
                        task -> task.partitions().stream().sorted().toList()));
    }

    private static StreamsGroupHeartbeatRequestData again(String group, int epoch) {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(MEMBER)
                .setMemberEpoch(epoch);
    }

    /// The first heartbeat of a member.
    static StreamsGroupHeartbeatRequestData joining(String group, Topology topology) {
        return again(group, 0)
                .setRebalanceTimeoutMs(10_000)
                .setProcessId("process-1")
                .setTopology(topology)
                .setActiveTasks(List.of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of());
    }

    /// A topology that needs nothing but its source.
    static Topology reading(String source) {
        return new Topology()
                .setEpoch(1)
                .setSubtopologies(
                        List.of(new Subtopology().setSubtopologyId("0").setSourceTopics(List.of(source))));
    }

    /// Lines are split into words, which go by a topic to where they are counted.
    private static Topology counting() {
        var repartition = new TopicInfo()
                .setName(REPARTITION)
                .setTopicConfigs(List.of(new KeyValue().setKey("retention.ms").setValue("-1")));
        var changelog = new TopicInfo()
                .setName(CHANGELOG)
                .setTopicConfigs(List.of(new KeyValue().setKey("cleanup.policy").setValue("compact")));
        var splitting = new Subtopology()
                .setSubtopologyId("0")
                .setSourceTopics(List.of("lines"))
                .setRepartitionSinkTopics(List.of(REPARTITION));
        var counting = new Subtopology()
                .setSubtopologyId("1")
                .setRepartitionSourceTopics(List.of(repartition))
                .setStateChangelogTopics(List.of(changelog));
        return new Topology().setEpoch(1).setSubtopologies(List.of(splitting, counting));
    }
}
