package io.braid.kafka;

import static java.lang.System.Logger.Level.ERROR;

import io.braid.broker.Broker;
import io.braid.broker.LogSettings;
import io.braid.broker.ServerConfigs;
import io.braid.broker.ServerConfigs.Scope;
import io.braid.broker.ServerName;
import io.braid.broker.StreamSettings;
import io.braid.log.InvalidConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/// The settings of the server by Kafka's names, as they are now. What counts is, in this order: what administrators
/// have set for this node while it runs, what they have set for every node, what its configuration says, the default.
/// Whoever obeys a setting that can change asks here each time. Any thread.
final class ServerSettings {
    private static final System.Logger LOG = System.getLogger(ServerSettings.class.getName());

    /// One that there is.
    ///
    /// @param type         of its values
    /// @param isChangeable whether it can change while the server runs
    /// @param file         what the server's configuration says
    /// @param standard     what counts if nobody says anything; empty if it is not told of then
    /// @param doc          one sentence
    record Known(
            String name,
            ConfigType type,
            boolean isChangeable,
            Optional<String> file,
            Optional<String> standard,
            String doc) {}

    private record Sourced(String value, ConfigSource source) {}

    /// @param by     what administrators have set
    /// @param values those of coordinators and limits that count
    private record Live(ServerConfigs by, Map<String, String> values) {}

    private final Broker broker;
    private final KafkaListener.Config config;
    private volatile Live live = new Live(new ServerConfigs(Map.of(), Map.of()), Map.of()); // what was last worked out
    private Map<String, Known> known = Map.of(); // guarded by this; empty until somebody asks

    ServerSettings(Broker broker, KafkaListener.Config config) {
        this.broker = broker;
        this.config = config;
    }

    /// How many connections may be open now.
    int connectionsMax() {
        return changed()
                .value(ServerSettingTable.CONNECTIONS_MAX)
                .map(Integer::parseInt)
                .orElse(config.limits().connections());
    }

    /// What limits connections by address, and their rate, now.
    LimitSettings limits() {
        return CoordinatorSettings.of(with(live().values())).limits();
    }

    /// What administrators have set of what coordinators and limits go by, as far as it counts.
    Optional<String> ofCoordinators(String name) {
        return Optional.ofNullable(live().values().get(name));
    }

    private Live live() {
        var now = changed();
        var known = live;
        if (known.by() != now) { // the same object until something is changed
            known = live(now);
            live = known;
        }
        return known;
    }

    private Live live(ServerConfigs by) {
        var values = new HashMap<String, String>();
        for (var set : List.of(by.everyNode(), by.thisNode()))
            set.forEach((name, value) -> {
                if (CoordinatorSettings.isLive(name)) values.put(name, value);
            });
        try {
            if (!values.isEmpty()) CoordinatorSettings.of(with(values));
            return new Live(by, Map.copyOf(values));
        } catch (InvalidConfig wrong) { // it was set beside a configuration that says something else now: that counts
            LOG.log(ERROR, "what was set while the server ran does not count: {0}", wrong.getMessage());
            return new Live(by, Map.of());
        }
    }

    private Map<String, String> with(Map<String, String> values) {
        var all = new HashMap<>(config.coordinators());
        all.putAll(values);
        return all;
    }

    /// What administrators have set.
    ServerConfigs changed() {
        return broker.serverConfigs();
    }

    /// One that there is, whether it can change or not.
    Optional<Known> find(String name) {
        return Optional.ofNullable(known().get(name));
    }

    /// All that can change, by name.
    List<String> changeable() {
        return known().values().stream()
                .filter(Known::isChangeable)
                .map(Known::name)
                .sorted()
                .toList();
    }

    /// What counts if nothing is set there; empty if the setting is not told of then.
    Optional<String> valueBelow(Scope scope, Known setting) {
        var above = scope == Scope.THIS_NODE ? changed().everyNode() : Map.<String, String>of();
        return Optional.ofNullable(above.get(setting.name())).or(setting::file).or(setting::standard);
    }

    /// What DescribeConfigs tells of this node, by name.
    List<DescribeConfigsResourceResult> ofThisNode(boolean synonyms, boolean documentation) {
        return known().values().stream()
                .sorted(Comparator.comparing(Known::name))
                .flatMap(setting -> told(setting, sourced(setting), synonyms, documentation).stream())
                .toList();
    }

    /// What DescribeConfigs tells of every node: only what administrators have set.
    List<DescribeConfigsResourceResult> ofEveryNode(boolean synonyms, boolean documentation) {
        var set = changed().of(Scope.EVERY_NODE);
        return known().values().stream()
                .filter(setting -> set.containsKey(setting.name()))
                .sorted(Comparator.comparing(Known::name))
                .flatMap(setting ->
                        told(setting, List.of(everyNodes(set.get(setting.name()))), synonyms, documentation).stream())
                .toList();
    }

    private Optional<DescribeConfigsResourceResult> told(
            Known setting, List<Sourced> values, boolean synonyms, boolean documentation) {
        if (values.isEmpty()) return Optional.empty();
        var result = new DescribeConfigsResourceResult()
                .setName(setting.name())
                .setValue(values.getFirst().value())
                .setReadOnly(!setting.isChangeable())
                .setConfigSource(values.getFirst().source().id())
                .setConfigType(setting.type().id());
        if (synonyms) result.setSynonyms(synonyms(setting, values));
        if (documentation) result.setDocumentation(setting.doc());
        return Optional.of(result);
    }

