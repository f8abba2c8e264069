package io.braid.broker;

import java.util.Map;

/// @param defaultPartitions  partitions of a stream whose creator names none, at least 1
/// @param partitionsMax      partitions that all streams together may have
/// @param settings           defaults for streams that do not set their own, by the names of [StreamSettings]
public record BrokerConfig(int defaultPartitions, int partitionsMax, Map<String, String> settings) {
    public static final BrokerConfig DEFAULT = new BrokerConfig(1, 20_000, Map.of());
}
