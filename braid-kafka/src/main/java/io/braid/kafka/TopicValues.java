package io.braid.kafka;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.storage.internals.log.LogConfig;

/// Values that no Kafka takes for a topic's setting, in the words that its clients know. What Kafka takes may still be
/// refused here, by [io.braid.broker.StreamSettings]. Any thread.
final class TopicValues {
    private static final Map<String, ConfigDef.ConfigKey> KAFKAS =
            LogConfig.configDefCopy().configKeys();

    private TopicValues() {}

    /// What is wrong with the first value, by name, that is wrong; names that Kafka does not know are not looked at.
    static Optional<String> fault(Map<String, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .filter(value -> KAFKAS.containsKey(value.getKey()))
                        .flatMap(value -> fault(value.getKey(), value.getKey(), value.getValue()).stream())
                        .findFirst();
    }

    /// What is wrong with a value of a setting that Kafka knows.
    ///
    /// @param name under which it is told
    static Optional<String> fault(String setting, String name, String value) {
        var known = KAFKAS.get(setting);
        return fault(name, known.type, known.validator, value);
    }

    /// What is wrong with a value of this type.
    ///
    /// @param rule that it must keep, too; may be null, as in Kafka's definitions
    static Optional<String> fault(String name, ConfigDef.Type type, ConfigDef.Validator rule, String value) {
        try {
            var parsed = ConfigDef.parseType(name, value, type);
            if (rule != null) rule.ensureValid(name, parsed);
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(e.getMessage());
        }
    }
}
