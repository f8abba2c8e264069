package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.ServerName;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.broker.StreamSettings.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/// A stream's settings in Kafka's words: each with its value and where that comes from.
final class TopicConfigs {
    private TopicConfigs() {}

    /// As a response to CreateTopics tells them.
    static List<CreatableTopicConfigs> created(Broker broker, Stream stream) {
        var configs = new ArrayList<CreatableTopicConfigs>();
        for (var setting : StreamSettings.all())
            configs.add(new CreatableTopicConfigs()
                    .setName(setting.name())
                    .setValue(broker.setting(stream, setting.name()))
                    .setConfigSource(source(broker, stream, setting).id()));
        return configs;
    }

    /// As a response to DescribeConfigs tells one.
    static DescribeConfigsResourceResult described(
            Broker broker, Stream stream, Setting setting, boolean synonyms, boolean documentation) {
        var value = broker.setting(stream, setting.name());
        var source = source(broker, stream, setting);
        var described = new DescribeConfigsResourceResult()
                .setName(setting.name())
                .setValue(value)
                .setConfigSource(source.id())
                .setConfigType(type(setting).id());
        if (synonyms) described.setSynonyms(synonyms(broker, stream, setting));
        if (documentation) described.setDocumentation(setting.doc());
        return described;
    }

    private static ConfigSource source(Broker broker, Stream stream, Setting setting) {
        return stream.settings().containsKey(setting.name())
                ? ConfigSource.TOPIC_CONFIG
                : serverSource(broker, stream, setting);
    }

    private static ConfigSource serverSource(Broker broker, Stream stream, Setting setting) {
        return ConfigSource.forId(servers(broker, stream, setting).getFirst().source());
    }

    /// The value in force first, then what it hides.
    private static List<DescribeConfigsSynonym> synonyms(Broker broker, Stream stream, Setting setting) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        var own = stream.settings().get(setting.name());
        if (own != null) synonyms.add(synonym(setting.name(), own, ConfigSource.TOPIC_CONFIG));
        synonyms.addAll(servers(broker, stream, setting));
        return synonyms;
    }

    /// What the server says of it, likewise. Its own streams do not go by what changes while it runs.
    private static List<DescribeConfigsSynonym> servers(Broker broker, Stream stream, Setting setting) {
        var name = ServerName.of(setting.name());
        var values = new ArrayList<DescribeConfigsSynonym>();
        if (stream.kind() == Stream.Kind.USER) {
            var changed = broker.serverConfigs();
            Optional.ofNullable(changed.thisNode().get(name))
                    .ifPresent(value -> values.add(synonym(name, value, ConfigSource.DYNAMIC_BROKER_CONFIG)));
            Optional.ofNullable(changed.everyNode().get(name))
                    .ifPresent(value -> values.add(synonym(name, value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)));
        }
        Optional.ofNullable(broker.serverSettings().get(setting.name()))
                .ifPresent(value -> values.add(synonym(name, value, ConfigSource.STATIC_BROKER_CONFIG)));
        values.add(synonym(name, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG));
        return values;
    }

    private static DescribeConfigsSynonym synonym(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    static ConfigType type(Setting setting) {
        return switch (setting.type()) {
            case BOOLEAN -> ConfigType.BOOLEAN;
            case INT -> ConfigType.INT;
            case LONG -> ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case STRING -> ConfigType.STRING;
            case LIST -> ConfigType.LIST;
        };
    }
}
