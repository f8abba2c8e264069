package io.braid.kafka;

import io.braid.broker.Broker;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// The Kafka protocol on one port. Everything else in this package is behind it.
public final class KafkaListener implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KafkaListener.class.getName());
    private static final int BACKLOG_MAX = 1024;
    /// How long nobody is accepted after the system would not (no more file descriptors).
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(200);

    private static final int IDLE_CHECKS = 4; // per idle limit

    private final ServerSocketChannel door;
    private final InetSocketAddress address;
    private final Handlers handlers;
    private final GroupCoordination groups;
    private final ShareCoordination shares;
    private final TransactionCoordination transactions;
    private final TelemetryApi telemetry;
    private final Limits limits;
    private final InstantSource clock;
    private final Frames frames;
    private final Throttles throttles;
    private final Doorkeeper doorkeeper;
    private final ConnectionThreads threads = new ConnectionThreads();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet(); // at most as many as are let in

    private KafkaListener(
            ServerSocketChannel door,
            Handlers handlers,
            GroupCoordination groups,
            ShareCoordination shares,
            TransactionCoordination transactions,
            TelemetryApi telemetry,
            Doorkeeper doorkeeper,
            Limits limits,
            Throttles throttles,
            InstantSource clock)
            throws IOException {
        this.door = door;
        this.address = (InetSocketAddress) door.getLocalAddress();
        this.handlers = handlers;
        this.groups = groups;
        this.shares = shares;
        this.transactions = transactions;
        this.telemetry = telemetry;
        this.limits = limits;
        this.clock = clock;
        this.throttles = throttles;
        this.frames = new Frames(limits.bytesInFlight());
        this.doorkeeper = doorkeeper;
    }

    /// What Metadata tells clients to connect to.
    public sealed interface Advertised {}

    /// The address by which the client came in.
    public record AsReached() implements Advertised {}

    /// Always this one.
    public record Fixed(String host, int port) implements Advertised {}

    /// How topics come and go.
    ///
    /// @param autoCreate       whether asking for a topic that is not there creates it, if the client allows it
    /// @param clampReplication whether a topic may be asked for with more copies than the one there is
    /// @param deletable        whether clients may delete any
    public record Topics(boolean autoCreate, boolean clampReplication, boolean deletable) {
        public static final Topics DEFAULT = new Topics(true, false, true);
    }

    /// @param nodeId     the number that clients know this node by, at least 0. Nothing that is kept depends on it, so
    ///                   it may be another one in the next life
    /// @param host       the name or address to listen on
    /// @param port       the port to listen on; 0 takes a free one
    /// @param advertised what Metadata tells clients to connect to
    /// @param topics     how they come and go
    /// @param limits     what one listener takes at most
    /// @param coordinators settings of groups, transactions and telemetry that differ from the defaults of
    /// [#coordinatorSettings]
    /// @throws io.braid.log.InvalidConfig settings of coordinators cannot be used; it has all that is wrong
    public record Config(
            int nodeId,
            String host,
            int port,
            Advertised advertised,
            Topics topics,
            Limits limits,
            Map<String, String> coordinators) {
        /// Loopback, Kafka's usual port, topics created on first use.
        public static final Config DEFAULT =
                new Config(1, "127.0.0.1", 9092, new AsReached(), Topics.DEFAULT, Limits.DEFAULT, Map.of());

        public Config {
            if (nodeId < 0) throw new IllegalArgumentException("node %d: at least 0".formatted(nodeId));
            coordinators = Map.copyOf(coordinators);
            CoordinatorSettings.of(coordinators);
        }

        /// Node 1, where a topic that is asked for with more copies than there are is refused.
        public Config(
                String host,
                int port,
                Advertised advertised,
                boolean autoCreate,
                Limits limits,
                Map<String, String> coordinators) {
            this(1, host, port, advertised, new Topics(autoCreate, false, true), limits, coordinators);
        }
    }

    /// A setting of groups, transactions or telemetry, by Kafka's name. Its value is checked, with all others, by
    /// [Config].
    ///
    /// @param type         what a value is, for people
    /// @param defaultValue as it would be written
    /// @param doc          one sentence
    public record CoordinatorSetting(String name, String type, String defaultValue, String doc) {}

    /// All settings of groups, then of share groups, of transactions, and of telemetry, each by name.
    public static List<CoordinatorSetting> coordinatorSettings() {
        return CoordinatorSettings.all();
    }

    /// Kafka's name for how many connections there may be, by which that is changed while the server runs.
    public static final String CONNECTIONS_MAX = ServerSettingTable.CONNECTIONS_MAX;

    /// Whether one of [#coordinatorSettings] can be changed while the server runs.
    public static boolean isChangedWhileItRuns(String coordinatorSetting) {
        return CoordinatorSettings.isLive(coordinatorSetting);
    }

    /// What one listener takes at most.
    ///
    /// @param connections           open at once; a further one is closed at once
    /// @param requestBytes          of one request
    /// @param requestsPerConnection that wait for their answers; a client that sends more is read from later
    /// @param bytesInFlight         of all requests being served; while it is reached nobody is read from
    /// @param idle                  a connection that asks nothing for this long is closed
    /// @param drain                 how long [KafkaListener#close] lets requests in flight finish
    public record Limits(
            int connections,
            int requestBytes,
            int requestsPerConnection,
            long bytesInFlight,
            Duration idle,
            Duration drain) {
        public static final Limits DEFAULT =
                new Limits(10_000, 100 << 20, 100, 256L << 20, Duration.ofMinutes(10), Duration.ofSeconds(5));

        public Limits {
            if (connections < 1)
                throw new IllegalArgumentException("%d connections: at least 1".formatted(connections));
            if (requestsPerConnection < 1)
                throw new IllegalArgumentException(
                        "%d requests per connection: at least 1".formatted(requestsPerConnection));
            if (requestBytes < 1 || bytesInFlight < requestBytes)
                throw new IllegalArgumentException(
                        "%d bytes in flight: must hold one request of %d bytes".formatted(bytesInFlight, requestBytes));
        }
    }

    /// Opens the port; clients are served when this returns.
    ///
    /// @throws IOException the address cannot be had, or the catalog has levels of features that only a newer
    ///     release knows; the message says which
    public static KafkaListener start(Broker broker, Config config, InstantSource clock, RandomGenerator random)
            throws IOException {
        var coordinators = CoordinatorSettings.of(config.coordinators());
        var server = new ServerSettings(broker, config);
        var settings = coordinators.groups().changedBy(server::ofCoordinators);
        var features = new Features(broker, settings.protocols());
        var throttles = new Throttles(broker::quotas, coordinators.limits(), clock);
        AddressLimits.checkHosts(coordinators.limits().perNamedAddress().keySet());
        var addresses = new AddressLimits(server::limits, broker::quotas, clock);
        var door = open(config);
        var configs = new GroupConfigApi(broker, settings);
        var telemetry = new TelemetryApi(broker, coordinators.telemetry(), clock, random);
        var shares = new ShareCoordination(broker, config.nodeId(), settings, configs, features, clock);
        var groups = new GroupCoordination(broker, config, configs, shares.persister(), features, clock);
        var ends = new PartitionEnds(broker, groups);
        var transactions = new TransactionCoordination(broker, config, ends, clock);
        try {
            groups.verifyWith(transactions::enterOffsets);
            var handlers = new Handlers();
            var topics = new TopicApi(broker, config, throttles);
            groups.register(handlers, topics, throttles);
            shares.register(handlers, groups);
            new TransactionHandlers(transactions, groups, broker).register(handlers);
            new TransactionAdmin(transactions, ends, broker, clock).register(handlers);
            new FindCoordinatorApi(groups, transactions, config).register(handlers);
            Apis.register(
                    handlers,
                    broker,
                    config,
                    transactions,
                    server,
                    configs,
                    features,
                    throttles,
                    topics,
                    addresses,
                    clock,
                    random);
            telemetry.register(handlers);
            transactions.resume();
            var listener = new KafkaListener(
                    door,
                    handlers,
                    groups,
                    shares,
                    transactions,
                    telemetry,
                    new Doorkeeper(server::connectionsMax, addresses),
                    config.limits(),
                    throttles,
                    clock);
            Thread.ofVirtual().name("kafka-accept").start(listener::accept);
            Thread.ofVirtual().name("kafka-idle").start(listener::closeIdle);
            return listener;
        } catch (RuntimeException | IOException e) {
            transactions.close();
            groups.close();
            shares.close();
            door.close();
            throw e;
        }
    }

    private static ServerSocketChannel open(Config config) throws IOException {
        var wanted = new InetSocketAddress(config.host(), config.port());
        var door = ServerSocketChannel.open();
        try {
            door.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return door.bind(wanted, BACKLOG_MAX);
        } catch (IOException | RuntimeException e) {
            door.close();
            throw new IOException(
                    "kafka cannot listen on %s:%d: %s".formatted(config.host(), config.port(), e.getMessage()), e);
        }
    }

    /// Where it listens, with the port it got.
    public InetSocketAddress address() {
        return address;
    }

    /// Writes how many connections there are and were refused, and what clients have pushed about themselves
    /// (KIP-714), in Prometheus' text format. Any thread.
    public void writeMetrics(StringBuilder page) {
        doorkeeper.writeTo(page);
        telemetry.writeTo(page);
    }

    private void accept() {
        for (long number = 0; door.isOpen(); number++) {
            try {
                admit(door.accept(), number);
            } catch (ClosedChannelException e) {
                return; // close() was called
            } catch (IOException e) {
                LOG.log(Level.WARNING, "kafka cannot accept a connection: {0}", e.getMessage());
                if (doorkeeper.isClosingWithin(ACCEPT_PAUSE)) return;
            }
        }
    }

    private void admit(SocketChannel socket, long number) throws IOException {
        var from = admitted(socket);
        if (from.isPresent()) serve(socket, number, from.get());
    }

    private Optional<InetAddress> admitted(SocketChannel socket) throws IOException {
        try {
            return doorkeeper.admit(socket);
        } catch (IOException e) { // the client has left already
            socket.close();
            return Optional.empty();
        }
    }

    private void serve(SocketChannel socket, long number, InetAddress address) throws IOException {
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var connection = new Connection(socket, number, handlers, frames, limits, throttles, clock);
            connections.add(connection);
            threads.start("kafka-in-" + connection.id(), () -> serve(connection, address));
        } catch (IOException e) { // the client has left already
            socket.close();
            doorkeeper.left(address);
        }
    }

    private void serve(Connection connection, InetAddress address) {
        try {
            if (doorkeeper.isClosing()) connection.drain();
            connection.serve();
        } finally {
            connections.remove(connection);
            shares.disconnected(connection.id());
            telemetry.disconnected(connection.id());
            doorkeeper.left(address);
        }
    }

    private void closeIdle() {
        while (!doorkeeper.isClosingWithin(limits.idle().dividedBy(IDLE_CHECKS))) {
            for (var connection : connections) {
                if (!connection.isIdle(limits.idle())) continue;
                LOG.log(Level.DEBUG, () -> "connection " + connection.id() + " is idle and closed");
                connection.abort();
            }
        }
    }

    /// Takes no more connections and requests, answers what is in flight for as long as [Limits#drain], closes.
    @Override
    public void close() {
        doorkeeper.close();
        try {
            door.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "kafka did not close its port: {0}", e.getMessage());
        }
        connections.forEach(Connection::drain);
        if (!doorkeeper.allLeftWithin(limits.drain())) {
            connections.forEach(Connection::abort);
            doorkeeper.allLeftWithin(limits.drain());
        }
        transactions.close();
        groups.close();
        shares.close();
    }
}
