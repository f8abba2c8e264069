package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.ReplicaNotAvailableException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedByAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateDelegationTokenResponse;
import org.apache.kafka.common.requests.ExpireDelegationTokenResponse;
import org.apache.kafka.common.requests.RenewDelegationTokenResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What Kafka's own admin client is told by a healthy cluster of one node, in Kafka's words.
@Timeout(120)
class OneNodeAdminTest {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition NONE = new TopicPartition("t", 7);

    @TempDir
    private Path directory;

    private TestServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory);
        admin = server.admin();
        admin.createTopics(List.of(new NewTopic("t", 2, (short) 1))).all().get();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    @Test
    void theQuorumIsThisNode() throws Exception {
        var quorum = admin.describeMetadataQuorum().quorumInfo().get();

        assertEquals(1, quorum.leaderId());
        assertEquals(server.broker().catalogChanges(), quorum.highWatermark());
        assertEquals(1, quorum.voters().size());
        assertEquals(quorum.highWatermark(), quorum.voters().getFirst().logEndOffset());
        assertTrue(quorum.voters().getFirst().lastCaughtUpTimestamp().isPresent());
        assertEquals(List.of(), quorum.observers());
        assertEquals(
                server.listener().address().getPort(),
                quorum.nodes().get(1).endpoints().getFirst().port());
    }

    @Test
    void theQuorumsLogGrowsWithEveryChange() throws Exception {
        long before = admin.describeMetadataQuorum().quorumInfo().get().highWatermark();

        admin.createTopics(List.of(new NewTopic("u", 1, (short) 1))).all().get();

        assertEquals(
                before + 1, admin.describeMetadataQuorum().quorumInfo().get().highWatermark());
    }

    @Test
    void nodesAreNeitherAddedNorRemoved() {
        assertFault(
                BrokerIdNotRegisteredException.class,
                "Broker ID 7 is not currently registered",
                admin.unregisterBroker(7).all());
        assertFault(
                InvalidRequestException.class,
                "broker 1 is the only one",
                admin.unregisterBroker(1).all());
        assertFault(
                UnsupportedVersionException.class,
                "",
                admin.addRaftVoter(2, Uuid.randomUuid(), Set.of(new RaftVoterEndpoint("CONTROLLER", "h", 1)))
                        .all());
        assertFault(
                UnsupportedVersionException.class,
                "",
                admin.removeRaftVoter(2, Uuid.randomUuid()).all());
    }

    @Test
    void noLeaderNeedsToBeElected() throws Exception {
        for (var type : ElectionType.values()) {
            var elected =
                    admin.electLeaders(type, Set.of(FIRST, NONE)).partitions().get();

            assertInstanceOf(
                    ElectionNotNeededException.class, elected.get(FIRST).orElseThrow());
            var unknown = elected.get(NONE).orElseThrow();
            assertInstanceOf(UnknownTopicOrPartitionException.class, unknown);
            assertEquals("No such partition as t-7", unknown.getMessage());
        }
        assertEquals(
                Map.of(),
                admin.electLeaders(ElectionType.PREFERRED, null).partitions().get());
    }

    @Test
    void partitionsStayWhereTheyAre() throws Exception {
        reassign(FIRST, Optional.of(List.of(1))).get();

        assertEquals(
                Map.of(), admin.listPartitionReassignments().reassignments().get());
        assertFault(
                InvalidReplicaAssignmentException.class,
                "The manual partition assignment includes broker 2, but no such broker is registered.",
                reassign(FIRST, Optional.of(List.of(1, 2))));
        assertFault(
                InvalidReplicaAssignmentException.class,
                "The manual partition assignment includes the broker 1 more than once.",
                reassign(FIRST, Optional.of(List.of(1, 1))));
        assertFault(NoReassignmentInProgressException.class, "", reassign(FIRST, Optional.empty()));
        assertFault(
                UnknownTopicOrPartitionException.class,
                "Unable to find partition t:7.",
                reassign(NONE, Optional.of(List.of(1))));
    }

    private KafkaFuture<Void> reassign(TopicPartition partition, Optional<List<Integer>> nodes) {
        return admin.alterPartitionReassignments(Map.of(partition, nodes.map(NewPartitionReassignment::new)))
                .all();
    }

    @Test
    void thereIsOneDirectory() throws Exception {
        var directories =
                admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
        assertEquals(Set.of("data"), directories.keySet());

        move("t", 0, "data").get();
        assertFault(LogDirNotFoundException.class, "", move("t", 0, "/elsewhere"));
        assertFault(ReplicaNotAvailableException.class, "", move("t", 7, "data"));
    }

    private KafkaFuture<Void> move(String topic, int partition, String path) {
        return admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica(topic, partition, 1), path))
                .all();
    }

    @Test
    void tokensNeedALogin() {
        assertFault(
                UnsupportedByAuthenticationException.class,
                "",
                admin.createDelegationToken().delegationToken());
        assertFault(
                UnsupportedByAuthenticationException.class,
                "",
                admin.describeDelegationToken().delegationTokens());
        assertFault(
                UnsupportedByAuthenticationException.class,
                "",
                admin.renewDelegationToken(new byte[1]).expiryTimestamp());
        assertFault(
                UnsupportedByAuthenticationException.class,
                "",
                admin.expireDelegationToken(new byte[1]).expiryTimestamp());
    }

    /// As a Kafka broker answers, with a key to make tokens with and without.
    @Test
    void whoHasNotLoggedInIsToldWhoseTokenThereIsNot() throws Exception {
        var no = Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code();
        try (var wire = new Wire(server.listener().address())) {
            for (int version = 1; version <= 3; version++) {
                var asked = new CreateDelegationTokenRequestData();
                if (version == 3) asked.setOwnerPrincipalType("User").setOwnerPrincipalName("ann");
                var created =
                        wire.ask(CreateDelegationTokenResponse.class, ApiKeys.CREATE_DELEGATION_TOKEN, version, asked);
                assertEquals(
                        new CreateDelegationTokenResponseData()
                                .setErrorCode(no)
                                .setPrincipalType("User")
                                .setPrincipalName(version == 3 ? "ann" : "ANONYMOUS")
                                .setTokenRequesterPrincipalType(version == 3 ? "User" : "")
                                .setTokenRequesterPrincipalName(version == 3 ? "ANONYMOUS" : "")
                                .setIssueTimestampMs(-1)
                                .setExpiryTimestampMs(-1)
                                .setMaxTimestampMs(-1),
                        created.data());
            }
            for (int version = 1; version <= 2; version++) {
                var renewed = wire.ask(
                        RenewDelegationTokenResponse.class,
                        ApiKeys.RENEW_DELEGATION_TOKEN,
                        version,
                        new RenewDelegationTokenRequestData());
                var expired = wire.ask(
                        ExpireDelegationTokenResponse.class,
                        ApiKeys.EXPIRE_DELEGATION_TOKEN,
                        version,
                        new ExpireDelegationTokenRequestData());
                assertEquals(
                        new RenewDelegationTokenResponseData().setErrorCode(no).setExpiryTimestampMs(-1),
                        renewed.data());
                assertEquals(
                        new ExpireDelegationTokenResponseData().setErrorCode(no).setExpiryTimestampMs(-1),
                        expired.data());
            }
        }
    }

    @Test
    void thereIsNoAuthorizer() {
        assertFault(
                SecurityDisabledException.class,
                "No Authorizer is configured.",
                admin.describeAcls(AclBindingFilter.ANY).values());
        assertFault(
                SecurityDisabledException.class,
                "No Authorizer is configured.",
                admin.deleteAcls(List.of(AclBindingFilter.ANY)).all());
    }

    @Test
    void whatACreationLacksIsSaidInKafkasWords() {
        assertFault(
                InvalidReplicationFactorException.class,
                "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached"
                        + " because only 1 broker(s) are registered.",
                create(new NewTopic("n", 1, (short) 3)));
        assertFault(
                InvalidReplicationFactorException.class,
                "Replication factor must be larger than 0, or -1 to use the default value.",
                create(new NewTopic("n", 1, (short) 0)));
        assertFault(
                InvalidPartitionsException.class,
                "Number of partitions was set to an invalid non-positive value.",
                create(new NewTopic("n", 0, (short) 1)));
        assertFault(
                InvalidReplicaAssignmentException.class,
                "partitions should be a consecutive 0-based integer sequence",
                create(new NewTopic("n", Map.of(0, List.of(1), 2, List.of(1)))));
        assertFault(
                InvalidReplicaAssignmentException.class,
                "The manual partition assignment includes broker 4, but no such broker is registered.",
                create(new NewTopic("n", Map.of(0, List.of(4)))));
    }

    @Test
    void aNameIsRefusedInKafkasWords() throws Exception {
        admin.createTopics(List.of(new NewTopic("a.b", 1, (short) 1))).all().get();

        assertFault(
                InvalidTopicException.class,
                "Topic 'a_b' collides with existing topic: a.b",
                create(new NewTopic("a_b", 1, (short) 1)));
        assertFault(
                TopicExistsException.class, "Topic 'a.b' already exists.", create(new NewTopic("a.b", 1, (short) 1)));
        assertFault(
                InvalidTopicException.class,
                "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_'"
                        + " and '-'",
                create(new NewTopic("a b", 1, (short) 1)));
    }

    private KafkaFuture<Void> create(NewTopic topic) {
        return admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true))
                .all();
    }

    @Test
    void whatAGrowthLacksIsSaidInKafkasWords() throws Exception {
        grow(NewPartitions.increaseTo(5)).get();

        assertFault(
                InvalidPartitionsException.class,
                "Topic already has 2 partition(s).",
                grow(NewPartitions.increaseTo(2)));
        assertFault(
                InvalidPartitionsException.class,
                "The topic t currently has 2 partition(s); 1 would not be an increase.",
                grow(NewPartitions.increaseTo(1)));
        assertFault(
                InvalidReplicaAssignmentException.class,
                "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.",
                grow(NewPartitions.increaseTo(4, List.of(List.of(1)))));
        assertFault(InvalidPartitionsException.class, "room for", grow(NewPartitions.increaseTo(1_000_000)));
        assertEquals(
                2,
                admin.describeTopics(List.of("t"))
                        .allTopicNames()
                        .get()
                        .get("t")
                        .partitions()
                        .size());
    }

    private KafkaFuture<Void> grow(NewPartitions partitions) {
        return admin.createPartitions(Map.of("t", partitions), new CreatePartitionsOptions().validateOnly(true))
                .all();
    }

    private static void assertFault(Class<? extends Throwable> type, String message, KafkaFuture<?> future) {
        var failure = assertThrows(ExecutionException.class, future::get).getCause();
        assertInstanceOf(type, failure);
        assertTrue(failure.getMessage().contains(message), failure::getMessage);
    }
}
