package io.braid.kafka;

import static java.lang.System.Logger.Level.INFO;

import io.braid.broker.Broker;
import io.braid.broker.ServerConfigs;
import io.braid.broker.ServerConfigs.Scope;
import io.braid.broker.ServerName;
import io.braid.broker.StreamSettings;
import io.braid.log.InvalidConfig;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/// Settings of the server, which Kafka calls resources of type BROKER: of this node, or, without a name, of every
/// node. Kafka's rules and words, in Kafka's order; but a name that nobody knows is refused, where Kafka keeps it for
/// its plugins. Any thread.
final class ServerConfigApi {
    private static final System.Logger LOG = System.getLogger(ServerConfigApi.class.getName());

    private static final int SHOWN_MAX = 64; // characters of a name that nobody knows
    private static final int CHANGES_MAX = 1_000; // of one request; there are about a hundred settings

    private final Broker broker;
    private final ServerSettings settings;
    private final AddressLimits addresses;
    private final KafkaListener.Config config;

    ServerConfigApi(Broker broker, ServerSettings settings, AddressLimits addresses, KafkaListener.Config config) {
        this.broker = broker;
        this.settings = settings;
        this.addresses = addresses;
        this.config = config;
    }

    // ---- DescribeConfigs

    /// @throws InvalidRequestException there is no such node
    List<DescribeConfigsResourceResult> described(String node, boolean synonyms, boolean documentation) {
        if (node.isEmpty()) return settings.ofEveryNode(synonyms, documentation);
        check(number("Broker", node), "Unexpected broker id, expected %d or empty string, but received %d");
        return settings.ofThisNode(synonyms, documentation);
    }

    /// @param words for another number: that of this node and the other one
    private void check(int number, String words) {
        if (number != config.nodeId()) throw new InvalidRequestException(words.formatted(config.nodeId(), number));
    }

    private static int number(String what, String node) {
        try {
            return Integer.parseInt(node);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("%s id must be an integer, but it is: %s".formatted(what, node), e);
        }
    }

    /// What loggers belong to.
    ///
    /// @throws InvalidRequestException it is not this node
    void checkThisNode(String node, boolean isToChange) {
        if (isToChange) check(number("Node", node), "Unexpected broker id, expected %d, but received %d");
        else check(number("Broker", node), "Unexpected broker id, expected %d but received %d");
    }

    // ---- changing

    /// Changes settings; the change is durable and obeyed when this returns.
    ///
    /// @param node         empty for every node
    /// @param asked        what IncrementalAlterConfigs names
    /// @param validateOnly says what would be answered, and does nothing
    ApiError alter(String node, List<AlterableConfig> asked, boolean validateOnly) {
        return SettingChanges.answered(() -> {
            checkNames(asked);
            for (var change : asked) checkHosts(change.name(), change.value());
            var scope = scope(node);
            configure(scope, before -> changed(scope, before, asked), validateOnly);
        });
    }

    /// The same in the old way: what is not named is taken back.
    ApiError replace(String node, Map<String, Optional<String>> asked, boolean validateOnly) {
        return SettingChanges.answered(() -> {
            checkCount(asked.size());
            var after = new HashMap<String, String>();
            new TreeMap<>(asked).forEach((name, value) -> after.put(name, value.orElseThrow(() -> isNull(name))));
            after.forEach(ServerConfigApi::checkHosts);
            configure(scope(node), _ -> after, validateOnly);
        });
    }

    private Scope scope(String node) {
        if (node.isEmpty()) return Scope.EVERY_NODE;
        checkThisNode(node, true);
        return Scope.THIS_NODE;
    }

    private void configure(Scope scope, UnaryOperator<Map<String, String>> change, boolean validateOnly)
            throws IOException {
        UnaryOperator<Map<String, String>> checked = before -> checked(scope, change.apply(before));
        try {
            if (validateOnly) {
                broker.checkConfigureServer(scope, checked);
                return;
            }
            var before = settings.changed().of(scope);
            var limits = settings.limits();
            broker.configureServer(scope, checked);
            if (!settings.limits().equals(limits)) addresses.refresh();
            tell(scope, before, settings.changed().of(scope));
        } catch (IllegalArgumentException wrong) {
            throw new InvalidRequestException(wrong.getMessage(), wrong);
        }
    }

    private static void tell(Scope scope, Map<String, String> before, Map<String, String> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        names.removeIf(name -> Optional.ofNullable(before.get(name)).equals(Optional.ofNullable(after.get(name))));
        if (names.isEmpty()) return;
        var changes = names.stream()
                .map(name -> "%s=%s".formatted(name, after.getOrDefault(name, "(taken back)")))
                .collect(Collectors.joining(" "));
        LOG.log(INFO, "settings of the server changed scope={0} {1}", scope, changes);
    }

    private static void checkNames(List<AlterableConfig> asked) {
        checkCount(asked.size());
        var names = new HashSet<String>();
        for (var change : asked)
            if (!names.add(change.name())) throw new InvalidRequestException("Error due to duplicate config keys");
        for (var change : asked)
            if (change.value() == null && change.configOperation() != OpType.DELETE.id()) throw isNull(change.name());
    }

    private static void checkCount(int changes) {
        if (changes > CHANGES_MAX)
            throw new PolicyViolationException("Unable to perform excessively large batch operation.");
    }

