package io.braid.kafka;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/// What IncrementalAlterConfigs does to the settings of a resource that is not a topic.
final class SettingChanges {
    private SettingChanges() {}

    /// What a change of settings does.
    @FunctionalInterface
    interface Change {
        /// From what is set now to what shall be set.
        Map<String, String> of(Map<String, String> before);
    }

    /// Checks settings, or changes them.
    @FunctionalInterface
    interface Attempt {
        /// @throws IOException the storage failed
        void run() throws IOException;
    }

    /// What an attempt came to, in Kafka's errors.
    static ApiError answered(Attempt attempt) {
        try {
            attempt.run();
            return ApiError.NONE;
        } catch (ConfigException e) {
            return new ApiError(Errors.INVALID_CONFIG, e.getMessage());
        } catch (ApiException e) {
            return new ApiError(Errors.forException(e), e.getMessage());
        } catch (IllegalArgumentException e) {
            return new ApiError(Errors.POLICY_VIOLATION, e.getMessage());
        } catch (IOException e) {
            return new ApiError(
                    Errors.KAFKA_STORAGE_ERROR,
                    "the storage failed, nobody can say yet whether it was done: " + e.getMessage());
        }
    }

    /// The same of two steps, of which the second says itself what it came to.
    static ApiError checked(Attempt first, Supplier<ApiError> then) {
        var checked = answered(first);
        return checked.isFailure() ? checked : then.get();
    }

    /// The settings afterwards.
    ///
    /// @param types of the settings there are, by name
    /// @throws InvalidRequestException the request makes no sense
    /// @throws InvalidConfigurationException a list was expected
    static Map<String, String> of(
            Map<String, String> before, List<AlterableConfig> asked, Function<String, Optional<ConfigDef.Type>> types) {
        var names = new HashSet<String>();
        var after = new HashMap<>(before);
        for (var change : asked) {
            if (!names.add(change.name())) throw new InvalidRequestException("Error due to duplicate config keys");
            change(after, change, types);
        }
        return after;
    }

    private static void change(
            Map<String, String> settings, AlterableConfig asked, Function<String, Optional<ConfigDef.Type>> types) {
        var operation = OpType.forId(asked.configOperation());
        if (operation == null)
            throw new InvalidRequestException(
                    "%s: there is no operation %d".formatted(asked.name(), asked.configOperation()));
        if (operation == OpType.DELETE) {
            settings.remove(asked.name());
            return;
        }
        if (asked.value() == null) throw new InvalidRequestException("Null value not supported for : " + asked.name());
        if (operation == OpType.SET) {
            settings.put(asked.name(), asked.value());
            return;
        }
        if (!types.apply(asked.name()).equals(Optional.of(ConfigDef.Type.LIST)))
            throw new InvalidConfigurationException(
                    "Can't %s to key %s because its type is not LIST.".formatted(operation, asked.name()));
        var items = items(settings.getOrDefault(asked.name(), ""));
        if (operation == OpType.APPEND) items.addAll(items(asked.value()));
        else items.removeAll(items(asked.value()));
        settings.put(asked.name(), String.join(",", items));
    }

    private static Set<String> items(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /// The type of a setting, in DescribeConfigs' words.
    static ConfigType type(ConfigDef.Type type) {
        return switch (type) {
            case BOOLEAN -> ConfigType.BOOLEAN;
            case STRING -> ConfigType.STRING;
            case INT -> ConfigType.INT;
            case SHORT -> ConfigType.SHORT;
            case LONG -> ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case LIST -> ConfigType.LIST;
            case CLASS -> ConfigType.CLASS;
            case PASSWORD -> ConfigType.PASSWORD;
        };
    }
}
