package io.braid.broker;

import java.util.Map;

/// The levels of features, as administrators have set them. What a feature is and what a level of it means is known to
/// the front that has it, and so is the level of one that nobody has set. Immutable.
///
/// @param set   of each feature that was ever set, by name, 0 to 32,767; 0 is a feature that was turned off
/// @param epoch how often any was set, so that who knows two states can tell which is the newer
public record FeatureLevels(Map<String, Integer> set, long epoch) {
    static final FeatureLevels EMPTY = new FeatureLevels(Map.of(), 0);

    static final int LEVEL_MAX = Short.MAX_VALUE; // Kafka's

    public FeatureLevels {
        set = Map.copyOf(set);
        set.forEach((feature, level) -> {
            if (level < 0 || level > LEVEL_MAX)
                throw new IllegalArgumentException(
                        "feature %s has level %d: must be 0 to %d".formatted(feature, level, LEVEL_MAX));
        });
    }

    /// What follows when these are set.
    FeatureLevels then(Map<String, Integer> changed) {
        return new FeatureLevels(changed, epoch + 1);
    }
}
