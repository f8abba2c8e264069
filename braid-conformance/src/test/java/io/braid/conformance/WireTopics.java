package io.braid.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.server.IntegrationTestUtils;
import scala.jdk.javaapi.CollectionConverters;

/// What Kafka's wire-level tests do inside of a broker although a client can do it, too: done as a client. The methods
/// stand in for those of the same name and type in their classes ([KafkaPatches]).
public final class WireTopics {
    private WireTopics() {}

    /// As many partitions as the coordinator is set to.
    public static void createOffsetsTopic(ClusterInstance cluster) {
        create(cluster, new NewTopic(Topic.GROUP_METADATA_TOPIC_NAME, Optional.empty(), Optional.empty()));
    }

    public static void createTransactionStateTopic(ClusterInstance cluster) {
        create(cluster, new NewTopic(Topic.TRANSACTION_STATE_TOPIC_NAME, Optional.empty(), Optional.empty()));
    }

    public static Uuid createTopic(ClusterInstance cluster, String topic, int partitions) {
        create(cluster, new NewTopic(topic, partitions, (short) 1));
        return ids(cluster).get(topic);
    }

    /// @return the leader of each partition
    public static scala.collection.immutable.Map<TopicIdPartition, Object> createTopicAndReturnLeaders(
            ClusterInstance cluster, String topic, int partitions, int replication, Properties settings) {
        var configs = new HashMap<String, String>();
        settings.stringPropertyNames().forEach(name -> configs.put(name, settings.getProperty(name)));
        create(cluster, new NewTopic(topic, partitions, (short) replication).configs(configs));
        int node = cluster.brokerIds().iterator().next();
        var id = ids(cluster).get(topic);
        var leaders = new HashMap<TopicIdPartition, Object>();
        for (int index = 0; index < partitions; index++)
            leaders.put(new TopicIdPartition(id, new TopicPartition(topic, index)), node);
        return scala(leaders);
    }

    public static boolean isUnstableApiEnabled(ClusterInstance cluster) {
        return false;
    }

    public static Map<String, Uuid> getTopicIds(ClusterInstance cluster) {
        return ids(cluster);
    }

    /// Whether assignments of consumer groups wait for more changes, as they do unless the test says otherwise.
    public static boolean isConsumerAssignmentBatchingEnabled(ClusterInstance cluster) {
        return !cluster.config()
                .serverProperties()
                .getOrDefault("group.consumer.assignment.interval.ms", "1000")
                .equals("0");
    }

    public static String bootstrapServers(ClusterInstance cluster) {
        return cluster.bootstrapServers();
    }

    /// To the only broker, whatever its number.
    public static Socket connect(ClusterInstance cluster, int broker) {
        try {
            return new Socket(
                    InetAddress.getLoopbackAddress(), cluster.brokerBoundPorts().getFirst());
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    public static AbstractResponse connectAndReceive(ClusterInstance cluster, AbstractRequest request, int broker) {
        try {
            return IntegrationTestUtils.connectAndReceive(
                    request, cluster.brokerBoundPorts().getFirst());
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static void create(ClusterInstance cluster, NewTopic topic) {
        try (var admin = cluster.admin()) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException | InterruptedException cause) {
            throw new IllegalStateException(cause);
        }
    }

    private static Map<String, Uuid> ids(ClusterInstance cluster) {
        try (var admin = cluster.admin()) {
            var ids = new HashMap<String, Uuid>();
            for (var topic : admin.listTopics().listings().get()) ids.put(topic.name(), topic.topicId());
            return ids;
        } catch (ExecutionException | InterruptedException cause) {
            throw new IllegalStateException(cause);
        }
    }

    private static <K, V> scala.collection.immutable.Map<K, V> scala(Map<K, V> map) {
        return scala.collection.immutable.Map.from(CollectionConverters.asScala(map));
    }
}
