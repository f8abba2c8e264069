package io.braid.bench.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/// kinesalite 3.3.3, a Kinesis server for tests, keeping its records in memory as it does by default.
public final class Kinesalite implements Server.ForKinesis {
    public static final String NAME = "kinesalite";

    private final Child child;
    private final InetSocketAddress http;

    private Kinesalite(Child child, InetSocketAddress http) {
        this.child = child;
        this.http = http;
    }

    /// Starts a server and waits until its port answers.
    public static Kinesalite start(Workplace workplace, Peers peers) throws IOException, InterruptedException {
        int port = Kafka.freePorts(1).getFirst();
        var command = List.of(
                "node",
                peers.kinesalite().toString(),
                "--port",
                Integer.toString(port),
                "--createStreamMs",
                "0",
                "--deleteStreamMs",
                "0",
                "--shardLimit",
                "1000");
        var child = workplace.start("kinesalite", command);
        Kafka.awaitPort(child, port);
        return new Kinesalite(child, new InetSocketAddress("127.0.0.1", port));
    }

    @Override
    public String name() {
        return NAME;
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
