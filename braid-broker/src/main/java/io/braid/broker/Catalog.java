package io.braid.broker;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// What exists, at one moment. Immutable.
public final class Catalog {
    static final Catalog EMPTY = new Catalog(new TreeMap<>(), Map.of());

    private final TreeMap<String, Stream> byName; // never changed after construction
    private final Map<UUID, Stream> byId; // never changed after construction
    private final int partitions;

    private Catalog(TreeMap<String, Stream> byName, Map<UUID, Stream> byId) {
        this.byName = byName;
        this.byId = byId;
        partitions = byName.values().stream().mapToInt(Stream::partitions).sum();
    }

    public Optional<Stream> stream(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Optional<Stream> stream(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    /// All streams by name, internal ones too.
    public Collection<Stream> streams() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /// Of all streams together.
    int partitions() {
        return partitions;
    }

    /// This with `stream` added, or in the place of what it was before.
    Catalog with(Stream stream) {
        var names = new TreeMap<>(byName);
        var ids = new HashMap<>(byId);
        names.put(stream.name(), stream);
        ids.put(stream.id(), stream);
        return new Catalog(names, ids);
    }

    Catalog without(Stream stream) {
        var names = new TreeMap<>(byName);
        var ids = new HashMap<>(byId);
        names.remove(stream.name());
        ids.remove(stream.id());
        return new Catalog(names, ids);
    }
}
