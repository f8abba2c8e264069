package io.braid.it;

import io.braid.aws.AwsConfig;
import io.braid.aws.AwsListener;
import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.Payloads;
import io.braid.delivery.Delivery;
import io.braid.kafka.KafkaListener;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// The whole server in the test's own process, with a clock that stands still until it is moved.
final class MovableServer implements AutoCloseable {
    private static final Duration NEVER = Duration.ofDays(10_000); // or moving the clock would close connections

    private final Log log;
    private final Broker broker;
    private final KafkaListener kafka;
    private final Delivery delivery;
    private final AwsListener http;
    private volatile Instant now = Instant.parse("2026-11-23T10:00:00Z");

    MovableServer(Path directory) throws IOException {
        InstantSource clock = () -> now;
        var usual = KafkaListener.Limits.DEFAULT;
        var limits = new KafkaListener.Limits(
                usual.connections(),
                usual.requestBytes(),
                usual.requestsPerConnection(),
                usual.bytesInFlight(),
                NEVER,
                usual.drain());
        var kafkaConfig =
                new KafkaListener.Config("127.0.0.1", 0, new KafkaListener.AsReached(), true, limits, Map.of());
        log = Log.open(new LogConfig(directory), clock, Payloads.CODECS);
        broker = Broker.open(log, BrokerConfig.DEFAULT, clock, new Random(1));
        kafka = KafkaListener.start(broker, kafkaConfig, clock, new Random(2));
        var httpConfig = AwsConfig.DEFAULT.withHttp(AwsConfig.Http.DEFAULT.at("127.0.0.1", 0));
        delivery = new Delivery(broker, (_, _, _) -> {}, Delivery.Config.DEFAULT, clock);
        http = AwsListener.start(
                broker, httpConfig, Optional.empty(), delivery, kafka::writeMetrics, clock, new Random(3));
    }

    String kafka() {
        return "127.0.0.1:" + kafka.address().getPort();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + http.address().getPort());
    }

    Instant now() {
        return now;
    }

    /// Time passes, and what the log does from time to time is done.
    void pass(Duration time) throws IOException {
        now = now.plus(time);
        log.tidy();
    }

    @Override
    public void close() throws IOException {
        http.close();
        delivery.close();
        kafka.close();
        broker.close();
        log.close();
    }
}
