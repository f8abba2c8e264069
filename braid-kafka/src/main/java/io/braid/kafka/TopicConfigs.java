package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.ServerName;
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
        if (synonyms) described.setSynonyms(synonyms(broker, stream, setting));
        if (documentation) described.setDocumentation(setting.doc());
        return described;
    }

    private static ConfigSource source(Broker broker, Stream stream, Setting setting) {
        return stream.settings().containsKey(setting.name())
                ? ConfigSource.TOPIC_CONFIG
                : serverSource(broker, setting);
    }

    private static ConfigSource serverSource(Broker broker, Setting setting) {
        return broker.serverSettings().containsKey(setting.name())
                ? ConfigSource.STATIC_BROKER_CONFIG
                : ConfigSource.DEFAULT_CONFIG;
    }

    /// As a response to DescribeConfigs tells the default of all topics, among the server's own settings.
    static List<DescribeConfigsResourceResult> server(Broker broker) {
        return StreamSettings.all().stream()
                .map(setting -> new DescribeConfigsResourceResult()
                        .setName(ServerName.of(setting.name()))
                        .setValue(broker.serverSettings().getOrDefault(setting.name(), setting.defaultValue()))
                        .setReadOnly(true)
                        .setConfigSource(serverSource(broker, setting).id())
                        .setConfigType(type(setting).id()))
                .toList();
    }

    /// The value in force first, then what it hides.
    private static List<DescribeConfigsSynonym> synonyms(Broker broker, Stream stream, Setting setting) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        var own = stream.settings().get(setting.name());
        if (own != null) synonyms.add(synonym(setting.name(), own, ConfigSource.TOPIC_CONFIG));
        var ofServer = ServerName.of(setting.name());
        var servers = broker.serverSettings().get(setting.name());
        if (servers != null) synonyms.add(synonym(ofServer, servers, ConfigSource.STATIC_BROKER_CONFIG));
        synonyms.add(synonym(ofServer, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG));
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