    private static List<DescribeConfigsSynonym> synonyms(Known setting, List<Sourced> values) {
        return values.stream()
                .map(value -> new DescribeConfigsSynonym()
                        .setName(setting.name())
                        .setValue(value.value())
                        .setSource(value.source().id()))
                .toList();
    }

    /// What counts first, then what it hides.
    private List<Sourced> sourced(Known setting) {
        var values = new ArrayList<Sourced>();
        if (setting.isChangeable()) values.addAll(changed(setting.name()));
        setting.file().ifPresent(value -> values.add(new Sourced(value, ConfigSource.STATIC_BROKER_CONFIG)));
        setting.standard().ifPresent(value -> values.add(new Sourced(value, ConfigSource.DEFAULT_CONFIG)));
        return values;
    }

    private List<Sourced> changed(String name) {
        var values = new ArrayList<Sourced>();
        var set = changed();
        Optional.ofNullable(set.thisNode().get(name))
                .ifPresent(value -> values.add(new Sourced(value, ConfigSource.DYNAMIC_BROKER_CONFIG)));
        Optional.ofNullable(set.everyNode().get(name)).ifPresent(value -> values.add(everyNodes(value)));
        return values;
    }

    private static Sourced everyNodes(String value) {
        return new Sourced(value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    }

    // ---- what there is

    private synchronized Map<String, Known> known() {
        if (known.isEmpty()) known = made();
        return known;
    }

    private Map<String, Known> made() {
        var all = new LinkedHashMap<String, Known>();
        listening().forEach(setting -> all.put(setting.name(), setting));
        coordinators().forEach(setting -> all.put(setting.name(), setting));
        log().forEach(setting -> all.put(setting.name(), setting));
        for (var row : ServerSettingTable.ROWS)
            all.putIfAbsent(
                    row.name(),
                    new Known(
                            row.name(),
                            SettingChanges.type(row.type()),
                            true,
                            Optional.empty(),
                            row.standard(),
                            row.doc()));
        streams().forEach(setting -> all.putIfAbsent(setting.name(), setting));
        return all;
    }

    private List<Known> listening() {
        var usual = listening(KafkaListener.Config.DEFAULT);
        return listening(config).entrySet().stream()
                .map(said -> listening(said.getKey(), said.getValue(), Optional.ofNullable(usual.get(said.getKey()))))
                .toList();
    }

    private static Known listening(String name, String value, Optional<String> usual) {
        var row = ServerSettingTable.row(name);
        return new Known(
                name,
                row.map(found -> SettingChanges.type(found.type())).orElse(ConfigType.STRING),
                row.isPresent(),
                Optional.of(value).filter(said -> !usual.equals(Optional.of(said))),
                usual.filter(standard -> row.isPresent() || standard.equals(value)),
                row.map(ServerSettingTable.Row::doc).orElse(null));
    }

    private static Map<String, String> listening(KafkaListener.Config config) {
        var values = new HashMap<String, String>();
        values.put("node.id", String.valueOf(config.nodeId()));
        values.put("broker.id", String.valueOf(config.nodeId()));
        values.put("listeners", "PLAINTEXT://%s:%d".formatted(config.host(), config.port()));
        if (config.advertised() instanceof KafkaListener.Fixed(String host, int port))
            values.put("advertised.listeners", "PLAINTEXT://%s:%d".formatted(host, port));
        values.put("auto.create.topics.enable", String.valueOf(config.topics().autoCreate()));
        values.put("delete.topic.enable", String.valueOf(config.topics().deletable()));
        values.put("default.replication.factor", "1");
        values.put("socket.request.max.bytes", String.valueOf(config.limits().requestBytes()));
        values.put(
                ServerSettingTable.CONNECTIONS_MAX,
                String.valueOf(config.limits().connections()));
        values.put(
                "connections.max.idle.ms", String.valueOf(config.limits().idle().toMillis()));
        return values;
    }

    private List<Known> coordinators() {
        return CoordinatorSettings.all().stream()
                .map(setting -> new Known(
                        setting.name(),
                        type(setting),
                        CoordinatorSettings.isLive(setting.name()),
                        Optional.ofNullable(config.coordinators().get(setting.name())),
                        Optional.of(setting.defaultValue()),
                        setting.doc()))
                .toList();
    }

    private static ConfigType type(KafkaListener.CoordinatorSetting setting) {
        return switch (setting.type()) {
            case "number" -> ConfigType.INT;
            case "true or false" -> ConfigType.BOOLEAN;
            default -> ConfigType.STRING;
        };
    }

    private List<Known> log() {
        var file = broker.logSettings();
        var standard = LogSettings.standard();
        return List.of(
                log(LogSettings.PRODUCER_MILLIS, ConfigType.INT, file, standard),
                log(LogSettings.COMPACTION_KEYS, ConfigType.LONG, file, standard),
                log(LogSettings.COMPACTION_RATE, ConfigType.DOUBLE, file, standard));
    }

    private static Known log(String name, ConfigType type, Map<String, String> file, Map<String, String> standard) {
        var usual = standard.get(name);
        var said = Optional.of(file.get(name)).filter(value -> !value.equals(usual));
        return new Known(name, type, true, said, Optional.of(usual), LogSettings.doc(name));
    }

    private List<Known> streams() {
        return StreamSettings.all().stream()
                .map(setting -> {
                    var name = ServerName.of(setting.name());
                    return new Known(
                            name,
                            TopicConfigs.type(setting),
                            ServerName.changeable(name).isPresent(),
                            Optional.ofNullable(broker.serverSettings().get(setting.name())),
                            Optional.of(setting.defaultValue()),
                            setting.doc());
                })
                .toList();
    }
}
