package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The number by which clients know the node: it is a setting, and nothing that is kept depends on it.
@Timeout(120)
class NodeNumberTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    private Path directory;

    @Test
    void clientsAreToldTheNumberThatIsSet() throws Exception {
        try (var server = start(0);
                var admin = server.admin()) {
            admin.createTopics(List.of(new NewTopic("orders", Map.of(0, List.of(0)))))
                    .all()
                    .get();

            var node = admin.describeCluster().controller().get();
            var leader = admin.describeTopics(List.of("orders"))
                    .allTopicNames()
                    .get()
                    .get("orders")
                    .partitions()
                    .getFirst()
                    .leader();
            var broker = new ConfigResource(ConfigResource.Type.BROKER, "0");
            var settings = admin.describeConfigs(List.of(broker)).all().get().get(broker);

            assertEquals(0, node.id());
            assertEquals(node, leader);
            assertEquals("0", settings.get("node.id").value());
            assertEquals(0, admin.describeMetadataQuorum().quorumInfo().get().leaderId());
        }
    }

    @Test
    void anotherNumberFindsAllThatIsKept() throws Exception {
        try (var server = start(3);
                var producer = server.producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", 0, null, "kept".getBytes()));
            producer.sendOffsetsToTransaction(Map.of(ORDERS, new OffsetAndMetadata(1)), group(server));
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", 0, null, "left open".getBytes()))
                    .get();
        }
        try (var server = start(8);
                var producer = server.producer(Map.of("transactional.id", "t"));
                var consumer = server.consumer(Map.of("group.id", "g", "isolation.level", "read_committed"))) {
            producer.initTransactions(); // ends what the other number left open
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", 0, null, "more".getBytes()));
            producer.commitTransaction();
            consumer.assign(List.of(ORDERS));

            assertEquals(1, consumer.committed(Set.of(ORDERS)).get(ORDERS).offset());
            assertEquals("more", new String(next(consumer)));
        }
    }

    @Test
    void aNumberBelowZeroIsRefused() {
        var standard = KafkaListener.Config.DEFAULT;

        assertThrows(IllegalArgumentException.class, () -> config(-1, standard));
    }

    private static ConsumerGroupMetadata group(TestServer server) {
        try (var consumer = server.consumer(Map.of("group.id", "g"))) {
            return consumer.groupMetadata();
        }
    }

    private static byte[] next(KafkaConsumer<byte[], byte[]> consumer) {
        while (true) for (var record : consumer.poll(Duration.ofSeconds(1))) return record.value();
    }

    private TestServer start(int nodeId) throws IOException {
        return TestServer.start(directory, config(nodeId, TestServer.config(KafkaListener.Limits.DEFAULT, true)));
    }

    private static KafkaListener.Config config(int nodeId, KafkaListener.Config like) {
        return new KafkaListener.Config(
                nodeId, like.host(), like.port(), like.advertised(), like.topics(), like.limits(), like.coordinators());
    }
}
