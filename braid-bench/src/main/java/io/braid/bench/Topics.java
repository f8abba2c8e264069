package io.braid.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/// Creates and deletes the topics of trials with Kafka's own admin client.
record Topics(String bootstrap) {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AtomicInteger TURNS = new AtomicInteger();

    /// Creates a topic for one turn, under a name that none before it had, and waits until its partitions are
    /// served. Kafka answers before it does what it was asked for. A producer that comes in between, or meets
    /// what was deleted under the same name, may have its first batch refused and a later one taken as its
    /// beginning; it then sends the first one in vain until it gives up (docs/decisions/0110).
    ///
    /// @return the topic
    String createNew(String prefix, int partitions) throws IOException, InterruptedException {
        var topic = prefix + "-" + TURNS.incrementAndGet();
        create(topic, partitions);
        var latest = new HashMap<TopicPartition, OffsetSpec>();
        for (int i = 0; i < partitions; i++) latest.put(new TopicPartition(topic, i), OffsetSpec.latest());
        try (var admin = admin()) {
            await(admin.listOffsets(latest).all()); // asks the leaders, and again where there is none
        }
        return topic;
    }

    /// Only creates it: for who times that, or takes longer to its first record than the broker to serve it.
    void create(String topic, int partitions) throws IOException, InterruptedException {
        try (var admin = admin()) {
            await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all());
        }
    }

    void delete(String topic) throws IOException, InterruptedException {
        try (var admin = admin()) {
            await(admin.deleteTopics(List.of(topic)).all());
        }
    }

    private Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    }

    private static void await(KafkaFuture<?> done) throws IOException, InterruptedException {
        try {
            done.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the server did not create, delete or serve a topic: " + e.getMessage(), e);
        }
    }
}
