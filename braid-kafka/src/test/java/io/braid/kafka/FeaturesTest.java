package io.braid.kafka;

import static io.braid.kafka.ShareGroup.fromTheFirst;
import static io.braid.kafka.ShareGroup.next;
import static io.braid.kafka.ShareGroup.until;
import static io.braid.kafka.ShareGroup.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Levels of features: told, changed, refused in Kafka's words, and obeyed.
@Timeout(120)
class FeaturesTest {
    private static final String ELIGIBLE = "eligible.leader.replicas.version";
    private static final Map<String, Integer> NEWEST =
            Map.of(ELIGIBLE, 1, "group.version", 1, "share.version", 2, "streams.version", 1, "transaction.version", 2);
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    private Path directory;

    private GroupServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        var quick = new HashMap<>(ShareGroup.QUICK);
        quick.put("group.consumer.min.heartbeat.interval.ms", "100");
        quick.put("group.consumer.heartbeat.interval.ms", "200");
        start(quick);
    }

    private void start(Map<String, String> settings) throws IOException {
        server = new GroupServer(directory, settings);
        admin = server.admin();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    // ---- what is told

    @Test
    void aNewDirectoryHasTheNewestLevels() throws Exception {
        assertEquals(NEWEST, finalised());
        assertEquals(0, epoch());
        assertEquals(
                NEWEST,
                admin.describeFeatures().featureMetadata().get().supportedFeatures().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> {
                            assertEquals(0, entry.getValue().minVersion());
                            return (int) entry.getValue().maxVersion();
                        })));
    }

    @Test
    void clientsThatDoNotKnowOfLevelZeroAreNotToldOfFeaturesThatMayHaveIt() throws Exception {
        assertEquals(0, versions(3).supportedFeatures().size());
        assertEquals(5, versions(4).supportedFeatures().size());
        assertEquals(5, versions(3).finalizedFeatures().size());
    }

    @Test
    void aLevelThatIsSetIsToldAndOutlivesARestart() throws Exception {
        set("transaction.version", 1, UpgradeType.SAFE_DOWNGRADE).get();
        set("group.version", 0, UpgradeType.UNSAFE_DOWNGRADE).get();
        var expected = Map.of(ELIGIBLE, 1, "share.version", 2, "streams.version", 1, "transaction.version", 1);

        assertEquals(expected, finalised());
        assertEquals(2, epoch());
        server.restart();
        assertEquals(expected, finalised());
        assertEquals(2, epoch());

        set("group.version", 1, UpgradeType.UPGRADE).get();
        set("transaction.version", 2, UpgradeType.UPGRADE).get();
        assertEquals(NEWEST, finalised());
        assertEquals(4, epoch());
    }

    @Test
    void severalLevelsAreSetAtOnceOrNone() throws Exception {
        var down = new FeatureUpdate((short) 0, UpgradeType.SAFE_DOWNGRADE);

        assertFault(
                "The update failed for all features since the following feature had an error: Invalid update version 0"
                        + " for feature blue. Local controller 1 does not support this feature.",
                admin.updateFeatures(Map.of("share.version", down, "blue", down), new UpdateFeaturesOptions())
                        .all());
        assertEquals(NEWEST, finalised());

        admin.updateFeatures(Map.of("share.version", down, "streams.version", down), new UpdateFeaturesOptions())
                .all()
                .get();
        assertEquals(Map.of(ELIGIBLE, 1, "group.version", 1, "transaction.version", 2), finalised());
        assertEquals(1, epoch());
    }

    @Test
    void whatIsOnlyToBeCheckedIsNotDone() throws Exception {
        admin.updateFeatures(
                        Map.of("group.version", new FeatureUpdate((short) 0, UpgradeType.SAFE_DOWNGRADE)),
                        new UpdateFeaturesOptions().validateOnly(true))
                .all()
                .get();
        assertFault(
                "only supports versions 0-2",
                admin.updateFeatures(
                                Map.of("share.version", new FeatureUpdate((short) 3, UpgradeType.UPGRADE)),
                                new UpdateFeaturesOptions().validateOnly(true))
                        .all());

        assertEquals(NEWEST, finalised());
        assertEquals(0, epoch());
    }

    @Test
    void aChangeIsRefusedInKafkasWords() throws Exception {
        set("group.version", 1, UpgradeType.UPGRADE).get();

        assertFault(
                "Invalid update version 9 for feature group.version. Local controller 1 only supports versions 0-1",
                set("group.version", 9, UpgradeType.UPGRADE));
        assertFault(
                "Invalid update version 1 for feature metadata.version. Local controller 1 does not support this"
                        + " feature.",
                set("metadata.version", 1, UpgradeType.UPGRADE));
        assertFault(
                "Invalid update version 1 for feature transaction.version. Can't downgrade the version of this feature"
                        + " without setting the upgrade type to either safe or unsafe downgrade.",
                set("transaction.version", 1, UpgradeType.UPGRADE));
        set("transaction.version", 1, UpgradeType.SAFE_DOWNGRADE).get();
        assertFault(
                "Invalid update version 2 for feature transaction.version. Can't downgrade to a newer version.",
                set("transaction.version", 2, UpgradeType.SAFE_DOWNGRADE));
        assertFault(
                "Invalid update version 2 for feature transaction.version. The controller does not support the given"
                        + " upgrade type.",
                set("transaction.version", 2, UpgradeType.UNKNOWN));
    }

    @Test
    void levelsThatOnlyANewerReleaseKnowsKeepTheListenerClosed() throws Exception {
        server.broker().setFeatures(_ -> Map.of("group.version", 7));
        assertEquals(
                "the catalog has feature group.version at level 7, this release knows 0 to 1: start the newer release",
                assertThrows(IOException.class, () -> new Features(server.broker(), Set.of()))
                        .getMessage());

        server.broker().setFeatures(_ -> Map.of("blue.version", 0));
        assertEquals(
                "the catalog has feature blue.version at level 0, which this release does not know: start the newer"
                        + " release",
                assertThrows(IOException.class, () -> new Features(server.broker(), Set.of()))
                        .getMessage());
        server.broker().setFeatures(_ -> Map.of());
    }

    // ---- what is obeyed

    private static final Map<ApiKeys, ApiMessage> OF_CONSUMER_GROUPS = Map.of(
            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
            new ConsumerGroupHeartbeatRequestData()
                    .setGroupId("g")
                    .setMemberId("m")
                    .setMemberEpoch(0)
                    .setRebalanceTimeoutMs(1000)
                    .setSubscribedTopicNames(List.of("orders"))
                    .setTopicPartitions(List.of()),
            ApiKeys.CONSUMER_GROUP_DESCRIBE,
            new ConsumerGroupDescribeRequestData().setGroupIds(List.of("g")));

    private static final Map<ApiKeys, ApiMessage> OF_STREAMS_GROUPS = Map.of(
            ApiKeys.STREAMS_GROUP_HEARTBEAT,
            new StreamsGroupHeartbeatRequestData()
                    .setGroupId("s")
                    .setMemberId("m")
                    .setMemberEpoch(-1),
            ApiKeys.STREAMS_GROUP_DESCRIBE,
            new StreamsGroupDescribeRequestData().setGroupIds(List.of("s")));

    private static final Map<ApiKeys, ApiMessage> OF_SHARE_GROUPS = Map.of(
            ApiKeys.SHARE_GROUP_HEARTBEAT,
            new ShareGroupHeartbeatRequestData()
                    .setGroupId("h")
                    .setMemberId("m")
                    .setMemberEpoch(0)
                    .setSubscribedTopicNames(List.of("orders")),
            ApiKeys.SHARE_GROUP_DESCRIBE,
            new ShareGroupDescribeRequestData().setGroupIds(List.of("h")),
            ApiKeys.SHARE_FETCH,
            new ShareFetchRequestData().setGroupId("h").setMemberId("m").setShareSessionEpoch(0),
            ApiKeys.SHARE_ACKNOWLEDGE,
            new ShareAcknowledgeRequestData().setGroupId("h").setMemberId("m").setShareSessionEpoch(1),
            ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
            new AlterShareGroupOffsetsRequestData().setGroupId("h"),
            ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
            new DeleteShareGroupOffsetsRequestData().setGroupId("h"),
            ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
            new DescribeShareGroupOffsetsRequestData()
                    .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                            .setGroupId("h")
                            .setTopics(null))));

    @Test
    void withoutItsFeatureAKindOfGroupIsAnUnsupportedVersion() throws Exception {
        server.create("orders", 1);
        for (var kind : Map.of(
                        "group.version", OF_CONSUMER_GROUPS,
                        "streams.version", OF_STREAMS_GROUPS,
                        "share.version", OF_SHARE_GROUPS)
                .entrySet()) {
            set(kind.getKey(), 0, UpgradeType.SAFE_DOWNGRADE).get();
            assertEquals(kind.getValue().keySet(), unsupported(kind.getValue()), kind.getKey());
            set(kind.getKey(), 1, UpgradeType.UPGRADE).get();
            assertEquals(Set.of(), unsupported(kind.getValue()), kind.getKey());
        }
        // That one needs a plugin; its answer must not depend on it here.
        set("streams.version", 0, UpgradeType.SAFE_DOWNGRADE).get();
        var update = new StreamsGroupTopologyDescriptionUpdateRequestData().setGroupId("s");
        assertEquals(
                Set.of(ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE),
                unsupported(Map.of(ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE, update)));
    }

    @Test
    void aSettingTurnsConsumerAndStreamsGroupsOffWhateverTheirLevels() throws Exception {
        stop();
        start(Map.of("group.coordinator.rebalance.protocols", "classic,share"));

        assertEquals(OF_CONSUMER_GROUPS.keySet(), unsupported(OF_CONSUMER_GROUPS));
        assertEquals(OF_STREAMS_GROUPS.keySet(), unsupported(OF_STREAMS_GROUPS));
        assertEquals(Set.of(), unsupported(OF_SHARE_GROUPS));
        assertEquals(NEWEST, finalised());
    }

    @Test
    void whatConsumersHaveCommittedIsThereWhateverTheLevel() throws Exception {
        server.create("orders", 1);
        server.produce("orders", 1, 3);
        try (var member = server.consumer("consumer", "g", Map.of())) {
            member.subscribe(List.of("orders"));
            for (int found = 0; found < 3; )
                found += member.poll(Duration.ofSeconds(1)).count();
            member.commitSync();

            set("group.version", 0, UpgradeType.SAFE_DOWNGRADE).get();
            assertThrows(UnsupportedVersionException.class, () -> pollForEver(member));
        }
        assertEquals(3, committed());
        server.restart();
        assertEquals(3, committed());
    }

    private static void pollForEver(Consumer<?, ?> member) {
        while (true) member.poll(Duration.ofMillis(100));
    }

    private long committed() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets("g")
                .partitionsToOffsetAndMetadata()
                .get();
        return offsets.get(ORDERS).offset();
    }

    @Test
    void whatMembersOfShareGroupsHadIsDeliveredWhenTheyAreTurnedOnAgain() throws Exception {
        server.create("orders", 1);
        server.produce("orders", 1, 4);
        var group = fromTheFirst(server, "h");
        var member = group.member("implicit", "orders");
        assertEquals("v0", next(member).getFirst().value());

        set("share.version", 0, UpgradeType.SAFE_DOWNGRADE).get();
        assertThrows(UnsupportedVersionException.class, () -> {
            while (true) next(member);
        });
        member.close(Duration.ZERO);
        set("share.version", 2, UpgradeType.UPGRADE).get();

        try (var other = group.member("implicit", "orders")) {
            assertEquals(List.of("v0", "v1", "v2", "v3"), values(until(all -> all.size() >= 4, other)));
        }
    }

    @Test
    void transactionsGoOnAsTheyWereBegunWhateverBecomesOfTheLevel() throws Exception {
        server.create("orders", 1);
        try (var newer = producer("newer")) {
            begin(newer, "of level 2, committed at level 1");
            set("transaction.version", 1, UpgradeType.SAFE_DOWNGRADE).get();
            newer.commitTransaction();
            assertEquals(1, epochOf("newer"), "it has an epoch of its own");

            try (var older = producer("older")) {
                begin(older, "of level 1, committed at level 1");
                older.commitTransaction();
                older.beginTransaction();
                send(older, "of level 1, committed at level 2");
                set("transaction.version", 2, UpgradeType.UPGRADE).get();
                older.commitTransaction();
                assertEquals(0, epochOf("older"), "all of them have one");

                older.beginTransaction();
                send(older, "of who has not heard of level 2 yet, aborted");
                set("transaction.version", 0, UpgradeType.UNSAFE_DOWNGRADE).get();
                older.abortTransaction();
            }
            newer.beginTransaction();
            send(newer, "of who has not heard of level 0 yet, left open");
            server.restart();
            newer.commitTransaction();
        }
        try (var reader = server.consumer("classic", "r", Map.of("isolation.level", "read_committed"))) {
            reader.assign(List.of(ORDERS));
            var found = new ArrayList<String>();
            while (found.size() < 4) reader.poll(Duration.ofSeconds(1)).forEach(record -> found.add(record.value()));
            assertEquals(
                    List.of(
                            "of level 2, committed at level 1",
                            "of level 1, committed at level 1",
                            "of level 1, committed at level 2",
                            "of who has not heard of level 0 yet, left open"),
                    found);
            assertEquals(reader.endOffsets(Set.of(ORDERS)), Map.of(ORDERS, reader.position(ORDERS)), "nothing hangs");
        }
    }

    private KafkaProducer<String, String> producer(String id) {
        var config = Map.<String, Object>of("bootstrap.servers", server.address(), "transactional.id", id);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static void begin(KafkaProducer<String, String> producer, String value) throws Exception {
        producer.initTransactions();
        producer.beginTransaction();
        send(producer, value);
    }

    private static void send(KafkaProducer<String, String> producer, String value) throws Exception {
        producer.send(new ProducerRecord<>("orders", 0, null, value)).get();
    }

    /// What the coordinator has, once it has ended the last transaction.
    private int epochOf(String id) throws Exception {
        while (true) {
            var found = admin.describeTransactions(List.of(id)).description(id).get();
            if (found.state() == TransactionState.COMPLETE_COMMIT) return found.producerEpoch();
        }
    }

    @Test
    void whatShareGroupsCannotDeliverIsKeptFromLevelTwoOn() throws Exception {
        var features = new Features(server.broker(), Set.of());
        assertTrue(features.keepsDeadLetters());

        set("share.version", 1, UpgradeType.SAFE_DOWNGRADE).get();

        assertTrue(features.servesShareGroups());
        assertFalse(features.keepsDeadLetters());
    }

    // ---- helpers

    private Map<String, Integer> finalised() throws Exception {
        var levels = new TreeMap<String, Integer>();
        admin.describeFeatures().featureMetadata().get().finalizedFeatures().forEach((name, range) -> {
            assertEquals(range.minVersionLevel(), range.maxVersionLevel());
            levels.put(name, (int) range.maxVersionLevel());
        });
        return levels;
    }

    private long epoch() throws Exception {
        return admin.describeFeatures()
                .featureMetadata()
                .get()
                .finalizedFeaturesEpoch()
                .orElseThrow();
    }

    private KafkaFuture<Void> set(String name, int level, UpgradeType type) {
        return admin.updateFeatures(Map.of(name, new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions())
                .all();
    }

    private ApiVersionsResponseData versions(int version) throws IOException {
        var asked = new ApiVersionsRequestData().setClientSoftwareName("wire").setClientSoftwareVersion("1");
        try (var wire = wire()) {
            return wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, version, asked)
                    .data();
        }
    }

    /// Those of these that are answered so.
    private Set<ApiKeys> unsupported(Map<ApiKeys, ApiMessage> asked) throws IOException {
        var unsupported = new HashSet<ApiKeys>();
        for (var each : asked.entrySet())
            try (var wire = wire()) {
                int version = each.getKey().latestVersion();
                var answer = wire.ask(AbstractResponse.class, each.getKey(), version, each.getValue());
                if (answer.errorCounts().containsKey(Errors.UNSUPPORTED_VERSION)) unsupported.add(each.getKey());
            }
        return unsupported;
    }

    private Wire wire() throws IOException {
        var address = server.address().split(":");
        return new Wire(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
    }

    private static void assertFault(String message, KafkaFuture<?> future) {
        var failure = assertThrows(ExecutionException.class, future::get).getCause();
        assertInstanceOf(InvalidUpdateVersionException.class, failure);
        assertTrue(failure.getMessage().contains(message), failure::getMessage);
    }
}
