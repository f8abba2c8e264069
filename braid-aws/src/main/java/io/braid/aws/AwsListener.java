package io.braid.aws;

import io.braid.aws.cloudwatch.CloudWatch;
import io.braid.aws.cloudwatch.MetricLog;
import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.dynamodb.DynamoDb;
import io.braid.aws.kinesis.Kinesis;
import io.braid.aws.kinesis.OnDemand;
import io.braid.aws.kinesis.Subscriptions;
import io.braid.aws.scaling.Autoscaler;
import io.braid.aws.scaling.ScalingPolicy;
import io.braid.broker.Broker;
import io.braid.broker.Periodic;
import io.braid.delivery.Delivery;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.http2.Http2Upgrader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/// The HTTP port: Amazon's APIs, `/health`, `/metrics` and a page at `/`, over HTTP/1.1 and HTTP/2 (by prior
/// knowledge and by upgrade); and the same on a second port over TLS (by ALPN), if that is wanted. Requests run on
/// virtual threads of their own. The first request is answered as soon as [#start] returns. [#close] lets running
/// requests finish for a moment, and does not close the broker.
public final class AwsListener implements AutoCloseable {
    private static final int HEADERS_BYTES_MAX = 32 << 10;
    /// Data that a client may send before it must wait: enough that a large PutRecords does not stop and go.
    private static final int HTTP2_WINDOW_BYTES = 2 << 20;
    private static final int HTTP2_FRAME_BYTES_MAX = 64 << 10;
    private static final Duration ANSWER_TAKEN_MIN = Duration.ofSeconds(15);
    /// The name of the second listener in Helidon.
    private static final String SECURE = "tls";

