package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What administrators ask about groups, with Kafka's own Admin client.
@Timeout(120)
class GroupAdminTest {
    private static final TopicPartition ORDERS_0 = new TopicPartition("orders", 0);
    private static final TopicPartition ORDERS_1 = new TopicPartition("orders", 1);

    @TempDir
    Path directory;

    private GroupServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory, Map.of());
        admin = server.admin();
        server.create("orders", 2);
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        server.close();
    }

    @Test
    void groupsAreListedByTypeStateAndProtocol() throws Exception {
        try (var _ = member("classic", "old");
                var _ = member("consumer", "new")) {
            admin.alterConsumerGroupOffsets("idle", Map.of(ORDERS_0, new OffsetAndMetadata(1)))
                    .all()
                    .get();

            assertEquals(Set.of("old", "new", "idle"), list(new ListGroupsOptions()));
            assertEquals(Set.of("new"), list(new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER))));
            assertEquals(Set.of("old", "idle"), list(new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC))));
            assertEquals(Set.of("idle"), list(new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY))));
            assertEquals(Set.of("old", "new", "idle"), list(ListGroupsOptions.forConsumerGroups()));
            assertEquals(Set.of(), list(ListGroupsOptions.forShareGroups()));
        }
    }

    @Test
    void groupsOfBothTypesAreDescribed() throws Exception {
        try (var _ = member("classic", "old");
                var _ = member("consumer", "new")) {
            var described = admin.describeConsumerGroups(
                            List.of("old", "new"),
                            new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                    .all()
                    .get();

            for (var group : described.values()) {
                assertEquals(GroupState.STABLE, group.groupState());
                assertEquals(
                        Set.of(ORDERS_0, ORDERS_1),
                        group.members().iterator().next().assignment().topicPartitions());
                assertEquals(
                        Set.of(
                                AclOperation.READ,
                                AclOperation.DESCRIBE,
                                AclOperation.DELETE,
                                AclOperation.DESCRIBE_CONFIGS,
                                AclOperation.ALTER_CONFIGS),
                        group.authorizedOperations());
                assertEquals(
                        server.address(),
                        group.coordinator().host() + ":" + group.coordinator().port());
            }
            assertEquals(GroupType.CLASSIC, described.get("old").type());
            assertEquals(GroupType.CONSUMER, described.get("new").type());
            assertEquals("range", described.get("old").partitionAssignor());
        }
    }

    @Test
    void offsetsAreSetReadAndDeleted() throws Exception {
        var offsets = Map.of(ORDERS_0, new OffsetAndMetadata(3, "three"), ORDERS_1, new OffsetAndMetadata(4));
        admin.alterConsumerGroupOffsets("g", offsets).all().get();
        assertEquals(offsets, offsets("g"));

        admin.deleteConsumerGroupOffsets("g", Set.of(ORDERS_0)).all().get();

        assertEquals(Map.of(ORDERS_1, new OffsetAndMetadata(4)), offsets("g"));
    }

    @Test
    void manyGroupsOffsetsAreReadAtOnce() throws Exception {
        admin.alterConsumerGroupOffsets("a", Map.of(ORDERS_0, new OffsetAndMetadata(1)))
                .all()
                .get();
        admin.alterConsumerGroupOffsets("b", Map.of(ORDERS_1, new OffsetAndMetadata(2)))
                .all()
                .get();

        var spec = new ListConsumerGroupOffsetsSpec();
        var found = admin.listConsumerGroupOffsets(Map.of("a", spec, "b", spec, "c", spec))
                .all()
                .get();

        assertEquals(
                Map.of(
                        "a",
                        Map.of(ORDERS_0, new OffsetAndMetadata(1)),
                        "b",
                        Map.of(ORDERS_1, new OffsetAndMetadata(2)),
                        "c",
                        Map.of()),
                found);
    }

    @Test
    void offsetsOfPartitionsThatAreNotThereAreRefused() {
        var missing = new TopicPartition("orders", 2);
        var asked = admin.alterConsumerGroupOffsets("g", Map.of(missing, new OffsetAndMetadata(1)));

        var failure = assertThrows(
                ExecutionException.class, () -> asked.partitionResult(missing).get());

        assertInstanceOf(UnknownTopicOrPartitionException.class, failure.getCause());
    }

    @Test
    void aGroupIsDeletedWhenItIsEmpty() throws Exception {
        try (var member = member("classic", "g")) {
            member.commitSync(Map.of(ORDERS_0, new OffsetAndMetadata(1)));
            assertFails(
                    GroupNotEmptyException.class,
                    admin.deleteConsumerGroups(List.of("g")).all());
        }

        admin.deleteConsumerGroups(List.of("g")).all().get();

        assertEquals(Set.of(), list(new ListGroupsOptions()));
        assertEquals(Map.of(), offsets("g"));
        assertFails(
                GroupIdNotFoundException.class,
                admin.deleteConsumerGroups(List.of("g")).all());
        assertFails(
                GroupIdNotFoundException.class,
                admin.describeConsumerGroups(List.of("g")).all());
    }

    @Test
    void membersAreRemoved() throws Exception {
        try (var _ = member("classic", "g")) {
            admin.removeMembersFromConsumerGroup("g", new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get();

            assertEquals(
                    GroupState.EMPTY,
                    admin.describeConsumerGroups(List.of("g"))
                            .all()
                            .get()
                            .get("g")
                            .groupState());
        }
    }

    @Test
    void aDeletedTopicTakesItsOffsetsWithItEvenIfItsNameIsUsedAgain() throws Exception {
        admin.alterConsumerGroupOffsets("g", Map.of(ORDERS_0, new OffsetAndMetadata(5)))
                .all()
                .get();

        admin.deleteTopics(List.of("orders")).all().get();
        server.create("orders", 2);

        assertEquals(Map.of(), offsets("g"));
    }

    @Test
    void aTopicDeletedBeforeAnybodyAskedForGroupsTakesItsOffsetsToo() throws Exception {
        admin.alterConsumerGroupOffsets("g", Map.of(ORDERS_0, new OffsetAndMetadata(5)))
                .all()
                .get();
        server.restart();

        admin.deleteTopics(List.of("orders")).all().get();
        server.create("orders", 2);

        assertEquals(Map.of(), offsets("g"));
    }

    @Test
    void nobodyChangesTheStreamThatGroupsAreKeptIn() throws Exception {
        var partition = new TopicPartition(GroupCoordination.STREAM, 0);
        admin.alterConsumerGroupOffsets("g", Map.of(ORDERS_0, new OffsetAndMetadata(5)))
                .all()
                .get();

        assertFails(
                InvalidRequestException.class,
                admin.deleteTopics(List.of(GroupCoordination.STREAM)).all());
        assertFails(
                InvalidRequestException.class,
                admin.createPartitions(Map.of(GroupCoordination.STREAM, NewPartitions.increaseTo(17)))
                        .all());
        assertFails(
                InvalidTopicException.class,
                admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(0)))
                        .all());
    }

    private KafkaConsumer<String, String> member(String protocol, String group) {
        var member = server.consumer(protocol, group, Map.of());
        member.subscribe(List.of("orders"));
        while (member.assignment().isEmpty()) member.poll(Duration.ofMillis(200));
        return member;
    }

    private Set<String> list(ListGroupsOptions options) throws Exception {
        return admin.listGroups(options).all().get().stream()
                .map(GroupListing::groupId)
                .collect(Collectors.toSet());
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
    }

    private static void assertFails(Class<? extends Exception> with, KafkaFuture<?> future) {
        assertInstanceOf(
                with, assertThrows(ExecutionException.class, future::get).getCause());
    }
}
