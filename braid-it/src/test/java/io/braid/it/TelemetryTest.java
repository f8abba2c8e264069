package io.braid.it;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What Kafka's clients push about themselves is on the page for Prometheus.
@ExtendWith(OneServer.class)
class TelemetryTest {
    @Test
    void whatAProducerPushesIsAtMetrics(RunningServer server) throws Exception {
        var clientId = Names.fresh("telemetry");
        var subscription = new ConfigResource(Type.CLIENT_METRICS, clientId);
        try (var admin = Admin.create(Map.of("bootstrap.servers", server.kafka()));
                var http = HttpClient.newHttpClient()) {
            alter(admin, subscription, "metrics", "org.apache.kafka.producer.");
            alter(admin, subscription, "interval.ms", "100");
            alter(admin, subscription, "match", "client_id=" + clientId);
            var config = Map.<String, Object>of("bootstrap.servers", server.kafka(), "client.id", clientId);
            try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
                for (int i = 0; i < 3; i++)
                    producer.send(new ProducerRecord<>(clientId, "value")).get();

                var metrics = HttpRequest.newBuilder(server.endpoint().resolve("/metrics"))
                        .build();
                Eventually.equal(
                        true,
                        () -> http.send(metrics, BodyHandlers.ofString())
                                .body()
                                .lines()
                                .anyMatch(line -> line.startsWith("kafka_client_producer_record_send_total{")
                                        && line.contains("client_id=\"" + clientId + "\"")
                                        && line.endsWith(" 3.0")));
            }
            admin.incrementalAlterConfigs(Map.of(
                            subscription,
                            List.of("metrics", "interval.ms", "match").stream()
                                    .map(name -> new AlterConfigOp(new ConfigEntry(name, ""), OpType.DELETE))
                                    .toList()))
                    .all()
                    .get();
        }
    }

    private static void alter(Admin admin, ConfigResource subscription, String name, String value) throws Exception {
        var change = new AlterConfigOp(new ConfigEntry(name, value), OpType.SET);
        admin.incrementalAlterConfigs(Map.of(subscription, List.of(change)))
                .all()
                .get();
    }
}
