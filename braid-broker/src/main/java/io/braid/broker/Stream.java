package io.braid.broker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A named set of partitions, and the shards that lie on them. Immutable: a change makes another.
///
/// @param id         never reused, unlike the name; Kafka's topic id
/// @param kind       whether users see it
/// @param mode       who decides how many shards there are
/// @param created    whole milliseconds
/// @param settings   the settings that differ from the server's defaults, by the names of [StreamSettings]
/// @param shards     all shards by index, closed ones too
/// @param partitions how many partitions there are, numbered from 0
public record Stream(
        UUID id,
        String name,
        Kind kind,
        Mode mode,
        Instant created,
        Map<String, String> settings,
        List<Shard> shards,
        int partitions) {

    public Stream {
        settings = Map.copyOf(settings);
        shards = List.copyOf(shards);
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
        throw new UnsupportedOperationException();
    }

    /// Whether a partition takes records: it does while an open shard lies on it.
    public boolean isWritable(int partition) {
        throw new UnsupportedOperationException();
    }
}
