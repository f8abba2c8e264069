package io.braid.aws;

import io.braid.aws.cloudwatch.CloudWatch;
import io.braid.aws.cloudwatch.MetricLog;
import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.dynamodb.DynamoDb;
import io.braid.aws.kinesis.Kinesis;
import io.braid.aws.kinesis.OnDemand;
import io.braid.aws.scaling.Autoscaler;
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

    /// A second port, for TLS. It has as many connections as the first; requests, subscriptions and all else count
    /// together.
    ///
    /// @param host    the address to listen on, a name or a number
    /// @param port    the port; 0 picks a free one
    /// @param context shows the server's certificate; no client is asked for one
    public record Secure(String host, int port, SSLContext context) {
        public Secure {
            Rule.require(port >= 0 && port <= 65_535, "port %d: must be from 0 to 65535", port);
        }
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

    /// Listens. `delivery` is told which channels there are, and begins with that; it is its owner's to close, after
    /// this. `others` writes what others of this process count, in Prometheus' text format, for `/metrics`; it is
    /// called by any thread. `random` is asked once, for what makes request ids differ between two starts.
    ///
    /// @throws IOException an address cannot be listened on; the message names it
    public static AwsListener start(
            Broker broker,
            AwsConfig config,
            Optional<Secure> secure,
            Delivery delivery,
            Consumer<StringBuilder> others,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        var wanted = new InetSocketAddress(
                InetAddress.getByName(config.http().host()), config.http().port());
        probe(wanted);
        var wantedSecure = Optional.<InetSocketAddress>empty();
        if (secure.isPresent()) {
            var address = InetAddress.getByName(secure.get().host());
            wantedSecure =
                    Optional.of(new InetSocketAddress(address, secure.get().port()));
            probe(wantedSecure.get());
        }
        var metrics = new MetricStore(clock, config.metricsRetention());
        var settings = new Kinesis.Settings(
                config.account(),
                config.region(),
                config.shardsMax(),
                config.fanOut().limits(),
                config.kinesis().rules(),
                config.usageRetention());
        var kinesis = new Kinesis(broker, clock, settings, metrics, delivery);
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
            throw new IOException("cannot listen on %s:%d"
                    .formatted(config.http().host(), config.http().port()));
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
    private static WebServer server(AwsConfig config, Optional<Secure> secure, HttpFront front) {
        Bare.registry();
        var builder = listener(WebServer.builder(), config, front)
                .host(config.http().host())
                .port(config.http().port())
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
    private static <B extends ListenerConfig.BuilderBase<B, ?>> B listener(
            B builder, AwsConfig config, HttpFront front) {
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
                .maxConcurrentStreams(config.http().requestsMax())
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
                .maxPayloadSize(Bodies.readToEndMax(config.http().entityBytesMax()))
                .maxTcpConnections(config.http().connectionsMax())
                .idleConnectionTimeout(config.http().idleMax())
                .idleConnectionPeriod(config.http().idleMax().dividedBy(2))
                .shutdownGracePeriod(CLOSE_GRACE)
                .directHandlers(front::directHandlers)
                .routing(routing -> routing.any(front));
    }

    /// How long a client may leave an answer lying. A subscriber may do so as long as its subscription would last.
    private static Duration slowest(AwsConfig config) {
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
