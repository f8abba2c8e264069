package io.braid.kafka;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;

/// Settings of Kafka's coordinators, of which those that may change while a coordinator runs are looked up each time it
/// asks for them, as it does. Any thread.
final class LiveConfig extends AbstractConfig {
    private final Map<String, ConfigDef.ConfigKey> keys;
    private final Function<String, Optional<String>> changed;

    /// @param values  what counts where nobody has changed anything
    /// @param changed what administrators have set while the server runs, by name; was checked
    LiveConfig(ConfigDef definition, Map<String, String> values, Function<String, Optional<String>> changed) {
        super(definition, values, false);
        this.keys = definition.configKeys();
        this.changed = changed;
    }

    /// Those that Kafka's coordinators do not remember.
    static boolean isLive(String name) {
        return GroupCoordinatorConfig.RECONFIGURABLE_CONFIGS.contains(name)
                || ShareCoordinatorConfig.RECONFIGURABLE_CONFIGS.contains(name);
    }

    @Override
    protected Object get(String key) {
        var before = super.get(key);
        if (changed == null || !isLive(key)) return before; // Kafka's constructor asks, too
        return changed.apply(key)
                .map(value -> ConfigDef.parseType(key, value, keys.get(key).type))
                .orElse(before);
    }
}
