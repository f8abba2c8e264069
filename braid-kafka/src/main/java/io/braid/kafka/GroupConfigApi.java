package io.braid.kafka;

import io.braid.broker.Broker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
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

    /// Those of the server.
    GroupSettings server() {
        return server;
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
        return SettingChanges.of(before, asked, GroupConfig::configType);
    }

    /// Changes what is set for a group; it is durable when this returns.
    ///
    /// @param validateOnly says what would be answered, and does nothing
    synchronized ApiError alter(String group, SettingChanges.Change change, boolean validateOnly) {
        if (group.isEmpty()) return new ApiError(Errors.INVALID_REQUEST, "Default group resources are not allowed.");
        return SettingChanges.answered(() -> {
            if (validateOnly) {
                checked(change.of(broker.groupConfigs().of(group)));
                return;
            }
            broker.configureGroup(group, before -> checked(change.of(before)));
            coordinators.ifPresent(
                    manager -> tell(manager, group, broker.groupConfigs().of(group)));
        });
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
        var otherwise = ConfigDef.convertToString(key.defaultValue, key.type);
        GroupConfig.brokerSynonym(name)
                .ifPresentOrElse(
                        synonym -> servers(synonym, values),
                        () -> values.add(value(name, otherwise, ConfigSource.DEFAULT_CONFIG)));
        var counts = values.isEmpty() ? Optional.<DescribeConfigsSynonym>empty() : Optional.of(values.getFirst());
        var result = new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(counts.map(DescribeConfigsSynonym::value).orElse(otherwise))
                .setConfigSource(counts.map(DescribeConfigsSynonym::source).orElse(ConfigSource.DEFAULT_CONFIG.id()))
                .setConfigType(SettingChanges.type(key.type).id());
        if (synonyms) result.setSynonyms(values);
        if (documentation) result.setDocumentation(key.documentation);
        return result;
    }

    private void servers(String name, List<DescribeConfigsSynonym> values) {
        var changed = broker.serverConfigs();
        Optional.ofNullable(changed.thisNode().get(name))
                .ifPresent(value -> values.add(value(name, value, ConfigSource.DYNAMIC_BROKER_CONFIG)));
        Optional.ofNullable(changed.everyNode().get(name))
                .ifPresent(value -> values.add(value(name, value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)));
        server.asked(name).ifPresent(value -> values.add(value(name, value, ConfigSource.STATIC_BROKER_CONFIG)));
        CoordinatorSettings.all().stream()
                .filter(setting -> setting.name().equals(name))
                .forEach(setting -> values.add(value(name, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG)));
    }

    private static DescribeConfigsSynonym value(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }
}
