package io.braid.kafka;

import io.braid.broker.Broker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/// The Kafka protocol on one port. Everything else in this package is behind it.
public final class KafkaListener implements AutoCloseable {
    private KafkaListener() {}

    /// What Metadata tells clients to connect to.
    public sealed interface Advertised {}

    /// The address by which the client came in.
    public record AsReached() implements Advertised {}

    /// Always this one.
    public record Fixed(String host, int port) implements Advertised {}

    /// @param host       the name or address to listen on
    /// @param port       the port to listen on; 0 takes a free one
    /// @param advertised what Metadata tells clients to connect to
    /// @param autoCreate whether asking for a topic that is not there creates it, if the client allows it
    /// @param limits     what one listener takes at most
    /// @param groups     settings of the group coordinator, by Kafka's names (`group.*`, `offsets.*`)
    public record Config(
            String host,
            int port,
            Advertised advertised,
            boolean autoCreate,
            Limits limits,
            Map<String, String> groups) {
        /// Loopback, Kafka's usual port, topics created on first use.
        public static final Config DEFAULT =
                new Config("127.0.0.1", 9092, new AsReached(), true, Limits.DEFAULT, Map.of());

        public Config {
            groups = Map.copyOf(groups);
        }
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
    }

    /// Opens the port; clients are served when this returns.
    ///
    /// @throws IOException the address cannot be had, which the message names
    public static KafkaListener start(Broker broker, Config config, InstantSource clock, RandomGenerator random)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Where it listens, with the port it got.
    public InetSocketAddress address() {
        throw new UnsupportedOperationException();
    }

    /// Takes no more connections and requests, answers what is in flight for as long as [Limits#drain], closes.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
