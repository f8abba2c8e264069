package io.braid.kafka;

import io.braid.broker.Broker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;

/// Settings of groups, which Kafka calls resources of type GROUP: checked by Kafka's own rules, kept in the
/// catalog, and told to the coordinators that run. A group need not exist to have some. Any thread.
///
/// Where a group has no setting of its own, that of the server under another name counts, if there is one.
final class GroupConfigApi {
    private final Broker broker;
    private final GroupSettings server;
    private Optional<GroupConfigManager> coordinators = Optional.empty(); // guarded by this

    GroupConfigApi(Broker broker, GroupSettings server) {
        this.broker = broker;
        this.server = server;
    }

    /// What coordinators ask for a group's settings; they hear of all changes. Always the same.
    synchronized GroupConfigManager manager() {
        if (coordinators.isEmpty()) {
            var manager = new GroupConfigManager(server.kafka(), server.shares());
            broker.groupConfigs().settings().forEach((group, settings) -> tell(manager, group, settings));
            coordinators = Optional.of(manager);
        }
        return coordinators.get();
    }

    /// Groups that have settings of their own.
    Set<String> groups() {
        return broker.groupConfigs().settings().keySet();
    }

    // ---- changing

    /// @throws InvalidRequestException the request makes no sense
    static Map<String, String> changed(Map<String, String> before, List<AlterableConfig> asked) {
        var names = new LinkedHashSet<String>();
        var after = new HashMap<>(before);
        for (var change : asked) {
            if (!names.add(change.name())) throw new InvalidRequestException("Error due to duplicate config keys");
            change(after, change);
        }
        return after;
    }

    private static void change(Map<String, String> settings, AlterableConfig asked) {
        var operation = OpType.forId(asked.configOperation());
        if (operation == null)
            throw new InvalidRequestException(
                    "%s: there is no operation %d".formatted(asked.name(), asked.configOperation()));
        if (operation == OpType.DELETE) {
            settings.remove(asked.name());
            return;
        }
        if (asked.value() == null) throw new InvalidRequestException("Null value not supported for : " + asked.name());
        if (operation == OpType.SET) settings.put(asked.name(), asked.value());
        else
            settings.put(
                    asked.name(), list(settings.getOrDefault(asked.name(), ""), asked, operation == OpType.APPEND));
    }

    private static String list(String before, AlterableConfig asked, boolean append) {
        if (!GroupConfig.configType(asked.name()).equals(Optional.of(ConfigDef.Type.LIST)))
            throw new InvalidConfigurationException("Can't %s to key %s because its type is not LIST."
                    .formatted(append ? OpType.APPEND : OpType.SUBTRACT, asked.name()));
        var items = items(before);
        if (append) items.addAll(items(asked.value()));
        else items.removeAll(items(asked.value()));
        return String.join(",", items);
    }

    private static Set<String> items(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /// What a change of settings does.
    @FunctionalInterface
    interface Change {
        /// From what is set now to what shall be set.
        Map<String, String> of(Map<String, String> before);
    }

    /// Changes what is set for a group; it is durable when this returns.
    ///
    /// @param validateOnly says what would be answered, and does nothing
    synchronized ApiError alter(String group, Change change, boolean validateOnly) {
        if (group.isEmpty()) return new ApiError(Errors.INVALID_REQUEST, "Default group resources are not allowed.");
        try {
            if (validateOnly) checked(change.of(broker.groupConfigs().of(group)));
            else {
                broker.configureGroup(group, before -> checked(change.of(before)));
                coordinators.ifPresent(
                        manager -> tell(manager, group, broker.groupConfigs().of(group)));
            }
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

    private Map<String, String> checked(Map<String, String> settings) {
        GroupConfig.validate(settings, server.kafka(), server.shares());
        return settings;
    }

    private static void tell(GroupConfigManager manager, String group, Map<String, String> settings) {
        var properties = new Properties();
        properties.putAll(settings);
        manager.updateGroupConfig(group, properties);
    }

    // ---- DescribeConfigs

    /// @throws InvalidRequestException the group has no name
    List<DescribeConfigsResourceResult> described(
            String group, Predicate<String> isAsked, boolean synonyms, boolean documentation) {
        if (group.isEmpty()) throw new InvalidRequestException("Group name must not be empty");
        var own = broker.groupConfigs().of(group);
        return GroupConfig.configNames().stream()
                .filter(name -> !GroupConfig.isInternal(name))
                .filter(isAsked)
                .map(name -> described(name, Optional.ofNullable(own.get(name)), synonyms, documentation))
                .sorted(Comparator.comparing(DescribeConfigsResourceResult::name))
                .toList();
    }

    private DescribeConfigsResourceResult described(
            String name, Optional<String> own, boolean synonyms, boolean documentation) {
        var key = GroupConfig.CONFIG_DEF.configKeys().get(name);
        var values = new ArrayList<DescribeConfigsSynonym>(); // what counts first, then what it hides
        own.ifPresent(value -> values.add(value(name, value, ConfigSource.GROUP_CONFIG)));
        GroupConfig.brokerSynonym(name).ifPresent(synonym -> servers(synonym, values));
        var counts = values.isEmpty() ? Optional.<DescribeConfigsSynonym>empty() : Optional.of(values.getFirst());
        var result = new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(counts.map(DescribeConfigsSynonym::value)
                        .orElseGet(() -> ConfigDef.convertToString(key.defaultValue, key.type)))
                .setConfigSource(counts.map(DescribeConfigsSynonym::source).orElse(ConfigSource.DEFAULT_CONFIG.id()))
                .setConfigType(type(key.type).id());
        if (synonyms) result.setSynonyms(values);
        if (documentation) result.setDocumentation(key.documentation);
        return result;
    }

    private void servers(String name, List<DescribeConfigsSynonym> values) {
        server.asked(name).ifPresent(value -> values.add(value(name, value, ConfigSource.STATIC_BROKER_CONFIG)));
        CoordinatorSettings.all().stream()
                .filter(setting -> setting.name().equals(name))
                .forEach(setting -> values.add(value(name, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG)));
    }

    private static DescribeConfigsSynonym value(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    private static ConfigType type(ConfigDef.Type type) {
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
