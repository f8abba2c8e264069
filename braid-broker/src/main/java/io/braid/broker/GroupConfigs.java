package io.braid.broker;

import java.util.HashMap;
import java.util.Map;

/// What administrators have set for groups of consumers. Kept here; what a setting means is known to the front whose
/// groups they are. Immutable.
///
/// @param settings of each group, by name; no group has none
public record GroupConfigs(Map<String, Map<String, String>> settings) {
    static final GroupConfigs EMPTY = new GroupConfigs(Map.of());

    public GroupConfigs {
        settings = Map.copyOf(settings);
    }

    /// What is set for a group, by name; empty if nothing is.
    public Map<String, String> of(String group) {
        return settings.getOrDefault(group, Map.of());
    }

    /// This with other settings for a group.
    GroupConfigs with(String group, Map<String, String> changed) {
        var all = new HashMap<>(settings);
        if (changed.isEmpty()) all.remove(group);
        else all.put(group, Map.copyOf(changed));
        return new GroupConfigs(all);
    }
}
