package io.braid.kafka;

import static io.braid.kafka.ShareGroup.fromTheFirst;
import static io.braid.kafka.ShareGroup.until;
import static io.braid.kafka.ShareGroup.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// What administrators ask and set of share groups, and of groups in general.
@Timeout(120)
class ShareAdminTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    Path directory;

    private GroupServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory, ShareGroup.QUICK);
        server.create("orders", 1);
        admin = server.admin();
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        server.close();
    }

    @Test
    void clientsLearnThatThereAreShareGroups() throws Exception {
        FeatureMetadata features = admin.describeFeatures().featureMetadata().get();

        assertEquals(2, features.finalizedFeatures().get("share.version").maxVersionLevel());
    }

    @Test
    void aGroupIsListedAndDescribedAndDeletedWhenItIsEmpty() throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 3);
        try (var member = group.member("implicit", "orders")) {
            until(all -> all.size() >= 3, member);
            member.commitSync();

            assertEquals(Map.of("g", GroupType.SHARE), types(shareGroups()));
            var described = admin.describeShareGroups(List.of("g")).all().get().get("g");
            assertEquals(GroupState.STABLE, described.groupState());
            assertEquals(
                    Set.of(ORDERS),
                    described.members().iterator().next().assignment().topicPartitions());
            assertCause(
                    GroupNotEmptyException.class,
                    () -> admin.deleteShareGroups(List.of("g")).all().get());
        }

        admin.deleteShareGroups(List.of("g")).all().get();

        assertEquals(Map.of(), types(shareGroups()));
        try (var member = group.member("implicit", "orders")) {
            assertEquals(List.of("v0", "v1", "v2"), values(until(all -> all.size() >= 3, member)));
        }
    }

    @Test
    void whereAnEmptyGroupIsIsShownAndChangedAndForgotten() throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 5);
        try (var member = group.member("implicit", "orders")) {
            until(all -> all.size() >= 5, member);
            member.commitSync();
            assertCause(
                    GroupNotEmptyException.class,
                    () -> admin.alterShareGroupOffsets("g", Map.of(ORDERS, 2L))
                            .all()
                            .get());
        }
        assertEquals(0, offsets().lag().orElseThrow(), "all are accepted");

        admin.alterShareGroupOffsets("g", Map.of(ORDERS, 2L)).all().get();

        assertEquals(2, offsets().startOffset());
        assertEquals(3, offsets().lag().orElseThrow());
        try (var member = group.member("implicit", "orders")) {
            assertEquals(List.of("v2", "v3", "v4"), values(until(all -> all.size() >= 3, member)));
            member.commitSync();
        }

        admin.deleteShareGroupOffsets("g", Set.of("orders")).all().get();

        try (var member = group.member("implicit", "orders")) {
            assertEquals(5, until(all -> all.size() >= 5, member).size());
        }
    }

    @Test
    void settingsOfGroupsAreCheckedAndShownAndSurvive() throws Exception {
        new ShareGroup(server, "g").with("share.record.lock.duration.ms", "20000");
        assertCause(
                InvalidConfigurationException.class,
                () -> new ShareGroup(server, "g").with("share.record.lock.duration.ms", "999"));
        assertCause(InvalidConfigurationException.class, () -> new ShareGroup(server, "g").with("share.nosuch", "1"));
        assertCause(
                InvalidRequestException.class,
                () -> new ShareGroup(server, "").with("share.record.lock.duration.ms", "20000"));
        admin.close();

        server.restart();

        admin = server.admin();
        var shown = settings("g");
        var lock = shown.get("share.record.lock.duration.ms");
        assertEquals("20000", lock.value());
        assertEquals(ConfigSource.DYNAMIC_GROUP_CONFIG, lock.source());
        var reset = shown.get("share.auto.offset.reset");
        assertEquals("latest", reset.value());
        assertEquals(
                List.of("share.auto.offset.reset latest DEFAULT_CONFIG"),
                reset.synonyms().stream()
                        .map(value -> value.name() + " " + value.value() + " " + value.source())
                        .toList());
        assertEquals(ConfigSource.DEFAULT_CONFIG, reset.source());
        assertEquals("200", shown.get("share.heartbeat.interval.ms").value());
        assertEquals(
                ConfigSource.STATIC_BROKER_CONFIG,
                shown.get("share.heartbeat.interval.ms").source());
        assertEquals(Set.of("g"), namedResources());

        alter("g", new AlterConfigOp(new ConfigEntry("share.record.lock.duration.ms", null), OpType.DELETE));

        assertEquals("30000", settings("g").get("share.record.lock.duration.ms").value());
        assertEquals(Set.of(), namedResources());
    }

    @Test
    void onlyListsAreAppendedTo() {
        assertCause(
                InvalidConfigurationException.class,
                () -> alter("g", new AlterConfigOp(new ConfigEntry("share.session.timeout.ms", "1"), OpType.APPEND)));
    }

    private void alter(String group, AlterConfigOp change) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource(group), List.of(change)))
                .all()
                .get();
    }

    private Config settings(String group) throws Exception {
        var options = new DescribeConfigsOptions().includeSynonyms(true);
        return admin.describeConfigs(List.of(resource(group)), options)
                .all()
                .get()
                .get(resource(group));
    }

    private static ConfigResource resource(String group) {
        return new ConfigResource(ConfigResource.Type.GROUP, group);
    }

    private Set<String> namedResources() throws Exception {
        return admin
                .listConfigResources(Set.of(ConfigResource.Type.GROUP), new ListConfigResourcesOptions())
                .all()
                .get()
                .stream()
                .map(ConfigResource::name)
                .collect(Collectors.toSet());
    }

    private SharePartitionOffsetInfo offsets() throws Exception {
        var spec = new ListShareGroupOffsetsSpec().topicPartitions(List.of(ORDERS));
        return admin.listShareGroupOffsets(Map.of("g", spec))
                .partitionsToOffsetInfo("g")
                .get()
                .get(ORDERS);
    }

    private Collection<GroupListing> shareGroups() throws Exception {
        return admin.listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.SHARE)))
                .all()
                .get();
    }

    private static Map<String, GroupType> types(Collection<GroupListing> groups) {
        return groups.stream()
                .collect(Collectors.toMap(
                        GroupListing::groupId, group -> group.type().orElseThrow()));
    }

    private static void assertCause(Class<? extends Exception> expected, Executable act) {
        assertInstanceOf(expected, assertThrows(ExecutionException.class, act).getCause());
    }
}
