package io.braid.kafka;

import io.braid.broker.Broker;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;

/// Settings of subscriptions to clients' metrics, which Kafka calls resources of type
/// CLIENT_METRICS: checked by Kafka's own rules and kept in the catalog. A subscription is there
/// while it has settings. Any thread.
final class ClientMetricsConfigApi {
    private final Broker broker;

    ClientMetricsConfigApi(Broker broker) {
        this.broker = broker;
    }

    /// The names of all subscriptions.
    Set<String> subscriptions() {
        return broker.clientMetrics().settings().keySet();
    }

    /// @throws org.apache.kafka.common.errors.InvalidRequestException the request makes no sense
    static Map<String, String> changed(Map<String, String> before, List<AlterableConfig> asked) {
        return SettingChanges.of(before, asked, ClientMetricsConfigs::configType);
    }

    /// Changes what is set for a subscription; it is durable when this returns.
    ///
    /// @param validateOnly says what would be answered, and does nothing
    ApiError alter(String subscription, SettingChanges.Change change, boolean validateOnly) {
        return SettingChanges.answered(() -> {
            if (validateOnly)
                checked(subscription, change.of(broker.clientMetrics().of(subscription)));
            else broker.configureClientMetrics(subscription, before -> checked(subscription, change.of(before)));
        });
    }

    private static Map<String, String> checked(String subscription, Map<String, String> settings) {
        ClientMetricsConfigs.validate(subscription, settings);
        return settings;
    }

    /// As with Kafka, a subscription that is not there has the defaults.
    List<DescribeConfigsResourceResult> described(
            String subscription, Predicate<String> isAsked, boolean synonyms, boolean documentation) {
        var own = broker.clientMetrics().of(subscription);
        return ClientMetricsConfigs.configDef().configKeys().values().stream()
                .filter(key -> isAsked.test(key.name))
                .map(key -> described(key, Optional.ofNullable(own.get(key.name)), synonyms, documentation))
                .sorted(Comparator.comparing(DescribeConfigsResourceResult::name))
                .toList();
    }

    private static DescribeConfigsResourceResult described(
            ConfigDef.ConfigKey key, Optional<String> own, boolean synonyms, boolean documentation) {
        var source = own.isPresent() ? ConfigSource.CLIENT_METRICS_CONFIG : ConfigSource.DEFAULT_CONFIG;
        var value = own.orElseGet(() -> ConfigDef.convertToString(key.defaultValue, key.type));
        var result = new DescribeConfigsResourceResult()
                .setName(key.name)
                .setValue(value)
                .setConfigSource(source.id())
                .setConfigType(SettingChanges.type(key.type).id());
        if (synonyms && own.isPresent())
            result.setSynonyms(List.of(new DescribeConfigsSynonym()
                    .setName(key.name)
                    .setValue(value)
                    .setSource(source.id())));
        if (documentation) result.setDocumentation(key.documentation);
        return result;
    }
}
