package io.braid.broker;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
/// @param shards     all shards by index, closed ones too
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
        shards = List.copyOf(shards);
        checkIndexes(name, shards, partitions);
        checkCover(name, shards);
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
        for (var shard : shards) if (shard.isOpen() && shard.range().contains(key)) return shard;
        throw new IllegalStateException("stream %s: no open shard takes %s".formatted(name, key));
    }

    /// Whether a partition takes records: it does while an open shard lies on it.
    public boolean isWritable(int partition) {
        for (var shard : shards) if (shard.partition() == partition && shard.isOpen()) return true;
        return false;
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

    private static void checkIndexes(String name, List<Shard> shards, int partitions) {
        var openOn = new HashSet<Integer>();
        for (int i = 0; i < shards.size(); i++) {
            var shard = shards.get(i);
            if (shard.index() != i)
                throw new IllegalArgumentException(
                        "stream %s: shard %d stands at place %d".formatted(name, shard.index(), i));
            if (shard.partition() >= partitions)
                throw new IllegalArgumentException("stream %s: shard %d lies on partition %d of %d"
                        .formatted(name, i, shard.partition(), partitions));
            if (shard.isOpen() && !openOn.add(shard.partition()))
                throw new IllegalArgumentException(
                        "stream %s: two open shards on partition %d".formatted(name, shard.partition()));
        }
    }

    private static void checkCover(String name, List<Shard> shards) {
        var open = shards.stream()
                .filter(Shard::isOpen)
                .map(Shard::range)
                .sorted(Comparator.comparing(HashRange::first))
                .toList();
        if (open.isEmpty()) throw new IllegalArgumentException("stream %s: no open shard".formatted(name));
        for (int i = 0; i < open.size(); i++) {
            var first = open.get(i).first();
            boolean meets = i == 0
                    ? first.equals(HashKey.MIN)
                    : follows(first, open.get(i - 1).last());
            if (!meets)
                throw new IllegalArgumentException(
                        "stream %s: open shards overlap or leave a gap before hash key %s".formatted(name, first));
        }
        if (!open.getLast().last().equals(HashKey.MAX))
            throw new IllegalArgumentException("stream %s: no open shard takes hash keys after %s"
                    .formatted(name, open.getLast().last()));
    }

    private static boolean follows(HashKey key, HashKey before) {
        return !before.equals(HashKey.MAX) && key.equals(before.next());
    }
}
