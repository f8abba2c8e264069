package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsResponse;
import org.apache.kafka.common.requests.PushTelemetryResponse;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryUtils;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Gauge;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GetTelemetrySubscriptions and PushTelemetry as they are on the wire.
class TelemetryWireTest {
    private static final int BYTES_MAX = 5_000;
    private static final int ASKS_MAX = 100_000;
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private final TestClock clock = new TestClock();
    private TestServer server;
    private Wire wire;

    @BeforeEach
    void start() throws IOException {
        var config = new KafkaListener.Config(
                "127.0.0.1",
                0,
                new KafkaListener.AsReached(),
                false,
                KafkaListener.Limits.DEFAULT,
                Map.of("telemetry.max.bytes", String.valueOf(BYTES_MAX)));
        server = TestServer.start(directory, config, BrokerConfig.DEFAULT, clock);
        wire = new Wire(server.listener().address());
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        server.close();
    }

    @Test
    void withoutSubscriptionsAClientGetsAnIdAndIsAskedForNothing() throws IOException {
        var told = ask(Uuid.ZERO_UUID);

        assertNotEquals(Uuid.ZERO_UUID, told.clientInstanceId());
        assertEquals(
                new GetTelemetrySubscriptionsResponseData()
                        .setClientInstanceId(told.clientInstanceId())
                        .setSubscriptionId(told.subscriptionId())
                        .setAcceptedCompressionTypes(List.of((byte) 4, (byte) 3, (byte) 1, (byte) 2))
                        .setPushIntervalMs(300_000)
                        .setTelemetryMaxBytes(BYTES_MAX),
                told);
        assertEquals(told.clientInstanceId(), askAfter(Duration.ofMinutes(5), told.clientInstanceId()));
        assertNotEquals(told.clientInstanceId(), ask(Uuid.ZERO_UUID).clientInstanceId(), "another client");
    }

    private Uuid askAfter(Duration time, Uuid id) throws IOException {
        clock.move(time);
        return ask(id).clientInstanceId();
    }

    @Test
    void everyCodecIsTaken() throws IOException {
        subscribe(Map.of());
        var told = ask(Uuid.ZERO_UUID);
        assertEquals(List.of("*"), told.requestedMetrics());
        for (var codec : CompressionType.values()) {
            var pushed = packed(metric("of." + codec.name, codec.id), codec);
            assertEquals(Errors.NONE, push(told, codec.id, pushed), codec.name);

            assertTrue(
                    page().contains("kafka_client_of_%s{client_id=\"wire\",client_instance_id=\"%s\"} %d.0\n"
                            .formatted(codec.name, told.clientInstanceId(), codec.id)),
                    page());
            clock.move(INTERVAL);
        }
    }

    @Test
    void aClientIsMatchedByWhatItSaysOfItsSoftware() throws IOException {
        subscribe(Map.of("match", "client_software_name=wire-soft,client_software_version=1\\..*,client_id=w.*"));
        assertEquals(List.of(), ask(Uuid.ZERO_UUID).requestedMetrics());

        wire.ask(
                ApiVersionsResponse.class,
                ApiKeys.API_VERSIONS,
                4,
                new ApiVersionsRequestData().setClientSoftwareName("wire-soft").setClientSoftwareVersion("1.2"));

        var told = ask(Uuid.ZERO_UUID);
        assertEquals(List.of("*"), told.requestedMetrics());
        push(told, 0, metric("x", 1));
        assertTrue(page().contains("client_software_name=\"wire-soft\",client_software_version=\"1.2\""), page());
    }

    @Test
    void whoComesTooEarlyIsToldSo() throws IOException {
        subscribe(Map.of());
        var told = ask(Uuid.ZERO_UUID);

        assertEquals(
                Errors.THROTTLING_QUOTA_EXCEEDED.code(),
                ask(told.clientInstanceId()).errorCode());
        assertEquals(Errors.NONE, push(told, 0, metric("x", 1)));
        assertEquals(Errors.THROTTLING_QUOTA_EXCEEDED, push(told, 0, metric("x", 2)));
        assertTrue(page().contains("} 1.0\n"), page());
        assertEquals(Errors.NONE, pushLast(told, metric("x", 3)));
        assertTrue(page().contains("} 3.0\n"), page());
        clock.move(INTERVAL);
        assertEquals(Errors.INVALID_REQUEST, push(told, 0, metric("x", 4)), "it said that it would leave");
    }

