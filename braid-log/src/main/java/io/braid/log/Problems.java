package io.braid.log;

import java.util.ArrayList;
import java.util.List;

/// Collects everything that is wrong with a configuration, so that a person repairs it once and not once per
/// mistake. One thread.
public final class Problems {
    /// One mistake: which setting, what it says now, and what it has to be.
    public record Problem(String key, Object value, String rule) {
        @Override
        public String toString() {
            return "%s = %s: %s".formatted(key, value, rule);
        }
    }

    private final List<Problem> found = new ArrayList<>();

    /// Records a problem unless `holds`. The rule completes the sentence "it ...".
    public Problems require(boolean holds, String key, Object value, String rule) {
        if (!holds) found.add(new Problem(key, value, rule));
        return this;
    }

    /// @throws InvalidConfig something was found
    public void raise() {
        if (!found.isEmpty()) throw new InvalidConfig(found);
    }
}
