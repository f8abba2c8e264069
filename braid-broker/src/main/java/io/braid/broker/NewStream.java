package io.braid.broker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/// A stream to be created.
///
/// @param partitions how many, one shard on each; 0 for the server's default
/// @param settings   by the names of [StreamSettings]
/// @param attributes see [Stream]; kept in the same change as the stream itself
public record NewStream(
        String name,
        Stream.Kind kind,
        Stream.Mode mode,
        int partitions,
        Map<String, String> settings,
        Map<String, String> attributes) {
    public NewStream {
        settings = Map.copyOf(settings);
        attributes = Map.copyOf(attributes);
    }

    /// Without attributes.
    public NewStream(String name, Stream.Kind kind, Stream.Mode mode, int partitions, Map<String, String> settings) {
        this(name, kind, mode, partitions, settings, Map.of());
    }

    public static NewStream of(String name, int partitions) {
        return new NewStream(name, Stream.Kind.USER, Stream.Mode.PROVISIONED, partitions, Map.of());
    }

    /// The stream as it begins: one open shard on each partition, together all hash keys.
    Stream begun(UUID id, Instant now, int partitionsNow) {
        var second = now.truncatedTo(ChronoUnit.SECONDS);
        var ranges = HashRange.even(partitionsNow);
        var shards = IntStream.range(0, partitionsNow)
                .mapToObj(i -> new Shard(i, i, 0, new Shard.Open(), ranges.get(i), List.of(), second))
                .toList();
        var created = now.truncatedTo(ChronoUnit.MILLIS);
        return new Stream(id, name, kind, mode, created, settings, shards, partitionsNow, attributes);
    }
}
