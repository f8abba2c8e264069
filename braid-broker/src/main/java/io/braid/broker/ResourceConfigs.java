package io.braid.broker;

import java.util.HashMap;
import java.util.Map;

/// What administrators have set for named resources of one type: groups of consumers, or
/// subscriptions to clients' metrics. Kept here; what a setting means is known to the front whose
/// resources they are. Immutable.
///
/// @param settings of each resource, by name; no resource has none
public record ResourceConfigs(Map<String, Map<String, String>> settings) {
    static final ResourceConfigs EMPTY = new ResourceConfigs(Map.of());

    public ResourceConfigs {
        settings = Map.copyOf(settings);
    }

    /// What is set for a resource, by name; empty if nothing is.
    public Map<String, String> of(String resource) {
        return settings.getOrDefault(resource, Map.of());
    }

    /// This with other settings for a resource.
    ResourceConfigs with(String resource, Map<String, String> changed) {
        var all = new HashMap<>(settings);
        if (changed.isEmpty()) all.remove(resource);
        else all.put(resource, Map.copyOf(changed));
        return new ResourceConfigs(all);
    }
}
