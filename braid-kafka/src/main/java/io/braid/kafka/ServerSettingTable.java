package io.braid.kafka;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/// Settings of Kafka's servers that can change while one runs (KIP-226), as far as they are not defaults of streams,
/// limits of the log, or settings of coordinators, which have tables of their own. Two kinds:
///
/// - a [Row]: any value that Kafka takes, or the only one with which there is nothing to do;
/// - [#REFUSED]: no value means anything here, and why.
///
/// A test holds all tables together against Kafka's own list.
final class ServerSettingTable {
    static final String CONNECTIONS_MAX = "max.connections";

    private ServerSettingTable() {}

    /// @param type     of values
    /// @param rule     for values; may be null, as in Kafka's own definitions
    /// @param standard the value when nobody says anything; empty if the setting is not told of then
    /// @param only     the reason why there is no value but the standard one, if so
    /// @param doc      one sentence
    record Row(
            String name,
            Type type,
            ConfigDef.Validator rule,
            Optional<String> standard,
            Optional<String> only,
            String doc) {
        /// What is wrong with a value.
        Optional<String> fault(String value) {
            return TopicValues.fault(name, type, rule, value)
                    .or(() -> only.filter(_ -> !value.equals(standard.orElse("")))
                            .map(why -> "Invalid value %s for configuration %s: only '%s' in this release: %s"
                                    .formatted(value, name, standard.orElse(""), why)));
        }
    }

    private static final String ONE_NODE = "; there is one node, which follows nobody, so that nothing is left to do.";
    private static final String SELF_TUNED = "the server decides this by itself; leave it out";

    static final List<Row> ROWS = List.of(
            row(
                    CONNECTIONS_MAX,
                    Type.INT,
                    Range.atLeast(1),
                    "Connections open at once; a further one is closed at once. A lower number closes none that is"
                            + " open."),
            throttle("leader.replication.throttled.rate", "What followers may read in a second" + ONE_NODE),
            throttle("follower.replication.throttled.rate", "What may be copied from leaders in a second" + ONE_NODE),
            throttle(
                    "replica.alter.log.dirs.io.max.bytes.per.second",
                    "What may be moved between directories in a second; there is one directory."),
            trivial(
                    "num.replica.fetchers",
                    Type.INT,
                    Range.atLeast(1),
                    "1",
                    "Threads that copy from leaders" + ONE_NODE),
            trivial(
                    "follower.fetch.last.tiered.offset.enable",
                    Type.BOOLEAN,
                    null,
                    "false",
                    "Where a new copy begins" + ONE_NODE),
            only("log.cleaner.threads", Type.INT, "1", "one thread compacts", "Threads that compact."),
            only(
                    "log.cleaner.backoff.ms",
                    Type.LONG,
                    "15000",
                    SELF_TUNED,
                    "How long compaction rests with nothing to do."),
            only("log.cleaner.io.buffer.size", Type.INT, "524288", SELF_TUNED, "Buffers of compaction, in bytes."),
            only(
                    "log.cleaner.io.buffer.load.factor",
                    Type.DOUBLE,
                    "0.9",
                    SELF_TUNED,
                    "How full the table of keys may become."),
            only(
                    "transaction.partition.verification.enable",
                    Type.BOOLEAN,
                    "true",
                    "partitions are always verified, as transactions could hang otherwise",
                    "Whether a transaction's coordinator is asked before a partition takes records of it."));

    private static final String THREADS =
            "there is no such pool of threads here: connections and tasks have threads of their own";
    private static final String PLAINTEXT = "the Kafka listener has neither TLS nor SASL in this release";
    private static final String LISTENER =
            "the Kafka listener has neither TLS nor SASL in this release, and no settings of its own";
    private static final String ITS_CONFIGURATION = "where the server listens stands in its configuration";
    private static final String NO_PLUGINS = "no plugins are loaded";
    private static final String TIER = "the tier is read and written in the server's own way, see storage.tier";

    /// What Kafka would change and this server has not, by name.
    static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("background.threads", THREADS),
            Map.entry("num.io.threads", THREADS),
            Map.entry("num.network.threads", THREADS),
            Map.entry("num.recovery.threads.per.data.dir", THREADS),
            Map.entry("listeners", ITS_CONFIGURATION),
            Map.entry("listener.security.protocol.map", ITS_CONFIGURATION),
            Map.entry("advertised.listeners", ITS_CONFIGURATION),
            Map.entry("cordoned.log.dirs", "there is one directory"),
            Map.entry("config.providers", NO_PLUGINS),
            Map.entry("metric.reporters", NO_PLUGINS),
            Map.entry("principal.builder.class", NO_PLUGINS));

    /// The same, by how names begin.
    static final Map<String, String> REFUSED_FAMILIES =
            Map.of("ssl.", PLAINTEXT, "sasl.", PLAINTEXT, "listener.name.", LISTENER, "remote.", TIER);

    static Optional<Row> row(String name) {
        return ROWS.stream().filter(row -> row.name().equals(name)).findFirst();
    }

    /// Why a setting that Kafka changes while it runs is not changed here.
    static Optional<String> refusal(String name) {
        return Optional.ofNullable(REFUSED.get(name))
                .or(() -> REFUSED_FAMILIES.entrySet().stream()
                        .filter(family -> name.startsWith(family.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst());
    }

    private static Row row(String name, Type type, ConfigDef.Validator rule, String doc) {
        return new Row(name, type, rule, Optional.empty(), Optional.empty(), doc);
    }

    private static Row throttle(String name, String doc) {
        return row(name, Type.LONG, Range.atLeast(0), doc);
    }

    private static Row trivial(String name, Type type, ConfigDef.Validator rule, String standard, String doc) {
        return new Row(name, type, rule, Optional.of(standard), Optional.empty(), doc);
    }

    private static Row only(String name, Type type, String value, String why, String doc) {
        return new Row(name, type, null, Optional.of(value), Optional.of(why), doc);
    }
}
