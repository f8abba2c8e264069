package io.braid.kafka;

import io.braid.broker.ResourceConfigs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;

/// All subscriptions to clients' metrics at one time, as they are matched with clients. Immutable.
final class TelemetrySubscriptions {
    private record Subscription(Set<String> metrics, int intervalMillis, Map<String, Pattern> match) {
        static Subscription of(Map<String, String> settings) {
            var properties = new Properties();
            properties.putAll(settings);
            var config = new ClientMetricsConfigs(properties);
            return new Subscription(
                    Set.copyOf(config.getList(ClientMetricsConfigs.METRICS_CONFIG)),
                    config.getInt(ClientMetricsConfigs.INTERVAL_MS_CONFIG),
                    ClientMetricsConfigs.parseMatchingPatterns(config.getList(ClientMetricsConfigs.MATCH_CONFIG)));
        }

        boolean matches(Map<String, String> client) {
            return match.entrySet().stream().allMatch(pattern -> {
                var attribute = client.get(pattern.getKey());
                return attribute != null
                        && pattern.getValue().matcher(attribute).matches();
            });
        }
    }

    /// What one client is asked for.
    ///
    /// @param id             of all that was asked for; another if anything of it changes, the
    ///     same after a restart
    /// @param metrics        prefixes of names, `*` for all; none if nothing is wanted
    /// @param intervalMillis between two pushes
    record Request(int id, List<String> metrics, int intervalMillis) {}

    private final ResourceConfigs source;
    private final List<Subscription> subscriptions;

    TelemetrySubscriptions(ResourceConfigs source) {
        this.source = source;
        this.subscriptions =
                source.settings().values().stream().map(Subscription::of).toList();
    }

    /// Whether these are what `now` says.
    boolean areOf(ResourceConfigs now) {
        return source == now; // the catalog makes another one with each change
    }

    /// What all matching subscriptions want together: the union of metrics, at the shortest
    /// interval.
    ///
    /// @param client the attributes it is matched by, under the names of Kafka's `match`
    Request of(Uuid instance, Map<String, String> client) {
        var metrics = new TreeSet<String>();
        int interval = ClientMetricsConfigs.INTERVAL_MS_DEFAULT;
        for (var subscription : subscriptions) {
            if (!subscription.matches(client)) continue;
            metrics.addAll(subscription.metrics());
            interval = Math.min(interval, subscription.intervalMillis());
        }
        if (metrics.contains(ClientMetricsConfigs.ALL_SUBSCRIBED_METRICS))
            metrics.retainAll(Set.of(ClientMetricsConfigs.ALL_SUBSCRIBED_METRICS));
        var checksum = new CRC32C();
        checksum.update((metrics.toString() + interval).getBytes(StandardCharsets.UTF_8));
        return new Request((int) checksum.getValue() ^ instance.hashCode(), List.copyOf(metrics), interval);
    }
}
