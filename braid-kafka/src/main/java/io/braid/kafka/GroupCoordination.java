package io.braid.kafka;

import io.braid.broker.Broker;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Consumer groups and their offsets: Kafka's own coordinator over a stream of ours.
final class GroupCoordination implements AutoCloseable {
    GroupCoordination(Broker broker, KafkaListener.Config config, InstantSource clock, RandomGenerator random) {}

    /// Adds the group APIs (FindCoordinator too) to what the listener serves.
    void register(Handlers handlers) {}

    @Override
    public void close() {}
}
