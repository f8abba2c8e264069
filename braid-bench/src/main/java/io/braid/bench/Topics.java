package io.braid.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;

/// Creates and deletes the topics of trials with Kafka's own admin client.
record Topics(String bootstrap) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

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

    private static void await(KafkaFuture<Void> done) throws IOException, InterruptedException {
        try {
            done.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the server did not change a topic: " + e.getMessage(), e);
        }
    }
}
