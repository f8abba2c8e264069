package io.braid.kafka;

import io.braid.log.InvalidConfig;
import io.braid.log.Problems.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;

/// The settings of groups and of the state of share groups, by Kafka's names and checked by Kafka's own rules.
///
/// What is not set has Kafka's default, except for [#DEFAULTS]. Kafka's classes are only touched when
/// something is set or when the coordinator starts, so that a server nobody uses groups on does not pay for
/// them.
final class GroupSettings {
    private static final String PARTITIONS = GroupCoordinatorConfig.OFFSETS_TOPIC_PARTITIONS_CONFIG;
    private static final String REPLICATION = GroupCoordinatorConfig.OFFSETS_TOPIC_REPLICATION_FACTOR_CONFIG;

    private static final String SHARE_PARTITIONS = ShareCoordinatorConfig.STATE_TOPIC_NUM_PARTITIONS_CONFIG;
    private static final String SHARE_REPLICATION = ShareCoordinatorConfig.STATE_TOPIC_REPLICATION_FACTOR_CONFIG;
    private static final String SHARE_MIN_ISR = ShareCoordinatorConfig.STATE_TOPIC_MIN_ISR_CONFIG;

    /// Where Braid differs from Kafka; decisions 0036, 0061 and 0067 argue each.
    static final Map<String, String> DEFAULTS = Map.of(
            PARTITIONS,
            "16",
            GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG,
            "100",
            GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG,
            "2",
            GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_BACKGROUND_THREADS_CONFIG,
            "1",
            GroupCoordinatorConfig.STREAMS_GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG,
            "100",
            REPLICATION,
            "1",
            SHARE_PARTITIONS,
            "16",
            SHARE_REPLICATION,
            "1",
            SHARE_MIN_ISR,
            "1");

    private static final Set<String> ONE_NODE = Set.of(REPLICATION, SHARE_REPLICATION, SHARE_MIN_ISR);

    /// What Kafka has and this release does not serve, by how the names begin.
    static final Map<String, String> NOT_SERVED = Map.of(
            "group.share.persister.", "what is known of share groups is kept by this server itself",
            "group.share.dlq.manager.", "records that cannot be delivered are kept by this server itself",
            "share.fetch.purgatory.", "a fetch that waits is not kept anywhere that would have to be purged",
            "group.streams.topology.description.plugin.class", "no plugins are loaded");

    private static final String PROTOCOLS = "group.coordinator.rebalance.protocols";

    private static final Set<String> ALL_PROTOCOLS = Set.of("classic", "consumer", "streams");

    /// How Kafka begins what it says about a value; the rule follows.
    private static final String INVALID = "Invalid value %s for configuration %s: ";

    private final Map<String, String> asked;
    private final Function<String, Optional<String>> changed;

    private GroupSettings(Map<String, String> asked, Function<String, Optional<String>> changed) {
        this.asked = asked;
        this.changed = changed;
    }

    /// @throws InvalidConfig these cannot be used; it has all that is wrong
    GroupSettings(Map<String, String> asked) {
        this.asked = Map.copyOf(asked);
        this.changed = _ -> Optional.empty();
        if (asked.isEmpty()) return;
        var problems = new ArrayList<Problem>();
        new TreeMap<>(asked).forEach((name, value) -> fault(name).ifPresent(rule -> add(problems, name, rule)));
        if (problems.isEmpty()) relation().ifPresent(problems::add);
        if (!problems.isEmpty()) throw new InvalidConfig(problems);
    }

    /// What is wrong with one setting by itself.
    private Optional<String> fault(String name) {
        var unserved = NOT_SERVED.keySet().stream().filter(name::startsWith).findFirst();
        if (unserved.isPresent()) return unserved.map(NOT_SERVED::get);
        if (!definition().names().contains(name)) return Optional.of("is not a setting of groups");
        if (ONE_NODE.contains(name) && !asked.get(name).strip().equals("1"))
            return Optional.of("must be 1, as there is one node");
        return definition().validate(all()).stream()
                .filter(checked -> checked.name().equals(name))
                .flatMap(checked -> checked.errorMessages().stream())
                .findFirst() // further ones follow from it
                .map(message -> message.replace(INVALID.formatted(asked.get(name), name), ""))
                .or(() -> hasNoClassic(name)
                        ? Optional.of("must have classic, which is always served")
                        : Optional.empty());
    }

    private boolean hasNoClassic(String name) {
        return name.equals(PROTOCOLS) && !protocols().contains("classic");
    }

    /// What is wrong with how settings are to each other, or with an assignor that cannot be made. Kafka
    /// checks that where it reads them and names the first fault only.
    private Optional<Problem> relation() {
        try {
            kafka();
            shares();
            shareStates();
            return Optional.empty();
        } catch (IllegalArgumentException | KafkaException e) {
            return Optional.of(problem(e.getMessage()));
        }
    }

    /// The message begins with the setting's name, or else it is about the assignors and names them somewhere.
    private Problem problem(String message) {
        var words = message.split(" ", 2);
        boolean named = definition().names().contains(words[0]);
        var name = named ? words[0] : assignors(message);
        return new Problem(name, all().getOrDefault(name, "its default"), named ? words[1] : message);
    }

    private static String assignors(String message) {
        return message.contains(GroupCoordinatorConfig.STREAMS_GROUP_ASSIGNORS_CONFIG)
                ? GroupCoordinatorConfig.STREAMS_GROUP_ASSIGNORS_CONFIG
                : GroupCoordinatorConfig.CONSUMER_GROUP_ASSIGNORS_CONFIG;
    }

    private void add(List<Problem> problems, String name, String rule) {
        problems.add(new Problem(name, asked.get(name), rule));
    }

    private Map<String, String> all() {
        var all = new HashMap<>(DEFAULTS);
        all.putAll(asked);
        return all;
    }

    /// What was set by hand; empty if the default counts.
    Optional<String> asked(String name) {
        return Optional.ofNullable(asked.get(name));
    }

    /// What groups may speak: of `classic`, which is always there, `consumer`, `streams`, and `share`, which has no
    /// effect.
    Set<String> protocols() {
        return asked(PROTOCOLS).map(GroupSettings::protocols).orElse(ALL_PROTOCOLS);
    }

    private static Set<String> protocols(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).collect(Collectors.toSet());
    }

    GroupCoordinatorConfig kafka() {
        return new GroupCoordinatorConfig(config());
    }

    ShareGroupConfig shares() {
        return new ShareGroupConfig(config());
    }

    /// Of what is kept of share groups.
    ShareCoordinatorConfig shareStates() {
        return new ShareCoordinatorConfig(config());
    }

    private AbstractConfig config() {
        return new LiveConfig(definition(), all(), changed);
    }

    /// These, but for what is said of those that can change while the server runs, each time they are looked at.
    GroupSettings changedBy(Function<String, Optional<String>> values) {
        return new GroupSettings(asked, values);
    }

    /// Kafka's own definitions.
    static ConfigDef definition() {
        return Utils.mergeConfigs(List.of(
                GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF, ShareCoordinatorConfig.CONFIG_DEF));
    }
}
