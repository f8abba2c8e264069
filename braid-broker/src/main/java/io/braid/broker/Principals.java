package io.braid.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everybody who can prove who they are: one list for both protocols. Whoever is asked to let somebody in looks here.
/// Immutable.
///
/// @param byName each has something to prove it with
public record Principals(Map<String, Principal> byName) {
    static final Principals EMPTY = new Principals(Map.of());

    /// How many there may be: all are copied with each change.
    public static final int MAX = 10_000;

    public Principals {
        byName = Map.copyOf(byName);
    }

    public Optional<Principal> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// This after some are as told; who has nothing is forgotten.
    Principals with(List<Principal> changed) {
        var all = new HashMap<>(byName);
        for (var principal : changed) {
            if (principal.hasNothing()) all.remove(principal.name());
            else all.put(principal.name(), principal);
        }
        return new Principals(all);
    }
}
