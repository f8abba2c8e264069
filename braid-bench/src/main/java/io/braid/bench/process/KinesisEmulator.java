package io.braid.bench.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/// A Kinesis server for tests that runs on Node.js, keeping its records in memory as it does by default. Creating and
/// deleting a stream takes it half a second by default; here it does so at once.
public final class KinesisEmulator implements Server.ForKinesis {
    public static final String KINESALITE = "kinesalite";
    public static final String KINESIS_LOCAL = "kinesis-local";

    private final String name;
    private final Child child;
    private final InetSocketAddress http;

    private KinesisEmulator(String name, Child child, InetSocketAddress http) {
        this.name = name;
        this.child = child;
        this.http = http;
    }

    /// Starts a kinesalite 3.3.3 and waits until its port answers.
    public static KinesisEmulator kinesalite(Workplace workplace, Peers peers)
            throws IOException, InterruptedException {
        var program = peers.node(KINESALITE).resolve("cli.js").toString();
        int port = Kafka.freePorts(1).getFirst();
        return start(
                workplace,
                KINESALITE,
                port,
                List.of(
                        "node",
                        program,
                        "--port",
                        Integer.toString(port),
                        "--createStreamMs",
                        "0",
                        "--deleteStreamMs",
                        "0",
                        "--shardLimit",
                        "1000"));
    }

    /// Starts a kinesis-local 0.6.2, which is kinesis-mock for Node.js, and waits until its port answers. It always
    /// serves TLS too, on a port of its own.
    public static KinesisEmulator kinesisLocal(Workplace workplace, Peers peers)
            throws IOException, InterruptedException {
        var directory = peers.node(KINESIS_LOCAL);
        int port = Kafka.freePorts(1).getFirst();
        return start(
                workplace,
                KINESIS_LOCAL,
                port,
                List.of(
                        "env",
                        "KINESIS_MOCK_PLAIN_PORT=" + port,
                        "KINESIS_MOCK_TLS_PORT=0",
                        "KINESIS_MOCK_CERT_PATH=" + directory.resolve("server.json"),
                        "CREATE_STREAM_DURATION=0ms",
                        "DELETE_STREAM_DURATION=0ms",
                        "SHARD_LIMIT=1000",
                        "LOG_LEVEL=ERROR",
                        "node",
                        "--require",
                        peers.home()
                                .recipe(KINESIS_LOCAL)
                                .resolve("loopback.cjs")
                                .toString(),
                        directory.resolve("main.js").toString()));
    }

    private static KinesisEmulator start(Workplace workplace, String name, int port, List<String> command)
            throws IOException, InterruptedException {
        var child = workplace.start(name, command);
        Kafka.awaitPort(child, port);
        return new KinesisEmulator(name, child, new InetSocketAddress("127.0.0.1", port));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public InetSocketAddress http() {
        return http;
    }

    @Override
    public Usage usage() throws IOException {
        return child.usage();
    }

    @Override
    public void close() {
        child.close();
    }
}
