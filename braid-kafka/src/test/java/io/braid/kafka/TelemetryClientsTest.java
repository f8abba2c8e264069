package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Telemetry with Kafka's own clients and its administrator.
class TelemetryClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);

    @TempDir
    private Path directory;

    private GroupServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory, Map.of());
        admin = server.admin();
        server.create("t", 1);
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        server.close();
    }

    @Test
    void producersAndConsumersPushWhatIsSubscribedTo() throws Exception {
        set("sent", "metrics", "org.apache.kafka.producer.record.send.total", "interval.ms", "100");
        set("fetched", "metrics", "org.apache.kafka.consumer.fetch.manager.", "interval.ms", "100");
        try (var producer = producer("p-1");
                var consumer = server.consumer("consumer", "g", Map.of("client.id", "c-1"))) {
            for (int i = 0; i < 7; i++)
                producer.send(new ProducerRecord<>("t", "v" + i)).get();
            consumer.subscribe(List.of("t"));
            int read = 0;
            while (read < 7) read += consumer.poll(POLL).count();

            poll(() -> series("kafka_client_producer_record_send_total", "client_id=\"p-1\"", "7.0"), () -> {});
            poll(
                    () -> series(
                            "kafka_client_consumer_fetch_manager_records_consumed_total",
                            "topic=\"t\"",
                            "client_id=\"c-1\"",
                            "7.0"),
                    () -> consumer.poll(POLL));
            var id = producer.clientInstanceId(PATIENCE);
            assertTrue(series("kafka_client_producer_record_send_total", "client_instance_id=\"" + id + "\""));
            assertTrue(series("kafka_client_info", "client_id=\"c-1\"", "group_id=\"g\"", "apache-kafka-java"));
            assertTrue(server.metrics().contains("# TYPE kafka_client_producer_record_send_total counter\n"));
            assertTrue(
                    server.metrics()
                            .lines()
                            .filter(line -> line.startsWith("kafka_client_producer"))
                            .allMatch(line -> line.startsWith("kafka_client_producer_record_send_total")),
                    server.metrics());
        }
    }

    @Test
    void withNoSubscriptionNobodyPushes() throws Exception {
        try (var producer = producer("p-1")) {
            producer.send(new ProducerRecord<>("t", "v")).get();
            assertTrue(producer.clientInstanceId(PATIENCE) != null, "it has asked");
        }

        assertTrue(server.metrics().contains("braid_kafka_telemetry_pushes_total 0\n"), server.metrics());
        assertFalse(server.metrics().contains("kafka_client_"), server.metrics());
    }

    @Test
    void subscriptionsOutliveARestart() throws Exception {
        set("sent", "metrics", "org.apache.kafka.producer.record.send.total", "interval.ms", "100");
        try (var producer = producer("p-1")) {
            producer.send(new ProducerRecord<>("t", "v")).get();
            poll(() -> series("kafka_client_producer_record_send_total", "1.0"), () -> {});

            server.restart();

            poll(() -> series("kafka_client_producer_record_send_total", "client_id=\"p-1\"", "1.0"), () -> {});
        }
        assertEquals(Set.of("sent"), names());
        assertEquals(
                Map.of(
                        "metrics",
                        "org.apache.kafka.producer.record.send.total DYNAMIC_CLIENT_METRICS_CONFIG",
                        "interval.ms",
                        "100 DYNAMIC_CLIENT_METRICS_CONFIG",
                        "match",
                        " DEFAULT_CONFIG"),
                described("sent"));
    }

    @Test
    void subscriptionsAreAdministeredAsWithKafka() throws Exception {
        assertEquals(
                Map.of(
                        "metrics",
                        " DEFAULT_CONFIG",
                        "interval.ms",
                        "300000 DEFAULT_CONFIG",
                        "match",
                        " DEFAULT_CONFIG"),
                described("none"));
        set("s", "metrics", "a");
        alter("s", new AlterConfigOp(new ConfigEntry("metrics", "b,c"), OpType.APPEND));
        alter("s", new AlterConfigOp(new ConfigEntry("metrics", "a"), OpType.SUBTRACT));
        assertEquals("b,c DYNAMIC_CLIENT_METRICS_CONFIG", described("s").get("metrics"));
        assertEquals(Set.of("s"), names());
        assertEquals(List.of("s"), legacyNames());

        refused(InvalidRequestException.class, "s", "interval.ms", "99");
        refused(InvalidRequestException.class, "s", "interval", "100");
        refused(InvalidConfigurationException.class, "s", "interval.ms", "often");
        refused(InvalidConfigurationException.class, "s", "match", "client=x");
        refused(InvalidConfigurationException.class, "s", "match", "client_id=(");
        refused(InvalidRequestException.class, "", "metrics", "a");
        assertEquals(Set.of("metrics"), server.broker().clientMetrics().of("s").keySet());

        alter("s", new AlterConfigOp(new ConfigEntry("metrics", ""), OpType.DELETE));
        assertEquals(Set.of(), names());
    }

    private KafkaProducer<String, String> producer(String clientId) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", server.address(), "client.id", clientId, "enable.metrics.push", true),
                new StringSerializer(),
                new StringSerializer());
    }

    private void set(String subscription, String... settings) throws Exception {
        var changes = new ArrayList<AlterConfigOp>();
        for (int i = 0; i < settings.length; i += 2)
            changes.add(new AlterConfigOp(new ConfigEntry(settings[i], settings[i + 1]), OpType.SET));
        alter(subscription, changes.toArray(AlterConfigOp[]::new));
    }

    private void alter(String subscription, AlterConfigOp... changes) throws Exception {
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(Type.CLIENT_METRICS, subscription), List.of(changes)))
                .all()
                .get();
    }

    private void refused(Class<? extends Exception> why, String subscription, String name, String value) {
        var refused = assertThrows(ExecutionException.class, () -> set(subscription, name, value));
        assertInstanceOf(why, refused.getCause());
    }

    private Map<String, String> described(String subscription) throws Exception {
        var resource = new ConfigResource(Type.CLIENT_METRICS, subscription);
        var settings = new TreeMap<String, String>();
        for (var entry : admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .entries()) settings.put(entry.name(), entry.value() + " " + entry.source());
        return settings;
    }

    private Set<String> names() throws Exception {
        return admin
                .listConfigResources(Set.of(Type.CLIENT_METRICS), new ListConfigResourcesOptions())
                .all()
                .get()
                .stream()
                .map(ConfigResource::name)
                .collect(Collectors.toSet());
    }

    /// By the API that was there first, which knows of nothing else.
    @SuppressWarnings({"deprecation", "removal"})
    private List<String> legacyNames() throws Exception {
        return admin.listClientMetricsResources().all().get().stream()
                .map(org.apache.kafka.clients.admin.ClientMetricsResourceListing::name)
                .toList();
    }

    /// Whether one line of the page begins so and has all of these.
    private boolean series(String name, String... parts) {
        return server.metrics()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains));
    }

    private void poll(BooleanSupplier condition, Runnable meanwhile) {
        var deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), server.metrics());
            meanwhile.run();
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
