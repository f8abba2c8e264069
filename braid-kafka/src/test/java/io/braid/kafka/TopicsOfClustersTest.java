package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.StreamSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What administrators and tests of clusters create: topics with copies, and the coordinators' own topics.
@Timeout(120)
class TopicsOfClustersTest {
    @TempDir
    private Path directory;

    @Test
    void moreCopiesThanThereAreAreTakenAsOneIfTheServerIsSetSo() throws Exception {
        var config = new KafkaListener.Config(
                1,
                "127.0.0.1",
                0,
                new KafkaListener.AsReached(),
                new KafkaListener.Topics(true, true, true),
                KafkaListener.Limits.DEFAULT,
                Map.of());
        try (var server = TestServer.start(directory, config);
                var admin = server.admin()) {
            var wanted = new NewTopic("a", 2, (short) 3).configs(Map.of("min.insync.replicas", "2"));

            var created = admin.createTopics(List.of(wanted));

            assertEquals(1, created.replicationFactor("a").get());
            assertEquals(
                    "1", created.config("a").get().get("min.insync.replicas").value());
        }
    }

    @Test
    void topicsStayIfTheServerIsSetSoAndOldClientsAreToldInAWordTheyKnow() throws Exception {
        var standard = TestServer.config(KafkaListener.Limits.DEFAULT, true);
        var config = new KafkaListener.Config(
                1,
                standard.host(),
                standard.port(),
                standard.advertised(),
                new KafkaListener.Topics(true, false, false),
                standard.limits(),
                Map.of());
        try (var server = TestServer.start(directory, config);
                var admin = server.admin();
                var wire = new Wire(server.listener().address())) {
            admin.createTopics(List.of(new NewTopic("a", 1, (short) 1))).all().get();

            var refused = assertThrows(
                    ExecutionException.class,
                    () -> admin.deleteTopics(List.of("a")).all().get());
            var old = wire.ask(
                    DeleteTopicsResponse.class,
                    ApiKeys.DELETE_TOPICS,
                    2,
                    new DeleteTopicsRequestData().setTopicNames(List.of("a")).setTimeoutMs(1000));

            assertInstanceOf(TopicDeletionDisabledException.class, refused.getCause());
            assertEquals(Map.of(Errors.INVALID_REQUEST, 1), old.errorCounts());
            assertEquals(Set.of("a"), admin.listTopics().names().get());
        }
    }

    @Test
    void aCoordinatorsTopicMayBeCreatedBeforeItIsNeeded() throws Exception {
        try (var server = TestServer.start(directory);
                var admin = server.admin()) {
            var offsets = Topic.GROUP_METADATA_TOPIC_NAME;
            admin.createTopics(List.of(
                            new NewTopic(offsets, 3, (short) 1),
                            new NewTopic(Topic.TRANSACTION_STATE_TOPIC_NAME, Optional.empty(), Optional.empty())))
                    .all()
                    .get();

            var described =
                    admin.describeTopics(List.of(offsets)).allTopicNames().get().get(offsets);
            assertTrue(described.isInternal());
            assertEquals(3, described.partitions().size());
            assertEquals(16, partitions(server, Topic.TRANSACTION_STATE_TOPIC_NAME));
            var stream = server.broker().catalog().stream(offsets).orElseThrow();
            assertEquals("compact", server.broker().setting(stream, StreamSettings.CLEANUP_POLICY));

            var partition = new TopicPartition("a", 0);
            admin.createTopics(List.of(new NewTopic("a", 1, (short) 1))).all().get();
            try (var consumer = server.consumer(Map.of("group.id", "g"))) {
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(5)));

                assertEquals(
                        5, consumer.committed(Set.of(partition)).get(partition).offset());
            }
        }
    }

    private static int partitions(TestServer server, String topic) {
        return server.broker().catalog().stream(topic).orElseThrow().partitions();
    }
}