    /// Names of hosts are looked up here, as nobody else changes anything while a change is made.
    private static void checkHosts(String name, String value) {
        if (!name.equals(LimitSettings.OVERRIDES) || value == null) return;
        try {
            AddressLimits.checkHosts(LimitSettings.overrides(value).keySet());
        } catch (UnknownHostException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        } catch (IllegalArgumentException _) {
            // no list of hosts: the setting's own rule says so
        }
    }

    private static InvalidRequestException isNull(String name) {
        return new InvalidRequestException("Null value not supported for : " + name);
    }

    private Map<String, String> changed(Scope scope, Map<String, String> before, List<AlterableConfig> asked) {
        var after = new HashMap<>(before);
        for (var change : asked) {
            var operation = OpType.forId(change.configOperation());
            switch (operation) {
                case null -> throw new InvalidRequestException("Unknown operations type " + change.configOperation());
                case SET -> after.put(change.name(), change.value().strip());
                case DELETE -> after.remove(change.name());
                case APPEND, SUBTRACT -> after.put(change.name(), list(scope, before, change, operation));
            }
        }
        return after;
    }

    /// To a list that is not set there belongs what counts without it.
    private String list(Scope scope, Map<String, String> before, AlterableConfig asked, OpType operation) {
        var setting = settings.find(asked.name());
        if (setting.map(ServerSettings.Known::type)
                .filter(ConfigType.LIST::equals)
                .isEmpty())
            throw new InvalidConfigurationException("Config value %s is not allowed for config key: %s"
                    .formatted(operation == OpType.APPEND ? "append" : "subtract", asked.name()));
        var items = Optional.ofNullable(before.get(asked.name()))
                .or(() -> settings.valueBelow(scope, setting.get()))
                .map(ServerConfigApi::items)
                .orElseGet(LinkedHashSet::new);
        if (operation == OpType.APPEND) items.addAll(items(asked.value()));
        else items.removeAll(items(asked.value()));
        return String.join(",", items);
    }

    private static Set<String> items(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    // ---- checking

    /// What the broker module does not check.
    ///
    /// @throws InvalidRequestException some cannot change, or not to that: the message says which
    private Map<String, String> checked(Scope scope, Map<String, String> after) {
        var fixed = new TreeSet<String>();
        for (var name : after.keySet())
            if (settings.find(name).filter(ServerSettings.Known::isChangeable).isEmpty()) fixed.add(name);
        if (!fixed.isEmpty())
            throw new InvalidRequestException("Cannot update these configs dynamically: %s%s"
                    .formatted(
                            fixed.stream().map(ServerConfigApi::shown).toList(),
                            fixed.stream()
                                    .map(this::why)
                                    .flatMap(Optional::stream)
                                    .collect(Collectors.joining())));
        var clamped = config.topics().clampReplication() ? withOneCopy(after) : after;
        new TreeMap<>(clamped)
                .forEach((name, value) -> fault(name, value).ifPresent(fault -> {
                    throw new InvalidRequestException(fault);
                }));
        checkCoordinators(scope, clamped);
        return clamped;
    }

    private static Map<String, String> withOneCopy(Map<String, String> asked) {
        var clamped = new HashMap<>(asked);
        clamped.computeIfPresent(
                "min.insync.replicas", (_, copies) -> copies.matches("[1-9][0-9]{0,4}") ? "1" : copies);
        return clamped;
    }

    /// What to do, after Kafka's words; nothing where those say it.
    private Optional<String> why(String name) {
        if (settings.find(name).isPresent()) return Optional.empty();
        var instead = ServerName.instead(name).or(() -> StreamSettings.similar(name, settings.changeable()));
        return ServerSettingTable.refusal(name)
                .or(() -> instead.map("did you mean %s?"::formatted))
                .map(why -> "; %s: %s".formatted(shown(name), why));
    }

    private static String shown(String name) {
        return name.length() <= SHOWN_MAX ? name : name.substring(0, SHOWN_MAX) + "...";
    }

    private static Optional<String> fault(String name, String value) {
        var ofStreams = ServerName.changeable(name);
        if (name.equals("log.retention.ms") && value.equals("0")) // a topic may have that, the default may not
        return Optional.of("log.retention.ms must be unlimited (-1) or, greater than or equal to 1");
        if (ofStreams.isPresent()) return TopicValues.fault(ofStreams.get(), name, value);
        return ServerSettingTable.row(name).flatMap(row -> row.fault(value));
    }

    /// Kafka's rules for its coordinators' settings, with those of the server's configuration.
    private void checkCoordinators(Scope scope, Map<String, String> after) {
        var all = new HashMap<>(config.coordinators());
        var before = settings.changed();
        var changed = switch (scope) {
            case EVERY_NODE -> new ServerConfigs(after, before.thisNode());
            case THIS_NODE -> new ServerConfigs(before.everyNode(), after);
        };
        for (var values : List.of(changed.everyNode(), changed.thisNode(), after)) {
            values.forEach((name, value) -> {
                if (CoordinatorSettings.isLive(name)) all.put(name, value);
            });
        }
        try {
            CoordinatorSettings.of(all);
        } catch (InvalidConfig wrong) {
            throw new InvalidRequestException(wrong.getMessage(), wrong);
        }
    }
}
