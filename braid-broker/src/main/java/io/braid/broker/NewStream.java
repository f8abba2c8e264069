package io.braid.broker;

import java.util.Map;

/// A stream to be created.
///
/// @param partitions how many, one shard on each; 0 for the server's default
/// @param settings   by the names of [StreamSettings]
public record NewStream(String name, Stream.Kind kind, Stream.Mode mode, int partitions, Map<String, String> settings) {
    public NewStream {
        settings = Map.copyOf(settings);
    }

    public static NewStream of(String name, int partitions) {
        return new NewStream(name, Stream.Kind.USER, Stream.Mode.PROVISIONED, partitions, Map.of());
    }
}
