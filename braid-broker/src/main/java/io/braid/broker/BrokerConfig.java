package io.braid.broker;

import java.util.ArrayList;
import java.util.Map;

/// @param defaultPartitions  partitions of a stream whose creator names none, at least 1
/// @param partitionsMax      partitions that all streams together may have, from 1 to 100,000
/// @param settings           defaults for streams that do not set their own, by the names of [StreamSettings]
public record BrokerConfig(int defaultPartitions, int partitionsMax, Map<String, String> settings) {
    public static final BrokerConfig DEFAULT = new BrokerConfig(1, 20_000, Map.of());

    private static final int PARTITIONS_MAX = 100_000; // a stream of as many still fits one batch of the catalog's log

    /// @throws IllegalArgumentException names everything that is wrong
    public BrokerConfig {
        settings = Map.copyOf(settings);
        var faults = new ArrayList<String>();
        if (partitionsMax < 1 || partitionsMax > PARTITIONS_MAX)
            faults.add("partitions-max %d: must be from 1 to %d".formatted(partitionsMax, PARTITIONS_MAX));
        if (defaultPartitions < 1 || defaultPartitions > partitionsMax)
            faults.add("default-partitions %d: must be from 1 to partitions-max, which is %d"
                    .formatted(defaultPartitions, partitionsMax));
        var wrong = StreamSettings.fault(settings);
        if (wrong.isEmpty()) wrong = StreamSettings.conflict(settings);
        wrong.ifPresent(faults::add);
        if (!faults.isEmpty()) throw new IllegalArgumentException(String.join("; ", faults));
    }
}
