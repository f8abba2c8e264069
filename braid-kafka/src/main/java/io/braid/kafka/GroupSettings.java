package io.braid.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/// The settings of the group coordinator, by Kafka's names and checked by Kafka's own rules.
///
/// What is not set has Kafka's default, except for [#DEFAULTS]. Kafka's classes are only touched when
/// something is set or when the coordinator starts, so that a server nobody uses groups on does not pay for
/// them.
final class GroupSettings {
    private static final String PARTITIONS = GroupCoordinatorConfig.OFFSETS_TOPIC_PARTITIONS_CONFIG;
    private static final String REPLICATION = GroupCoordinatorConfig.OFFSETS_TOPIC_REPLICATION_FACTOR_CONFIG;

    /// Where Braid differs from Kafka; decision 0035 argues each.
    static final Map<String, String> DEFAULTS = Map.of(
            PARTITIONS,
            "16",
            GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG,
            "100",
            GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG,
            "2",
            GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_BACKGROUND_THREADS_CONFIG,
            "1",
            REPLICATION,
            "1");

    /// What Kafka has and this release does not serve, by how the names begin.
    private static final Map<String, String> NOT_SERVED = Map.of(
            "group.share.", "share groups are not served by this release",
            "group.streams.", "streams groups are not served by this release",
            "errors.deadletterqueue.", "share groups are not served by this release",
            "group.coordinator.rebalance.protocols", "classic and consumer groups are always served");

    private final Map<String, String> asked;

    /// @throws IllegalArgumentException these cannot be used; the message has all that is wrong, a line for
    ///     each
    GroupSettings(Map<String, String> asked) {
        this.asked = Map.copyOf(asked);
        if (asked.isEmpty()) return;
        var faults = faults();
        if (!faults.isEmpty())
            throw new IllegalArgumentException("settings of consumer groups:\n  " + String.join("\n  ", faults));
    }

    private List<String> faults() {
        var faults = new ArrayList<String>();
        new TreeMap<>(asked).forEach((name, value) -> {
            var unserved = NOT_SERVED.keySet().stream().filter(name::startsWith).findFirst();
            if (unserved.isPresent()) faults.add(fault(name, NOT_SERVED.get(unserved.get())));
            else if (!GroupCoordinatorConfig.CONFIG_DEF.names().contains(name))
                faults.add(fault(name, "is not a setting of consumer groups"));
            else if (name.equals(REPLICATION) && !value.strip().equals("1"))
                faults.add(fault(name, "must be 1, as there is one node"));
        });
        GroupCoordinatorConfig.CONFIG_DEF.validate(all()).stream()
                .filter(checked -> asked.containsKey(checked.name()))
                .sorted(Comparator.comparing(ConfigValue::name))
                .flatMap(checked -> checked.errorMessages().stream().limit(1)) // the others follow from it
                .forEach(faults::add);
        if (faults.isEmpty()) relations(faults);
        return faults;
    }

    /// Kafka checks how settings must be to each other where it reads them, and names the first fault only.
    private void relations(List<String> faults) {
        try {
            kafka();
        } catch (IllegalArgumentException e) {
            faults.add(e.getMessage());
        }
    }

    private String fault(String name, String rule) {
        return "%s = %s: %s".formatted(name, asked.get(name), rule);
    }

    private Map<String, String> all() {
        var all = new HashMap<>(DEFAULTS);
        all.putAll(asked);
        return all;
    }

    GroupCoordinatorConfig kafka() {
        return new GroupCoordinatorConfig(config());
    }

    /// Of share groups, which the coordinator wants to know about although nobody can have one.
    ShareGroupConfig shares() {
        return new ShareGroupConfig(config());
    }

    private AbstractConfig config() {
        var definition = Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF));
        return new AbstractConfig(definition, all(), false);
    }
}
