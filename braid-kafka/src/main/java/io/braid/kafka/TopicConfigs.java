package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.broker.StreamSettings.Setting;
import java.util.ArrayList;
import java.util.List;
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
        if (synonyms) described.setSynonyms(synonyms(setting, value, source));
        if (documentation) described.setDocumentation(setting.doc());
        return described;
    }

    private static ConfigSource source(Broker broker, Stream stream, Setting setting) {
        if (stream.settings().containsKey(setting.name())) return ConfigSource.TOPIC_CONFIG;
        boolean isDefault = broker.setting(stream, setting.name()).equals(setting.defaultValue());
        return isDefault ? ConfigSource.DEFAULT_CONFIG : ConfigSource.STATIC_BROKER_CONFIG;
    }

    /// The value in force first, then what it hides.
    private static List<DescribeConfigsSynonym> synonyms(Setting setting, String value, ConfigSource source) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        if (source != ConfigSource.DEFAULT_CONFIG) synonyms.add(synonym(setting.name(), value, source));
        synonyms.add(synonym(setting.name(), setting.defaultValue(), ConfigSource.DEFAULT_CONFIG));
        return synonyms;
    }

    private static DescribeConfigsSynonym synonym(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    private static ConfigType type(Setting setting) {
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
