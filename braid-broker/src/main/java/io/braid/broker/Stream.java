package io.braid.broker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A named set of partitions, and the shards that lie on them. Immutable: a change makes another.
///
/// The ranges of the open shards cover every hash key exactly once, and no two open shards lie on one partition.
/// Both are checked whenever a stream is made.
///
/// @param id         never reused, unlike the name; Kafka's topic id
/// @param kind       whether users see it
/// @param mode       who decides how many shards there are
/// @param created    whole milliseconds
/// @param settings   the settings that differ from the server's defaults, by the names of [StreamSettings]
/// @param shards     by index, closed ones too until their records have expired; an index is never reused
/// @param partitions how many partitions there are, numbered from 0
/// @param attributes what a front keeps with the stream, by names of its own; nothing else knows what it means
public record Stream(
        UUID id,
        String name,
        Kind kind,
        Mode mode,
        Instant created,
        Map<String, String> settings,
        List<Shard> shards,
        int partitions,
        Map<String, String> attributes) {

    public Stream {
        settings = Map.copyOf(settings);
        attributes = Map.copyOf(attributes);
        shards = checked(name, shards, partitions);
    }

    /// Without attributes.
    public Stream(
            UUID id,
            String name,
            Kind kind,
            Mode mode,
            Instant created,
            Map<String, String> settings,
            List<Shard> shards,
            int partitions) {
        this(id, name, kind, mode, created, settings, shards, partitions, Map.of());
    }

    public enum Kind {
        USER,
        /// The server's own, such as the one consumer groups are kept in. Listed to Kafka as internal; not to
        /// Kinesis.
        INTERNAL
    }

    public enum Mode {
        PROVISIONED,
        ON_DEMAND
    }

    /// The open shard that takes this key.
    public Shard shardFor(HashKey key) {
        return map().taking(key);
    }

    /// Whether a partition takes records: it does while an open shard lies on it.
    public boolean isWritable(int partition) {
        return map().isWritable(partition);
    }

    /// The shard of this index; empty if there never was one, or its records have expired and it is forgotten.
    public Optional<Shard> shard(int index) {
        return map().find(index);
    }

    /// By the first key of their range.
    public List<Shard> openShards() {
        return map().open();
    }

    public int openShardCount() {
        return map().openCount();
    }

    /// All shards but those closed before `horizon`.
    List<Shard> shardsSince(Instant horizon) {
        return shards.stream().filter(shard -> !shard.isClosedBefore(horizon)).toList();
    }

    private ShardMap map() {
        return ShardMap.of(shards);
    }

    Stream withSettings(Map<String, String> changed) {
        return new Stream(id, name, kind, mode, created, changed, shards, partitions, attributes);
    }

    Stream withShards(List<Shard> changed, int partitionsNow) {
        return new Stream(id, name, kind, mode, created, settings, changed, partitionsNow, attributes);
    }

    Stream described(Mode modeNow, Map<String, String> changed) {
        return new Stream(id, name, kind, modeNow, created, settings, shards, partitions, changed);
    }

    private static ShardMap checked(String name, List<Shard> shards, int partitions) {
        try {
            var map = ShardMap.of(shards);
            for (var shard : map)
                if (shard.partition() >= partitions)
                    throw new IllegalArgumentException("shard %d lies on partition %d of %d"
                            .formatted(shard.index(), shard.partition(), partitions));
            return map;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("stream %s: %s".formatted(name, e.getMessage()), e);
        }
    }
}
