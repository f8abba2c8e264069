package io.braid.broker;

import java.util.Map;
import java.util.Optional;

/// What administrators have set of the server's own settings while it runs, under the names that Kafka has for them:
/// before what its configuration says. Which settings there are is known to who obeys them: [StreamDefaults],
/// [LogSettings], and the fronts. Immutable.
///
/// @param everyNode for all nodes of a cluster
/// @param thisNode  for this one, which goes before
public record ServerConfigs(Map<String, String> everyNode, Map<String, String> thisNode) {
    static final ServerConfigs EMPTY = new ServerConfigs(Map.of(), Map.of());

    public ServerConfigs {
        everyNode = Map.copyOf(everyNode);
        thisNode = Map.copyOf(thisNode);
    }

    /// Whose settings.
    public enum Scope {
        EVERY_NODE,
        /// The one that has this data directory, whatever its number.
        THIS_NODE
    }

    /// What is set there, by name.
    public Map<String, String> of(Scope scope) {
        return switch (scope) {
            case EVERY_NODE -> everyNode;
            case THIS_NODE -> thisNode;
        };
    }

    /// What is set for this node; empty if nothing is.
    public Optional<String> value(String name) {
        return Optional.ofNullable(thisNode.get(name)).or(() -> Optional.ofNullable(everyNode.get(name)));
    }

    /// This with other settings there.
    ServerConfigs with(Scope scope, Map<String, String> changed) {
        return switch (scope) {
            case EVERY_NODE -> new ServerConfigs(changed, thisNode);
            case THIS_NODE -> new ServerConfigs(everyNode, changed);
        };
    }
}