    private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);
    /// What a crash can lose of what was counted.
    private static final Duration COUNTS_WRITTEN = Duration.ofMinutes(1);

    /// @param host            the address to listen on, a name or a number
    /// @param port            the port; 0 picks a free one
    /// @param account         the AWS account of callers whose access key is not twelve digits itself;
    ///     twelve digits
    /// @param region          the region of callers who do not name one in their credential scope
    /// @param entityBytesMax  the largest request body read; Amazon's largest request is 10 MiB of data, in Base64
    /// @param connectionsMax  open connections; more are not accepted until one closes
    /// @param requestsMax     requests in progress; more are answered with ServiceUnavailable
    /// @param requestReadMax  how long a client may take to send the body of a request
    /// @param idleMax         how long a connection may be without a request before it is closed (or up to half as
    ///     long again)
    /// @param shardsMax       open shards that all streams together may have
    /// @param fanOut          limits of subscriptions to shards
    /// @param metricsRetention how long CloudWatch's metrics are kept; rounded up to a minute
    /// @param scaling         how streams in On-Demand mode follow their load
    /// @param kinesis         how much Kinesis is like Amazon's
    /// @param usageRetention  how long it is known what each stream used, by the hour
    public record Config(
            String host,
            int port,
            String account,
            String region,
            int entityBytesMax,
            int connectionsMax,
            int requestsMax,
            Duration requestReadMax,
            Duration idleMax,
            int shardsMax,
            FanOut fanOut,
            Duration metricsRetention,
            Scaling scaling,
            KinesisConfig kinesis,
            Duration usageRetention) {
        public static final Config DEFAULT = new Config(
                "127.0.0.1",
                4566,
                "000000000000",
                "us-east-1",
                16 << 20,
                4096,
                1024,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                10_000,
                FanOut.DEFAULT,
                Duration.ofHours(24),
                Scaling.DEFAULT,
                KinesisConfig.DEFAULT,
                Duration.ofDays(400));

        public Config {
            require(port >= 0 && port <= 65_535, "port %d: must be from 0 to 65535", port);
            require(account.matches("\\d{12}"), "account %s: must be twelve digits", account);
            require(region.matches("[a-z0-9-]{1,32}"), "region %s: must be like us-east-1", region);
            require(entityBytesMax >= 1024, "entityBytesMax %d: must be at least 1024", entityBytesMax);
            require(connectionsMax >= 1, "connectionsMax %d: must be at least 1", connectionsMax);
            require(requestsMax >= 1, "requestsMax %d: must be at least 1", requestsMax);
            require(requestReadMax.isPositive(), "requestReadMax %s: must be longer than zero", requestReadMax);
            require(idleMax.isPositive(), "idleMax %s: must be longer than zero", idleMax);
            require(shardsMax >= 1, "shardsMax %d: must be at least 1", shardsMax);
            require(metricsRetention.isPositive(), "metricsRetention %s: must be longer than zero", metricsRetention);
            require(usageRetention.toHours() >= 1, "usageRetention %s: must be an hour or more", usageRetention);
        }

        public Config withAddress(String host, int port) {
            return new Config(
                    host,
                    port,
                    account,
                    region,
                    entityBytesMax,
                    connectionsMax,
                    requestsMax,
                    requestReadMax,
                    idleMax,
                    shardsMax,
                    fanOut,
                    metricsRetention,
                    scaling,
                    kinesis,
                    usageRetention);
        }

        public Config withFanOut(FanOut changed) {
            return new Config(
                    host,
                    port,
                    account,
                    region,
                    entityBytesMax,
                    connectionsMax,
                    requestsMax,
                    requestReadMax,
                    idleMax,
                    shardsMax,
                    changed,
                    metricsRetention,
                    scaling,
                    kinesis,
                    usageRetention);
        }

        public Config withScaling(Scaling changed) {
            return new Config(
                    host,
                    port,
                    account,
                    region,
                    entityBytesMax,
                    connectionsMax,
                    requestsMax,
                    requestReadMax,
                    idleMax,
                    shardsMax,
                    fanOut,
                    metricsRetention,
                    changed,
                    kinesis,
                    usageRetention);
        }

        public Config withKinesis(KinesisConfig changed) {
            return new Config(
                    host,
                    port,
                    account,
                    region,
                    entityBytesMax,
                    connectionsMax,
                    requestsMax,
                    requestReadMax,
                    idleMax,
                    shardsMax,
                    fanOut,
                    metricsRetention,
                    scaling,
                    changed,
                    usageRetention);
        }
    }

    /// Whose limits of throughput and of calls Kinesis has.
    public enum Limits {
        NONE,
        AMAZON
    }

    /// How much Kinesis is like Amazon's where that helps in tests only.
    ///
    /// @param limits         whose hold
    /// @param lifecycleDelay how long streams and consumers that were created, changed or deleted
    ///     are told to be CREATING, UPDATING or DELETING; zero is not at all
    /// @param iteratorSecret what iterators and page tokens are sealed with, the same on each server
    ///     that shall take them; empty if this one makes a secret of its own and keeps it
    public record KinesisConfig(Limits limits, Duration lifecycleDelay, Optional<String> iteratorSecret) {
        public static final KinesisConfig DEFAULT = new KinesisConfig(Limits.NONE, Duration.ZERO, Optional.empty());

        public KinesisConfig {
            require(!lifecycleDelay.isNegative(), "lifecycleDelay %s: must not be negative", lifecycleDelay);
        }

        private Kinesis.Rules rules() {
            return new Kinesis.Rules(limits == Limits.AMAZON, lifecycleDelay, iteratorSecret);
        }

        @Override
        public String toString() {
            return rules().toString(); // without the secret
        }
    }

    /// Limits of subscriptions to shards. The defaults are Amazon's, but for the first, which Amazon does not have.
    ///
    /// @param subscriptionsMax at once; each may take half a megabyte while its client does not read
    /// @param life             how long one lasts
    /// @param heartbeat        how long one is silent at most
    /// @param takeOverAfter    how long one is safe from another of the same consumer to the same shard
    public record FanOut(int subscriptionsMax, Duration life, Duration heartbeat, Duration takeOverAfter) {
        public static final FanOut DEFAULT =
                new FanOut(500, Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofSeconds(5));

        public FanOut {
            require(subscriptionsMax >= 1, "subscriptionsMax %d: must be at least 1", subscriptionsMax);
            require(life.isPositive(), "life %s: must be longer than zero", life);
            require(heartbeat.isPositive(), "heartbeat %s: must be longer than zero", heartbeat);
            require(!takeOverAfter.isNegative(), "takeOverAfter %s: must not be negative", takeOverAfter);
        }

        /// One whose life is over is in nobody's way.
        private Subscriptions.Limits limits() {
            var safe = takeOverAfter.compareTo(life) < 0 ? takeOverAfter : life;
            return new Subscriptions.Limits(subscriptionsMax, life, heartbeat, safe);
        }
    }

    /// When streams in On-Demand mode are split and merged. What a shard takes is what Amazon lets it take: 1 MiB and
    /// 1,000 records a second.
    ///
    /// @param on          whether they are at all
    /// @param interval    between two looks at the load
    /// @param window      the time that the load is averaged over; at least the interval
    /// @param hotPercent  of what a shard takes; one that takes more is split
    /// @param coldPercent of the same; neighbours that take less are merged. Less than half of `hotPercent`
    /// @param coldAfter   how long they must have been cold without a break; at least the window
    /// @param shardsMax   the most of one stream
    /// @param kafkaQuiet  how long no Kafka producer must have written to a stream before its shards are merged
    public record Scaling(
            boolean on,
            Duration interval,
            Duration window,
            int hotPercent,
            int coldPercent,
            Duration coldAfter,
            int shardsMax,
            Duration kafkaQuiet) {
        public static final Scaling DEFAULT = of(ScalingPolicy.DEFAULT);

        public Scaling {
            new ScalingPolicy(interval, window, hotPercent, coldPercent, coldAfter, shardsMax, kafkaQuiet);
        }

        private static Scaling of(ScalingPolicy policy) {
            return new Scaling(
                    true,
                    policy.interval(),
                    policy.window(),
                    policy.hotPercent(),
                    policy.coldPercent(),
                    policy.coldAfter(),
                    policy.shardsMax(),
                    policy.kafkaQuiet());
        }

        private ScalingPolicy policy() {
            return new ScalingPolicy(interval, window, hotPercent, coldPercent, coldAfter, shardsMax, kafkaQuiet);
        }
    }

    /// A second port, for TLS. It has as many connections as the first; requests, subscriptions and all else count
    /// together.
    ///
    /// @param host    the address to listen on, a name or a number
    /// @param port    the port; 0 picks a free one
    /// @param context shows the server's certificate; no client is asked for one
    public record Secure(String host, int port, SSLContext context) {
        public Secure {
            require(port >= 0 && port <= 65_535, "port %d: must be from 0 to 65535", port);
        }
    }

    /// Here and not in one of the records, whose defaults need each other.
    private static void require(boolean holds, String rule, Object value) {
        if (!holds) throw new IllegalArgumentException(rule.formatted(value));
    }

    private final Kinesis kinesis;
    private final Autoscaler scaling;
    private final MetricLog kept;
    private final WebServer server;
    private final HttpFront front;
    private final Periodic counting;
    private final InetSocketAddress address;
    private final Optional<InetSocketAddress> secureAddress;

    private AwsListener(
            Kinesis kinesis,
            Autoscaler scaling,
            MetricLog kept,
            WebServer server,
            HttpFront front,
            Periodic counting,
            InetSocketAddress address,
            Optional<InetSocketAddress> secureAddress) {
        this.kinesis = kinesis;
        this.scaling = scaling;
        this.kept = kept;
        this.counting = counting;
        this.server = server;
        this.front = front;
        this.address = address;
        this.secureAddress = secureAddress;
    }

    /// Listens without TLS.
    ///
    /// @throws IOException the address cannot be listened on; the message names it
    public static AwsListener start(
            Broker broker,
            Config config,
            Delivery delivery,
            Consumer<StringBuilder> others,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        return start(broker, config, Optional.empty(), delivery, others, clock, random);
    }

    /// Listens. `delivery` is told which channels there are, and begins with that; it is its owner's to close, after
    /// this. `others` writes what others of this process count, in Prometheus' text format, for `/metrics`; it is
    /// called by any thread. `random` is asked once, for what makes request ids differ between two starts.
    ///
    /// @throws IOException an address cannot be listened on; the message names it
    public static AwsListener start(
            Broker broker,
            Config config,
            Optional<Secure> secure,
            Delivery delivery,
            Consumer<StringBuilder> others,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        var wanted = new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
        probe(wanted);
        var wantedSecure = Optional.<InetSocketAddress>empty();
        if (secure.isPresent()) {
            var address = InetAddress.getByName(secure.get().host());
            wantedSecure =
                    Optional.of(new InetSocketAddress(address, secure.get().port()));
            probe(wantedSecure.get());
        }
        var metrics = new MetricStore(clock, config.metricsRetention());
        var kinesis = new Kinesis(
                broker,
                clock,
                config.account(),
                config.region(),
                config.shardsMax(),
                config.fanOut().limits(),
                config.kinesis().rules(),
                config.usageRetention(),
                metrics,
                delivery);
        var dynamoDb = new DynamoDb(broker, clock, config.account());
        var kept = new MetricLog(broker, metrics, clock, config.metricsRetention());
        Runnable publish = () -> {
            kept.restore();
            kinesis.publish();
        };
        var cloudWatch = new CloudWatch(metrics, publish, kinesis::homes, clock);
        var scaling =
                new Autoscaler(broker, new OnDemand(broker), config.scaling().policy(), config.shardsMax(), clock);
        var front = new HttpFront(
                broker, kinesis, dynamoDb, cloudWatch, scaling, config, others, clock, new RequestIds(random));
        var server = server(config, secure, front);
        server.start();
        if (!server.isRunning()) {
            front.close();
            throw new IOException("cannot listen on %s:%d".formatted(config.host(), config.port()));
        }
        if (config.scaling().on()) scaling.start();
        var counting = Periodic.start("counts", COUNTS_WRITTEN, () -> {
            kinesis.usage().turn();
            kinesis.traffic().publish();
            kept.turn();
        });
        var address = new InetSocketAddress(wanted.getAddress(), server.port());
        var secureAddress = wantedSecure.map(second -> new InetSocketAddress(second.getAddress(), server.port(SECURE)));
        return new AwsListener(kinesis, scaling, kept, server, front, counting, address, secureAddress);
    }

    /// Finds out what is wrong with an address, in the operating system's words. Helidon would log a stack trace,
    /// and return as if all were well.
    private static void probe(InetSocketAddress wanted) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(wanted);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on %s:%d: %s".formatted(wanted.getHostString(), wanted.getPort(), e.getMessage()),
                    e);
        }
    }

    /// Everything that Helidon would look for at start (features, protocols, codecs, its own configuration files)
    /// is named here or off: the search costs more than all the rest of the start.
    private static WebServer server(Config config, Optional<Secure> secure, HttpFront front) {
        Bare.registry();
        var builder = listener(WebServer.builder(), config, front)
                .host(config.host())
                .port(config.port())
                .shutdownHook(false)
                .featuresDiscoverServices(false);
        secure.ifPresent(second -> builder.putSocket(
                SECURE,
                socket -> listener(socket, config, front)
                        .host(second.host())
                        .port(second.port())
                        .tls(tls -> tls.sslContext(second.context()))
                        .useNio(false))); // TLS by the JDK's sockets: docs/decisions/0091
        return builder.build();
    }

    /// What all listeners of the server have.
    private static <B extends ListenerConfig.BuilderBase<B, ?>> B listener(B builder, Config config, HttpFront front) {
        var http1 = Http1Config.builder()
                .maxHeadersSize(HEADERS_BYTES_MAX)
                .validateRequestHeaders(true)
                .validateResponseHeaders(false)
                .build();
        var http2 = Http2Config.builder()
                .maxHeaderListSize(HEADERS_BYTES_MAX)
                .maxFrameSize(HTTP2_FRAME_BYTES_MAX)
                .initialWindowSize(HTTP2_WINDOW_BYTES)
                .flowControlTimeout(slowest(config))
                .maxConcurrentStreams(config.requestsMax())
                .validateResponseHeaders(false)
                .sendErrorDetails(true) // in GOAWAY, for the client's log and ours
                .build();
        return builder.protocolsDiscoverServices(false)
                .concurrencyLimitDiscoverServices(false)
                .addConnectionSelector(Http1ConnectionSelector.builder()
                        .config(http1)
                        .addUpgrader(Http2Upgrader.create(http2))
                        .build())
                .addConnectionSelector(new PatientHttp2(
                        Http2ConnectionSelector.builder().http2Config(http2).build()))
                .mediaContext(Bare.MEDIA)
                .contentEncoding(Bare.ENCODING)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .maxPayloadSize(Bodies.readToEndMax(config.entityBytesMax()))
                .maxTcpConnections(config.connectionsMax())
                .idleConnectionTimeout(config.idleMax())
                .idleConnectionPeriod(config.idleMax().dividedBy(2))
                .shutdownGracePeriod(CLOSE_GRACE)
                .directHandlers(front::directHandlers)
                .routing(routing -> routing.any(front));
    }

    /// How long a client may leave an answer lying. A subscriber may do so as long as its subscription would last.
    private static Duration slowest(Config config) {
        var life = config.fanOut().life();
        return life.compareTo(ANSWER_TAKEN_MIN) > 0 ? life : ANSWER_TAKEN_MIN;
    }

    /// The address that is listened on, with the real port.
    public InetSocketAddress address() {
        return address;
    }

    /// The address that is listened on for TLS, with the real port.
    public Optional<InetSocketAddress> secureAddress() {
        return secureAddress;
    }

    @Override
    public void close() {
        scaling.close();
        kinesis.close(); // first: what goes on for minutes would use up the grace of the others
        server.stop();
        front.close();
        counting.close();
        kinesis.usage().close();
        kinesis.traffic().publish();
        kept.turn();
    }
}
