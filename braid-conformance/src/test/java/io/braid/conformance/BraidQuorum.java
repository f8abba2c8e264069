package io.braid.conformance;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kafka.server.KafkaBroker;
import kafka.server.KafkaConfig;
import kafka.server.QuorumImplementation;
import org.apache.kafka.common.utils.Time;
import scala.Option;

/// The brokers of one of Kafka's older integration tests: all of them are one Braid, which runs as long as any of them
/// does. The first to start says with which properties. They keep the numbers that the test gives them, from 0 on;
/// that of Braid is 0.
final class BraidQuorum implements QuorumImplementation, BrokerFromOutside.Home {
    /// What each broker of these tests is told because it is one of KRaft's.
    private static final Set<String> KRAFT = Set.of(
            "advertised.listeners",
            "background.threads",
            "broker.id",
            "controller.listener.names",
            "controller.quorum.voters",
            "controller.socket.timeout.ms",
            "inter.broker.listener.name",
            "listener.security.protocol.map",
            "listeners",
            "log.dir",
            "log.dirs",
            "metadata.log.dir",
            "node.id",
            "num.network.threads",
            "process.roles",
            "replica.socket.timeout.ms",
            "server.max.startup.time.ms");

    private final Set<Integer> running = new HashSet<>(); // under the lock of this
    private final Map<String, String> properties = new HashMap<>();
    private Optional<TemporaryBraid> braid = Optional.empty(); // under the lock of this

    @Override
    public KafkaBroker createBroker(KafkaConfig asked, Time time, boolean startup, Option<String> threads) {
        int id = asked.brokerId();
        if (properties.isEmpty())
            asked.originals().forEach((name, value) -> {
                if (!KRAFT.contains(name)) properties.put(name, value.toString());
            });
        properties.putIfAbsent("transaction.state.log.num.partitions", "50"); // some of these tests count them
        if (startup) start(id);
        return BrokerFromOutside.of(this, id, () -> asked);
    }

    @Override
    public synchronized String bootstrapServers() {
        return braid.orElseThrow(() -> new IllegalStateException("no broker was started"))
                .kafka();
    }

    /// Connections of Kafka's clients that are open.
    synchronized int connections() throws IOException {
        return (int) braid.orElseThrow().metric("braid_kafka_connections");
    }

    @Override
    public synchronized boolean isRunning(int id) {
        return running.contains(id);
    }

    @Override
    public synchronized void start(int id) {
        if (braid.isEmpty()) braid = Optional.of(TemporaryBraid.start(properties));
        else if (running.isEmpty()) braid.get().startAgain();
        running.add(id);
    }

    /// The last of them stops Braid.
    @Override
    public synchronized void stop(int id) {
        if (running.remove(id) && running.isEmpty()) braid.ifPresent(TemporaryBraid::stop);
    }

    /// After all brokers.
    @Override
    public synchronized void shutdown() {
        running.clear();
        braid.ifPresent(TemporaryBraid::close);
        braid = Optional.empty();
    }
}