    @Test
    void badPushesAreNamedAndTakeNothing() throws IOException {
        subscribe(Map.of());
        var told = ask(Uuid.ZERO_UUID);

        assertEquals(
                Errors.INVALID_REQUEST, push(told.duplicate().setClientInstanceId(Uuid.ZERO_UUID), 0, metric("x", 1)));
        assertEquals(
                Errors.INVALID_REQUEST, push(told.duplicate().setClientInstanceId(Uuid.ONE_UUID), 0, metric("x", 1)));
        assertEquals(
                Errors.UNKNOWN_SUBSCRIPTION_ID,
                push(told.duplicate().setSubscriptionId(told.subscriptionId() + 1), 0, metric("x", 1)));
        ask(told.clientInstanceId());
        assertEquals(Errors.UNSUPPORTED_COMPRESSION_TYPE, push(told, 5, metric("x", 1)));
        ask(told.clientInstanceId());
        assertEquals(Errors.UNSUPPORTED_COMPRESSION_TYPE, push(told, -1, metric("x", 1)));
        ask(told.clientInstanceId());
        assertEquals(Errors.TELEMETRY_TOO_LARGE, push(told, 0, ByteBuffer.allocate(BYTES_MAX + 1)));
        clock.move(INTERVAL);
        var bomb = packed(metric("x".repeat(BYTES_MAX), 1), CompressionType.ZSTD);
        assertTrue(bomb.remaining() < 200);
        assertEquals(Errors.TELEMETRY_TOO_LARGE, push(told, CompressionType.ZSTD.id, bomb));
        for (int codec = 0; codec <= 4; codec++) {
            clock.move(INTERVAL);
            var noise = ByteBuffer.wrap(new byte[] {-1, 2, 77, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18});
            assertEquals(Errors.INVALID_RECORD, push(told, codec, noise), "codec " + codec);
        }

        clock.move(INTERVAL);
        assertFalse(page().contains("kafka_client_"), page());
        assertEquals(Errors.NONE, push(told, 0, ByteBuffer.allocate(0)), "nothing to tell");
        assertFalse(page().contains("kafka_client_"), page());
    }

    @Test
    void whoConnectsAgainMayAskAgainAndKeepsItsNumbers() throws IOException {
        subscribe(Map.of());
        var told = ask(Uuid.ZERO_UUID);
        push(told, 0, metric("x", 1));
        wire.close();
        wire = new Wire(server.listener().address());

        assertTrue(page().contains("kafka_client_x{"), page());
        assertEquals(
                told.subscriptionId(), eventuallyAsked(told.clientInstanceId()).subscriptionId());
    }

    /// The server hears of the end of a connection when it hears of it.
    private GetTelemetrySubscriptionsResponseData eventuallyAsked(Uuid id) throws IOException {
        var told = ask(id);
        for (int i = 0; i < ASKS_MAX && told.errorCode() == Errors.THROTTLING_QUOTA_EXCEEDED.code(); i++)
            told = ask(id);
        assertEquals(Errors.NONE.code(), told.errorCode());
        return told;
    }

    private void subscribe(Map<String, String> more) throws IOException {
        var settings =
                new HashMap<String, String>(Map.of("metrics", "*", "interval.ms", String.valueOf(INTERVAL.toMillis())));
        settings.putAll(more);
        server.broker().configureClientMetrics("s", _ -> settings);
    }

    private GetTelemetrySubscriptionsResponseData ask(Uuid id) throws IOException {
        return wire.ask(
                        GetTelemetrySubscriptionsResponse.class,
                        ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                        0,
                        new GetTelemetrySubscriptionsRequestData().setClientInstanceId(id))
                .data();
    }

    private Errors push(GetTelemetrySubscriptionsResponseData told, int codec, ByteBuffer metrics) throws IOException {
        return push(request(told, metrics).setCompressionType((byte) codec));
    }

    private Errors pushLast(GetTelemetrySubscriptionsResponseData told, ByteBuffer metrics) throws IOException {
        return push(request(told, metrics).setTerminating(true));
    }

    private static PushTelemetryRequestData request(GetTelemetrySubscriptionsResponseData told, ByteBuffer metrics) {
        return new PushTelemetryRequestData()
                .setClientInstanceId(told.clientInstanceId())
                .setSubscriptionId(told.subscriptionId())
                .setMetrics(metrics);
    }

    private Errors push(PushTelemetryRequestData push) throws IOException {
        var answer = wire.ask(PushTelemetryResponse.class, ApiKeys.PUSH_TELEMETRY, 0, push);
        return Errors.forCode(answer.data().errorCode());
    }

    private static ByteBuffer metric(String name, double value) {
        var gauge =
                Gauge.newBuilder().addDataPoints(NumberDataPoint.newBuilder().setAsDouble(value));
        var metric = Metric.newBuilder().setName(name).setGauge(gauge);
        return ByteBuffer.wrap(MetricsData.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .addScopeMetrics(ScopeMetrics.newBuilder().addMetrics(metric)))
                .build()
                .toByteArray());
    }

    /// As Kafka's clients do it.
    private static ByteBuffer packed(ByteBuffer metrics, CompressionType codec) throws IOException {
        return ClientTelemetryUtils.compress(MetricsData.parseFrom(metrics), codec);
    }

    private String page() {
        var page = new StringBuilder();
        server.listener().writeMetrics(page);
        return page.toString();
    }
}
