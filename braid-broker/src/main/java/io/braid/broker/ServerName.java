package io.braid.broker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A name that Kafka's servers have for the default of a topic's setting, such as `log.retention.hours`. Who brings a
/// server's configuration along may keep it; clients that ask for a server's settings look for it.
///
/// @param name    Kafka's
/// @param setting the one of [StreamSettings] that it is the default of
/// @param factor  what a value is multiplied by: hours and minutes become milliseconds
public record ServerName(String name, String setting, long factor) {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    /// By name.
    public static final List<ServerName> ALL = List.of(
            new ServerName(StreamSettings.GZIP_LEVEL, StreamSettings.GZIP_LEVEL, 1),
            new ServerName(StreamSettings.LZ4_LEVEL, StreamSettings.LZ4_LEVEL, 1),
            new ServerName(StreamSettings.COMPRESSION_TYPE, StreamSettings.COMPRESSION_TYPE, 1),
            new ServerName(StreamSettings.ZSTD_LEVEL, StreamSettings.ZSTD_LEVEL, 1),
            new ServerName("log.cleaner.delete.retention.ms", "delete.retention.ms", 1),
            new ServerName("log.cleaner.max.compaction.lag.ms", "max.compaction.lag.ms", 1),
            new ServerName("log.cleaner.min.cleanable.ratio", "min.cleanable.dirty.ratio", 1),
            new ServerName("log.cleaner.min.compaction.lag.ms", "min.compaction.lag.ms", 1),
            new ServerName("log.cleanup.policy", StreamSettings.CLEANUP_POLICY, 1),
            new ServerName("log.flush.interval.messages", StreamSettings.FLUSH_MESSAGES, 1),
            new ServerName("log.flush.interval.ms", StreamSettings.FLUSH_MS, 1),
            new ServerName("log.index.interval.bytes", "index.interval.bytes", 1),
            new ServerName("log.index.size.max.bytes", "segment.index.bytes", 1),
            new ServerName("log.local.retention.bytes", "local.retention.bytes", 1),
            new ServerName("log.local.retention.ms", "local.retention.ms", 1),
            new ServerName("log.message.timestamp.after.max.ms", StreamSettings.TIMESTAMP_AFTER_MAX_MS, 1),
            new ServerName("log.message.timestamp.before.max.ms", StreamSettings.TIMESTAMP_BEFORE_MAX_MS, 1),
            new ServerName("log.message.timestamp.type", StreamSettings.TIMESTAMP_TYPE, 1),
            new ServerName("log.preallocate", "preallocate", 1),
            new ServerName("log.remote.copy.lag.bytes", "remote.copy.lag.bytes", 1),
            new ServerName("log.remote.copy.lag.ms", "remote.copy.lag.ms", 1),
            new ServerName("log.retention.bytes", StreamSettings.RETENTION_BYTES, 1),
            new ServerName("log.retention.hours", StreamSettings.RETENTION_MS, HOUR),
            new ServerName("log.retention.minutes", StreamSettings.RETENTION_MS, MINUTE),
            new ServerName("log.retention.ms", StreamSettings.RETENTION_MS, 1),
            new ServerName("log.roll.hours", StreamSettings.SEGMENT_MS, HOUR),
            new ServerName("log.roll.jitter.ms", "segment.jitter.ms", 1),
            new ServerName("log.roll.ms", StreamSettings.SEGMENT_MS, 1),
            new ServerName("log.segment.bytes", StreamSettings.SEGMENT_BYTES, 1),
            new ServerName("log.segment.delete.delay.ms", "file.delete.delay.ms", 1),
            new ServerName("message.max.bytes", StreamSettings.MAX_MESSAGE_BYTES, 1));

    /// Settings of streams whose default Kafka's servers know by the same name.
    private static final List<String> SAME_NAMES =
            List.of("max.decompressed.message.bytes", "min.insync.replicas", "unclean.leader.election.enable");

    private static final Map<String, String> CHANGEABLE = Stream.concat(
                    ALL.stream().filter(known -> known.factor == 1),
                    SAME_NAMES.stream().map(name -> new ServerName(name, name, 1)))
            .collect(Collectors.toUnmodifiableMap(ServerName::name, ServerName::setting));

    /// The setting of streams whose default can be changed under this name while the server runs; empty if it is not
    /// such a name, or one that Kafka does not change then either, such as `log.retention.hours`.
    public static Optional<String> changeable(String name) {
        return Optional.ofNullable(CHANGEABLE.get(name));
    }

    /// What is to be said instead of a name of which the unit is too coarse to be changed; empty if it is no such name.
    public static Optional<String> instead(String name) {
        return ALL.stream()
                .filter(known -> known.factor != 1 && known.name.equals(name))
                .findFirst()
                .map(known -> of(known.setting));
    }

    /// Under which a server tells a setting's default in the setting's own unit; the setting's if Kafka has none.
    public static String of(String setting) {
        return ALL.stream()
                .filter(known -> known.factor == 1 && known.setting.equals(setting))
                .findFirst()
                .map(ServerName::name)
                .orElse(setting);
    }

    /// The setting's value that a value under this name means.
    ///
    /// @throws IllegalArgumentException it is no number, or too large a one
    public String meaning(String value) {
        if (factor == 1) return value;
        try {
            long number = Long.parseLong(value);
            return Long.toString(number < 0 ? number : Math.multiplyExact(number, factor));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "must be a whole number up to %d, is '%s'".formatted(Long.MAX_VALUE / factor, value), e);
        }
    }
}
