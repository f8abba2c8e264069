package io.braid.server;

import io.braid.aws.AwsListener;
import io.braid.broker.Broker;
import io.braid.broker.Payloads;
import io.braid.delivery.Delivery;
import io.braid.kafka.KafkaListener;
import io.braid.log.Log;
import io.braid.log.TierAccess;
import io.braid.server.tls.IdentityFiles;
import io.braid.tier.StorageBuckets;
import io.braid.tier.StorageTier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One running Braid: the log, the broker on it, and the two listeners on that. Made by hand, from the bottom up.
///
///     Kafka clients ──► KafkaListener ──┐
///                                       ├──► Broker ──► Log ──► data directory
///     AWS clients ────► AwsListener ────┘  │             └────► tier, if there is one
///                            └────────► Delivery ─────────────► buckets of channels
///                            └────────► IdentityFiles, if there is https
///
/// Closing goes from the top down: listeners first, so that what they still answer is durable before the log goes.
public final class Server implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());

    private final Path data;
    private final KafkaListener kafka;
    private final AwsListener http;
    private final Optional<Path> certificate;
    private final Deque<AutoCloseable> parts;

    private Server(
            Path data, KafkaListener kafka, AwsListener http, Optional<Path> certificate, Deque<AutoCloseable> parts) {
        this.data = data;
        this.kafka = kafka;
        this.http = http;
        this.certificate = certificate;
        this.parts = parts;
    }

    /// Opens everything; both ports answer when this returns. Blocks while the log recovers.
    ///
    /// @throws CannotStart saying why and what to do; whatever was opened is closed again
    public static Server start(Configuration configuration, InstantSource clock, RandomGenerator random)
            throws CannotStart {
        var parts = new ArrayDeque<AutoCloseable>();
        var data = configuration.value(Settings.DATA).toAbsolutePath().normalize();
        try {
            var log = openLog(parts, configuration, clock, random);
            var broker = add(parts, openBroker(log, configuration, clock, random));
            var identity = identity(configuration, data, clock);
            var kafka = add(parts, startKafka(broker, configuration, clock, random));
            var delivery = openDelivery(parts, broker, configuration, clock);
            var http = add(parts, startHttp(broker, kafka, delivery, identity, configuration, clock, random));
            return new Server(data, kafka, http, madeHere(identity, configuration), parts);
        } catch (CannotStart | RuntimeException | Error cause) {
            closeAll(parts);
            throw cause;
        }
    }

    /// Where Kafka clients connect, with the port it got.
    public HostPort kafka() {
        return HostPort.of(kafka.address());
    }

    /// Where AWS clients connect, with the port it got.
    public HostPort http() {
        return HostPort.of(http.address());
    }

    /// Where AWS clients connect with https, with the port it got, if they can.
    public Optional<HostPort> https() {
        return http.secureAddress().map(HostPort::of);
    }

    /// The certificate of https that clients have to be told to trust: one that this server has made. Absolute.
    public Optional<Path> certificate() {
        return certificate;
    }

    /// The directory that holds everything, absolute.
    public Path data() {
        return data;
    }

    /// Stops taking requests, answers those in flight, and leaves a directory that opens without recovery.
    @Override
    public void close() {
        closeAll(parts);
    }

    private static Log openLog(
            Deque<AutoCloseable> parts, Configuration configuration, InstantSource clock, RandomGenerator random)
            throws CannotStart {
        try {
            var place = configuration.value(Settings.STORAGE_TIER);
            if (place.isEmpty()) return add(parts, Log.open(configuration.log(), clock, Payloads.CODECS));
            var tier = add(parts, StorageTier.open(place.get()));
            long cacheBytes = configuration.value(Settings.STORAGE_TIER_CACHE_BYTES);
            return add(
                    parts,
                    Log.open(configuration.log(), new TierAccess(tier, cacheBytes, random), clock, Payloads.CODECS));
        } catch (IOException cause) {
            throw new CannotStart(sentence(cause), cause);
        }
    }

    private static Broker openBroker(Log log, Configuration configuration, InstantSource clock, RandomGenerator random)
            throws CannotStart {
        try {
            return Broker.open(log, configuration.broker(), clock, random);
        } catch (IOException cause) {
            throw new CannotStart(sentence(cause), cause);
        }
    }

    /// Begins when the HTTP listener has told it of the channels.
    private static Delivery openDelivery(
            Deque<AutoCloseable> parts, Broker broker, Configuration configuration, InstantSource clock) {
        var buckets = add(parts, StorageBuckets.open(configuration.value(Settings.DELIVERY_BUCKETS)));
        return add(parts, new Delivery(broker, buckets, configuration.delivery(), clock));
    }

    /// The files of https' certificate. After the log has opened: its lock keeps other servers from the directory.
    private static Optional<IdentityFiles> identity(Configuration configuration, Path data, InstantSource clock)
            throws CannotStart {
        try {
            return switch (configuration.value(Settings.HTTP_TLS_MODE)) {
                case OFF -> Optional.empty();
                case SELF_SIGNED -> Optional.of(IdentityFiles.selfSigned(data.resolve("tls"), clock.instant()));
                case FILES ->
                    Optional.of(new IdentityFiles(
                            configuration.value(Settings.HTTP_TLS_CERTIFICATE).orElseThrow(),
                            configuration.value(Settings.HTTP_TLS_KEY).orElseThrow()));
            };
        } catch (IOException cause) {
            throw noTls(cause);
        }
    }

    private static Optional<Path> madeHere(Optional<IdentityFiles> identity, Configuration configuration) {
        boolean isMade = configuration.value(Settings.HTTP_TLS_MODE) == HttpTls.SELF_SIGNED;
        return identity.filter(_ -> isMade).map(IdentityFiles::certificate);
    }

    private static Optional<AwsListener.Secure> secure(
            Optional<IdentityFiles> identity, Configuration configuration, InstantSource clock) throws CannotStart {
        if (identity.isEmpty()) return Optional.empty();
        var listen = configuration.value(Settings.HTTP_TLS_LISTEN);
        try {
            return Optional.of(new AwsListener.Secure(
                    listen.host(), listen.port(), identity.get().context(clock)));
        } catch (IOException cause) {
            throw noTls(cause);
        }
    }

    private static CannotStart noTls(IOException cause) {
        return new CannotStart("no https (setting http.tls.mode): " + sentence(cause), cause);
    }

    private static KafkaListener startKafka(
            Broker broker, Configuration configuration, InstantSource clock, RandomGenerator random)
            throws CannotStart {
        try {
            return KafkaListener.start(broker, configuration.kafka(), clock, random);
        } catch (IOException | RuntimeException cause) {
            throw cannotListen(configuration.value(Settings.KAFKA_LISTEN), "--kafka ", cause);
        }
    }

    private static AwsListener startHttp(
            Broker broker,
            KafkaListener kafka,
            Delivery delivery,
            Optional<IdentityFiles> identity,
            Configuration configuration,
            InstantSource clock,
            RandomGenerator random)
            throws CannotStart {
        var secure = secure(identity, configuration, clock);
        try {
            return AwsListener.start(
                    broker,
                    configuration.http(),
                    secure,
                    delivery,
                    page -> {
                        kafka.writeMetrics(page);
                        delivery.writeMetrics(page);
                    },
                    clock,
                    random);
        } catch (IOException | RuntimeException cause) {
            var plain = configuration.value(Settings.HTTP_LISTEN);
            if (secure.isEmpty() || refusal(plain).isPresent()) throw cannotListen(plain, "--http ", cause);
            var flag = "--set %s=".formatted(Settings.HTTP_TLS_LISTEN.key());
            throw cannotListen(configuration.value(Settings.HTTP_TLS_LISTEN), flag, cause);
        }
    }

    /// @param flag what stands before an address on the command line
    private static CannotStart cannotListen(HostPort address, String flag, Exception cause) {
        var reason = refusal(address).orElseGet(() -> reason(cause));
        if (reason.contains("in use")) {
            return new CannotStart(
                    ("%s is taken by another program: stop that, or choose another port with %sHOST:PORT "
                                    + "(port 0 takes a free one)")
                            .formatted(address, flag),
                    cause);
        }
        return new CannotStart(
                "cannot listen on %s (%s): name an address of this machine with %sHOST:PORT"
                        .formatted(address, reason, flag),
                cause);
    }

    /// What the operating system says about listening there; not every library passes it on.
    private static Optional<String> refusal(HostPort address) {
        try (var _ = new ServerSocket(address.port(), 1, InetAddress.getByName(address.host()))) {
            return Optional.empty();
        } catch (IOException refused) {
            return Optional.of(reason(refused));
        }
    }

    /// The innermost cause; libraries wrap it in sentences of their own.
    private static String reason(Throwable cause) {
        while (cause.getCause() != null) cause = cause.getCause();
        return String.valueOf(cause.getMessage());
    }

    private static String sentence(Exception cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static <T extends AutoCloseable> T add(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    /// The last opened first. A part that fails to close does not keep the others open.
    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.close();
            } catch (Exception failure) {
                LOG.log(System.Logger.Level.ERROR, part.getClass().getSimpleName() + " did not close cleanly", failure);
            }
        }
    }
}
