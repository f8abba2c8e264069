package io.braid.bench.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A stock Apache Kafka broker: one node in KRaft's combined mode, the JVM flags of its own start script, nothing
/// tuned.
public final class Kafka implements Server.ForKafka {
    public static final String NAME = "kafka";

    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration FORMAT_MAX = Duration.ofMinutes(2);

    /// `KAFKA_HEAP_OPTS` and `KAFKA_JVM_PERFORMANCE_OPTS` of Kafka's start scripts.
    private static final List<String> STOCK_FLAGS = List.of(
            "-Xmx1g",
            "-Xms1g",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-Djava.awt.headless=true");

    private final Child child;
    private final Path data;
    private final String bootstrap;

    private Kafka(Child child, Path data, String bootstrap) {
        this.child = child;
        this.data = data;
        this.bootstrap = bootstrap;
    }

    /// A data directory that is formatted and waits for its broker.
    ///
    /// @param classPath   the broker's jars
    /// @param properties  the broker's configuration file
    /// @param port        where the broker is going to listen
    public record Formatted(Workplace workplace, String classPath, Path properties, int port) {

        /// Starts the broker and waits until its port answers.
        public Kafka start() throws IOException, InterruptedException {
            var command = new ArrayList<>(List.of(Java.command()));
            command.addAll(STOCK_FLAGS);
            command.addAll(List.of("-cp", classPath, "kafka.Kafka", properties.toString()));
            var child = workplace.start("kafka", command);
            awaitPort(child, port);
            return new Kafka(child, properties.getParent(), "127.0.0.1:" + port);
        }
    }

    /// Formats a data directory of its own, as Kafka's quick start says.
    ///
    /// @param settings  lines added to the broker's configuration
    public static Formatted format(Workplace workplace, Peers peers, List<String> settings)
            throws IOException, InterruptedException {
        var classPath = peers.kafka();
        var data = workplace.fresh("kafka");
        var ports = freePorts(2);
        var lines = new ArrayList<String>(List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "controller.quorum.voters=1@127.0.0.1:" + ports.get(1),
                "listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(ports.get(0), ports.get(1)),
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + ports.get(0),
                "controller.listener.names=CONTROLLER",
                "inter.broker.listener.name=PLAINTEXT",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + data.resolve("logs"),
                "offsets.topic.replication.factor=1",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "log.segment.delete.delay.ms=1000")); // so that a deleted topic gives its disk back between runs
        lines.addAll(settings);
        var properties = Files.write(data.resolve("server.properties"), lines);
        var format = List.of(
                Java.command(),
                "-cp",
                classPath,
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "AAAAAAAAAAAAAAAAAAAAAQ",
                "-c",
                properties.toString());
        workplace.run("kafka-format", format, FORMAT_MAX);
        return new Formatted(workplace, classPath, properties, ports.get(0));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String bootstrap() {
        return bootstrap;
    }

    @Override
    public Path data() {
        return data;
    }

    @Override
    public Usage usage() throws IOException {
        return child.usage();
    }

    @Override
    public void close() {
        child.close();
    }

    /// Ports that nobody listens on now; another process may take one before it is used, and the start fails then.
    static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /// Waits until something accepts connections on a port of this machine.
    static void awaitPort(Child child, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_MAX.toNanos();
        while (!accepts(port)) {
            child.requireAlive(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
