package io.braid.broker;

import java.util.HashMap;
import java.util.Map;

/// What clients may use up, as administrators have set it. Kept here, enforced by the fronts. Immutable.
///
/// @param limits of each entity, by name; no entity has none
public record Quotas(Map<QuotaEntity, Map<String, Double>> limits) {
    static final Quotas EMPTY = new Quotas(Map.of());

    public Quotas {
        limits = Map.copyOf(limits);
    }

    /// What is set for an entity itself, by name; empty if nothing is.
    public Map<String, Double> of(QuotaEntity entity) {
        return limits.getOrDefault(entity, Map.of());
    }

    /// This with other limits for an entity.
    Quotas with(QuotaEntity entity, Map<String, Double> changed) {
        var all = new HashMap<>(limits);
        if (changed.isEmpty()) all.remove(entity);
        else all.put(entity, Map.copyOf(changed));
        return new Quotas(all);
    }
}
