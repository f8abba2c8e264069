package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Limits of connections, on sockets; the clock stands still.
@Timeout(120)
class ConnectionLimitsTest {
    private static final String REFUSED = "braid_kafka_connections_refused_total{reason=\"%s\"} %d\n";

    private final TestClock clock = new TestClock();
    private final List<Wire> wires = new ArrayList<>();

    @TempDir
    private Path directory;

    private TestServer server;

    @AfterEach
    void stop() throws IOException {
        for (var wire : wires) wire.close();
        server.close();
    }

    @Test
    void oneMoreThanAnAddressMayHaveIsClosedAndCounted() throws Exception {
        start(Map.of("max.connections.per.ip", "1", "max.connections.per.ip.overrides", "127.0.0.1:2"));
        var first = connect();
        assertServed(first);
        assertServed(connect());

        assertTrue(connect().isClosedByServer());
        assertRefused("address_connections", 1);
        assertEquals("2", openConnections());

        first.close();
        while (!openConnections().equals("1")) Thread.onSpinWait();
        assertServed(connect());
    }

    @Test
    void whoConnectsTooOftenIsClosedAndAHigherQuotaCountsAtOnce() throws Exception {
        start(Map.of("quota.window.num", "2"));
        try (var admin = server.admin()) {
            set(admin, 20.0);
            for (int i = 0; i < 20; i++) assertServed(connect());

            var open = openConnections();
            assertTrue(connect().isClosedByServer());
            assertRefused("address_rate", 1);
            assertEquals(open, openConnections());

            set(admin, 40.0);
            assertServed(connect());
        }
    }

    @Test
    void theListenersRateMakesConnectionsWait() throws Exception {
        start(Map.of("quota.window.num", "2", "max.connection.creation.rate", "20"));

        for (int i = 0; i < 21; i++) assertServed(connect());

        assertTrue(metrics().contains("braid_kafka_connections_delayed_total 1\n"), metrics());
    }

    @Test
    void limitsThatAreSetWhileTheServerRunsCountAtOnce() throws Exception {
        start(Map.of());
        try (var admin = server.admin()) {
            var own = new ConfigResource(ConfigResource.Type.BROKER, "1");
            assertServed(connect());

            alter(admin, own, "max.connections.per.ip.overrides", "127.0.0.1:1");
            assertTrue(connect().isClosedByServer());

            alter(admin, own, "max.connections.per.ip.overrides", "10.0.0.1:1");
            assertServed(connect());

            var unknown = assertThrows(
                    ExecutionException.class,
                    () -> alter(admin, own, "max.connections.per.ip.overrides", "no-such-host.invalid:1"));
            assertEquals(
                    "max.connections.per.ip.overrides: there is no host no-such-host.invalid",
                    unknown.getCause().getMessage());
        }
    }

    private static void alter(Admin admin, ConfigResource resource, String name, String value) throws Exception {
        var change = new AlterConfigOp(new ConfigEntry(name, value), OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
    }

    private void start(Map<String, String> settings) throws IOException {
        var config = new KafkaListener.Config(
                "127.0.0.1", 0, new KafkaListener.AsReached(), true, KafkaListener.Limits.DEFAULT, settings);
        server = TestServer.start(directory, config, BrokerConfig.DEFAULT, clock);
    }

    private Wire connect() throws IOException {
        var wire = new Wire(server.listener().address());
        wires.add(wire);
        return wire;
    }

    private static void assertServed(Wire wire) throws IOException {
        var answer = wire.ask(MetadataResponse.class, ApiKeys.METADATA, 9, new MetadataRequestData());
        assertEquals(1, answer.brokers().size());
    }

    private static void set(Admin admin, double rate) throws Exception {
        var home = new ClientQuotaEntity(Map.of(ClientQuotaEntity.IP, "127.0.0.1"));
        var change = new ClientQuotaAlteration.Op("connection_creation_rate", rate);
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(home, List.of(change))))
                .all()
                .get();
    }

    private void assertRefused(String reason, int times) {
        assertTrue(metrics().contains(REFUSED.formatted(reason, times)), metrics());
    }

    private String openConnections() {
        return metrics()
                .lines()
                .filter(line -> line.startsWith("braid_kafka_connections "))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .findFirst()
                .orElseThrow();
    }

    private String metrics() {
        var page = new StringBuilder();
        server.listener().writeMetrics(page);
        return page.toString();
    }
}
