package io.braid.broker;

import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/// What exists, at one moment. Immutable.
public final class Catalog {
    Catalog() {}

    public Optional<Stream> stream(String name) {
        throw new UnsupportedOperationException();
    }

    public Optional<Stream> stream(UUID id) {
        throw new UnsupportedOperationException();
    }

    /// All streams by name, internal ones too.
    public Collection<Stream> streams() {
        throw new UnsupportedOperationException();
    }
}
