package io.braid.kafka;

import static java.lang.System.Logger.Level.INFO;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.LogLevelConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/// Levels of loggers, which Kafka calls resources of type BROKER_LOGGER (KIP-412): those of this process, which writes
/// its log by `java.util.logging`. They are as its configuration says after a restart. Any thread.
///
/// A logger is there from when something has first used it. One that has no level of its own has that of the nearest
/// logger above it that has one, up to [#ROOT].
final class LoggerApi {
    /// Kafka's name for the one above all.
    static final String ROOT = "root";

    private static final System.Logger LOG = System.getLogger(LoggerApi.class.getName());

    /// The log manager forgets loggers that nobody holds, and their levels with them. At most as many as there are.
    private static final Map<String, Logger> CHANGED = new ConcurrentHashMap<>();

    private LoggerApi() {}

    /// Above everything that is written here.
    private static final class Fatal extends Level {
        private static final long serialVersionUID = 1;
        private static final Level LEVEL = new Fatal();

        private Fatal() {
            super(LogLevelConfig.FATAL_LOG_LEVEL, Level.SEVERE.intValue() + 100);
        }
    }

    // ---- DescribeConfigs

    /// All loggers there are, by name.
    static List<DescribeConfigsResourceResult> described() {
        return levels().entrySet().stream()
                .map(logger -> new DescribeConfigsResourceResult()
                        .setName(logger.getKey())
                        .setValue(logger.getValue())
                        .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id())
                        .setConfigType(ConfigType.UNKNOWN.id())
                        .setSynonyms(List.of()))
                .toList();
    }

    private static Map<String, String> levels() {
        var levels = new TreeMap<String, String>();
        for (var name : Collections.list(LogManager.getLogManager().getLoggerNames()))
            find(name).ifPresent(logger -> levels.put(name.isEmpty() ? ROOT : name, word(effective(logger))));
        return levels;
    }

    private static Optional<Logger> find(String name) {
        return Optional.ofNullable(LogManager.getLogManager().getLogger(name.equals(ROOT) ? "" : name));
    }

    private static Level effective(Logger logger) {
        for (var above = logger; above != null; above = above.getParent())
            if (above.getLevel() != null) return above.getLevel();
        return Level.INFO;
    }

    private static String word(Level level) {
        int value = level.intValue();
        if (value == Level.OFF.intValue()) return "OFF"; // by the server's configuration
        if (value > Level.SEVERE.intValue()) return LogLevelConfig.FATAL_LOG_LEVEL;
        if (value > Level.WARNING.intValue()) return LogLevelConfig.ERROR_LOG_LEVEL;
        if (value > Level.INFO.intValue()) return LogLevelConfig.WARN_LOG_LEVEL;
        if (value > Level.FINE.intValue()) return LogLevelConfig.INFO_LOG_LEVEL;
        return value > Level.FINER.intValue() ? LogLevelConfig.DEBUG_LOG_LEVEL : LogLevelConfig.TRACE_LOG_LEVEL;
    }

    private static Level level(String word) {
        return switch (word) {
            case LogLevelConfig.FATAL_LOG_LEVEL -> Fatal.LEVEL;
            case LogLevelConfig.ERROR_LOG_LEVEL -> Level.SEVERE;
            case LogLevelConfig.WARN_LOG_LEVEL -> Level.WARNING;
            case LogLevelConfig.INFO_LOG_LEVEL -> Level.INFO;
            case LogLevelConfig.DEBUG_LOG_LEVEL -> Level.FINE;
            case LogLevelConfig.TRACE_LOG_LEVEL -> Level.FINER;
            default -> throw new IllegalStateException("a level that was not checked: " + word);
        };
    }

    // ---- changing

    /// Sets levels, or takes them back: all of them, or, if something is wrong, none.
    ///
    /// @param validateOnly says what would be answered, and does nothing
    static ApiError alter(List<AlterableConfig> asked, boolean validateOnly) {
        return SettingChanges.answered(() -> {
            check(asked);
            if (!validateOnly) for (var change : asked) apply(change);
        });
    }

    private static void check(List<AlterableConfig> asked) {
        var names = new HashSet<String>();
        for (var change : asked)
            if (!names.add(change.name())) throw new InvalidRequestException("Error due to duplicate config keys");
        for (var change : asked)
            if (change.value() == null && change.configOperation() != OpType.DELETE.id())
                throw new InvalidRequestException("Null value not supported for : " + change.name());
        for (var change : asked) check(change);
    }

    private static void check(AlterableConfig asked) {
        var operation = OpType.forId(asked.configOperation());
        switch (operation) {
            case null -> throw new InvalidRequestException("Unknown operations type " + asked.configOperation());
            case SET -> {
                checkThere(asked.name());
                if (!LogLevelConfig.VALID_LOG_LEVELS.contains(asked.value()))
                    throw new InvalidConfigurationException(
                            "Cannot set the log level of %s to %s as it is not a supported log level. Valid log levels are %s"
                                    .formatted(
                                            asked.name(),
                                            asked.value(),
                                            String.join(", ", new TreeSet<>(LogLevelConfig.VALID_LOG_LEVELS))));
            }
            case DELETE -> {
                checkThere(asked.name());
                if (asked.name().equals(ROOT))
                    throw new InvalidRequestException(
                            "Removing the log level of the " + ROOT + " logger is not allowed");
            }
            case APPEND, SUBTRACT ->
                throw new InvalidRequestException(
                        operation + " operation is not allowed for the BROKER_LOGGER resource");
        }
    }

    private static void checkThere(String name) {
        if (name.isEmpty() || find(name).isEmpty())
            throw new InvalidConfigurationException("Logger " + name + " does not exist!");
    }

    private static void apply(AlterableConfig asked) {
        var found = find(asked.name());
        if (found.isEmpty()) return; // forgotten since it was looked for: nobody uses it
        var logger = found.get();
        boolean isSet = asked.configOperation() == OpType.SET.id();
        logger.setLevel(isSet ? level(asked.value()) : null);
        CHANGED.put(asked.name(), logger);
        LOG.log(INFO, "level of a logger changed logger={0} level={1}", asked.name(), word(effective(logger)));
    }
}
