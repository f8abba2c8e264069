package io.braid.broker;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Somebody whom the server knows by name, whichever protocol they speak, and what they can prove it with. Immutable.
///
/// @param name  1 to [#NAME_BYTES_MAX] bytes of UTF-8, any characters
/// @param scram by mechanism; a user may have one for each
public record Principal(String name, Map<ScramMechanism, ScramCredential> scram) {
    public static final int NAME_BYTES_MAX = 1_024;

    public Principal {
        if (!isName(name))
            throw new IllegalArgumentException("a principal's name of %d characters: must have 1 to %d bytes"
                    .formatted(name.length(), NAME_BYTES_MAX));
        scram = Map.copyOf(scram);
        scram.forEach((mechanism, credential) -> {
            if (credential.keyBytes() != mechanism.keyBytes())
                throw new IllegalArgumentException("keys of %d bytes: %s has %d"
                        .formatted(credential.keyBytes(), mechanism.mechanismName(), mechanism.keyBytes()));
        });
    }

    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= NAME_BYTES_MAX // or it is longer in bytes, too
                && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
    }

    /// Somebody who has nothing to prove it with yet.
    public static Principal named(String name) {
        return new Principal(name, Map.of());
    }

    /// Nobody can log in as this one, so it need not be kept.
    public boolean hasNothing() {
        return scram.isEmpty();
    }

    public Optional<ScramCredential> scram(ScramMechanism mechanism) {
        return Optional.ofNullable(scram.get(mechanism));
    }

    /// This with another credential of a mechanism.
    public Principal with(ScramMechanism mechanism, ScramCredential credential) {
        var changed = new EnumMap<ScramMechanism, ScramCredential>(ScramMechanism.class);
        changed.putAll(scram);
        changed.put(mechanism, credential);
        return new Principal(name, changed);
    }

    /// This without a credential of a mechanism.
    public Principal without(ScramMechanism mechanism) {
        var changed = new EnumMap<ScramMechanism, ScramCredential>(ScramMechanism.class);
        changed.putAll(scram);
        changed.remove(mechanism);
        return new Principal(name, changed);
    }
}
