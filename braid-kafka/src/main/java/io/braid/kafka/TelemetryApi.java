package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Payloads;
import io.braid.kafka.ClientInstances.Client;
import io.braid.kafka.ClientInstances.Push;
import io.braid.log.Compression;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsResponse;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.PushTelemetryResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;

/// Metrics of clients (KIP-714): GetTelemetrySubscriptions tells a client what to push,
/// PushTelemetry takes it for [ClientMetrics]. Who may push what and when is said by
/// [ClientInstances].
final class TelemetryApi {
    private static final Logger LOG = System.getLogger(TelemetryApi.class.getName());

    /// Pushes that are taken apart at once: a small one may claim to be large, and becomes larger
    /// as objects.
    private static final int PARSED_MAX = 2;

    /// By their numbers in Kafka's protocol, which are those of batches.
    private static final List<Compression> CODECS =
            List.of(Compression.NONE, Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD);

    /// The order is a wish: the first that a client can.
    private static final List<Byte> ACCEPTED = List.of((byte) 4, (byte) 3, (byte) 1, (byte) 2);

    private final int bytesMax;
    private final ClientInstances instances;
    private final ClientMetrics metrics;
    private final Semaphore parsing = new Semaphore(PARSED_MAX);

    TelemetryApi(Broker broker, TelemetrySettings settings, InstantSource clock, RandomGenerator random) {
        this.bytesMax = settings.bytesMax();
        this.instances = new ClientInstances(
                broker::clientMetrics,
                bytesMax,
                ClientInstances.INSTANCES_MAX,
                clock,
                new SplittableRandom(random.nextLong()));
        this.metrics = new ClientMetrics(ClientMetrics.Limits.DEFAULT, clock);
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, 0, 0, this::subscriptions)
                .serve(ApiKeys.PUSH_TELEMETRY, 0, 0, this::push);
    }

    /// A connection has ended.
    void disconnected(String connection) {
        instances.disconnected(connection);
    }

    /// What clients have pushed, in Prometheus' text format.
    void writeTo(StringBuilder page) {
        metrics.writeTo(page);
    }

    // ---- GetTelemetrySubscriptions

    /// Counters are wanted as they are (cumulative), where Kafka wants what they grew by: so a
    /// push that is lost, here or on its way, loses nothing.
    private Answer subscriptions(Request request) {
        var asked = ((GetTelemetrySubscriptionsRequest) request.body()).data().clientInstanceId();
        var id = asked.equals(Uuid.ZERO_UUID) ? instances.fresh() : asked;
        var verdict = instances.ask(id, client(id, request.context()));
        var data = new GetTelemetrySubscriptionsResponseData()
                .setErrorCode(verdict.error().code());
        if (verdict.error() == Errors.NONE)
            data.setClientInstanceId(id)
                    .setSubscriptionId(verdict.wanted().id())
                    .setRequestedMetrics(verdict.wanted().metrics())
                    .setPushIntervalMs(verdict.wanted().intervalMillis())
                    .setAcceptedCompressionTypes(ACCEPTED)
                    .setTelemetryMaxBytes(bytesMax)
                    .setDeltaTemporality(false);
        return Answer.of(new GetTelemetrySubscriptionsResponse(data));
    }

    private static Client client(Uuid id, RequestContext context) {
        var attributes = new HashMap<String, String>();
        attributes.put(ClientMetricsConfigs.CLIENT_INSTANCE_ID, id.toString());
        attributes.put(
                ClientMetricsConfigs.CLIENT_ID,
                Optional.ofNullable(context.clientId()).orElse(""));
        attributes.put(ClientMetricsConfigs.CLIENT_SOFTWARE_NAME, context.clientInformation.softwareName());
        attributes.put(ClientMetricsConfigs.CLIENT_SOFTWARE_VERSION, context.clientInformation.softwareVersion());
        attributes.put(ClientMetricsConfigs.CLIENT_SOURCE_ADDRESS, context.clientAddress.getHostAddress());
        context.clientPort.ifPresent(
                port -> attributes.put(ClientMetricsConfigs.CLIENT_SOURCE_PORT, String.valueOf(port)));
        return new Client(context.connectionId(), Map.copyOf(attributes));
    }

    // ---- PushTelemetry

    private Answer push(Request request) {
        var body = ((PushTelemetryRequest) request.body()).data();
        return Answer.of(new PushTelemetryResponse(new PushTelemetryResponseData()
                .setErrorCode(pushed(body, request.context()).code())));
    }

    private Errors pushed(PushTelemetryRequestData body, RequestContext context) {
        var id = body.clientInstanceId();
        if (Uuid.RESERVED.contains(id)) return Errors.INVALID_REQUEST;
        var client = client(id, context);
        int bytes = body.metrics().remaining();
        boolean isKnown = body.compressionType() >= 0 && body.compressionType() < CODECS.size();
        var verdict = instances.push(id, client, new Push(body.subscriptionId(), body.terminating(), isKnown, bytes));
        if (verdict.error() != Errors.NONE || bytes == 0) return verdict.error();
        parsing.acquireUninterruptibly();
        try {
            var unpacked = unpacked(CODECS.get(body.compressionType()), body.metrics());
            if (unpacked.isEmpty()) return Errors.TELEMETRY_TOO_LARGE;
            var about = new TreeMap<>(client.attributes());
            about.remove(ClientMetricsConfigs.CLIENT_SOURCE_PORT);
            metrics.push(
                    id,
                    client.attributes().get(ClientMetricsConfigs.CLIENT_ID),
                    about,
                    OtlpMetrics.parse(unpacked.get()),
                    ClientInstances.silence(verdict.wanted().intervalMillis()));
            return Errors.NONE;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "metrics of client " + id + " cannot be read: " + e.getMessage());
            return Errors.INVALID_RECORD;
        } finally {
            parsing.release();
        }
    }

    /// Empty if they are more than may be.
    private Optional<ByteBuffer> unpacked(Compression codec, ByteBuffer metrics) throws IOException {
        if (codec == Compression.NONE) return Optional.of(metrics.duplicate());
        var packed = new byte[metrics.remaining()];
        metrics.duplicate().get(packed);
        return Payloads.decompressed(codec, packed, bytesMax).map(MemorySegment::asByteBuffer);
    }
}
