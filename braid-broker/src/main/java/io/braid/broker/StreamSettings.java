package io.braid.broker;

import io.braid.log.Compaction;
import io.braid.log.Durability;
import io.braid.log.PartitionConfig;
import io.braid.log.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// The settings a stream may have, under Kafka's names where Kafka has one: checked when set, so that none is
/// ever silently ignored. A setting that this release does not honour is refused with the reason.
///
/// What each means and may be stands in [SettingTable], which follows the topic configurations of Kafka 4.4.
public final class StreamSettings {
    public static final String COMPRESSION_TYPE = "compression.type";
    public static final String DURABILITY = "durability";
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    public static final String TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
    public static final String TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
    public static final String TIMESTAMP_TYPE = "message.timestamp.type";
    public static final String SEGMENT_BYTES = "segment.bytes";
    public static final String SEGMENT_MS = "segment.ms";
    public static final String SEGMENT_JITTER_MS = "segment.jitter.ms";
    public static final String FLUSH_MESSAGES = "flush.messages";
    public static final String FLUSH_MS = "flush.ms";
    /// Kinesis' retention period, too: its hours times 3,600,000.
    public static final String RETENTION_MS = "retention.ms";
    public static final String RETENTION_BYTES = "retention.bytes";
    public static final String LOCAL_RETENTION_MS = "local.retention.ms";
    public static final String LOCAL_RETENTION_BYTES = "local.retention.bytes";
    public static final String REMOTE_ENABLE = "remote.storage.enable";
    public static final String REMOTE_COPY_DISABLE = "remote.log.copy.disable";
    public static final String REMOTE_DELETE_ON_DISABLE = "remote.log.delete.on.disable";
    public static final String CLEANUP_POLICY = "cleanup.policy";

    public static final String DELETE_RETENTION_MS = "delete.retention.ms";
    public static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
    public static final String MAX_COMPACTION_LAG_MS = "max.compaction.lag.ms";
    public static final String MIN_DIRTY_RATIO = "min.cleanable.dirty.ratio";

    static final String GZIP_LEVEL = "compression.gzip.level";
    static final String LZ4_LEVEL = "compression.lz4.level";
    static final String ZSTD_LEVEL = "compression.zstd.level";

    static final String COMPACT = "compact";
    static final String DELETE = "delete";
    static final String LOG_APPEND_TIME = "LogAppendTime";

    private static final int TYPOS_MAX = 3;

    private StreamSettings() {}

    public enum Type {
        BOOLEAN,
        INT,
        LONG,
        DOUBLE,
        STRING,
        LIST
    }

    /// @param defaultValue as it would be written
    /// @param doc          one sentence
    public record Setting(String name, Type type, String defaultValue, String doc) {}

    /// All that may be set, by name.
    public static List<Setting> all() {
        return SettingTable.SETTINGS;
    }

    public static Optional<Setting> find(String name) {
        return SettingTable.row(name).map(SettingTable.Row::setting);
    }

    /// Whether a setting may have more than one value in this release.
    public static boolean hasChoice(String name) {
        return SettingTable.row(name)
                .filter(row -> !(row.rule() instanceof SettingTable.Only))
                .isPresent();
    }

    /// What is wrong with these settings of a stream, all of it in one text; empty if they may be used.
    public static Optional<String> fault(Map<String, String> settings) {
        var faults = new ArrayList<String>();
        new TreeMap<>(settings).forEach((name, value) -> fault(name, value).ifPresent(faults::add));
        return faults.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", faults));
    }

    /// What is wrong with all settings that a stream has of its own, taken together; each must have no [#fault].
    static Optional<String> conflict(Map<String, String> settings) {
        long lagMin = Long.parseLong(settings.getOrDefault(MIN_COMPACTION_LAG_MS, "0"));
        long lagMax = Long.parseLong(settings.getOrDefault(MAX_COMPACTION_LAG_MS, Long.toString(Long.MAX_VALUE)));
        return lagMin <= lagMax
                ? Optional.empty()
                : Optional.of("%s: must be at most %s, which is %d, is '%d'"
                        .formatted(MIN_COMPACTION_LAG_MS, MAX_COMPACTION_LAG_MS, lagMax, lagMin));
    }

    private static Optional<String> fault(String name, String value) {
        var row = SettingTable.row(name);
        if (row.isPresent()) return row.get().rule().fault(value).map(fault -> "%s: %s".formatted(name, fault));
        var refused = SettingTable.REFUSED.get(name);
        return Optional.of(
                refused != null
                        ? "%s: cannot be set here: %s".formatted(name, refused)
                        : "%s: no such setting; did you mean %s?".formatted(name, nearest(name)));
    }

    /// How a partition of a stream keeps its records.
    ///
    /// @param value the value in force of each setting asked for; must have no [#fault]
    static PartitionConfig partitionConfig(Function<String, String> value) {
        var policy = value.apply(CLEANUP_POLICY);
        boolean isByKey = items(policy).contains(COMPACT);
        return new PartitionConfig(
                value.apply(DURABILITY).equals("os") ? Durability.OS : Durability.DISK,
                Integer.parseInt(value.apply(MAX_MESSAGE_BYTES)),
                value.apply(TIMESTAMP_TYPE).equals(LOG_APPEND_TIME),
                Integer.parseInt(value.apply(SEGMENT_BYTES)),
                Long.parseLong(value.apply(SEGMENT_MS)),
                Long.parseLong(value.apply(FLUSH_MESSAGES)),
                Long.parseLong(value.apply(FLUSH_MS)),
                isByKey ? retentionByKey(value) : retention(value),
                isByKey ? compaction(value) : Compaction.NONE);
    }

    /// All on this disk, whatever the server says for all; and for ever, unless old records may go as well.
    private static Retention retentionByKey(Function<String, String> value) {
        return isDeleting(value.apply(CLEANUP_POLICY))
                ? new Retention(Long.parseLong(value.apply(RETENTION_MS)), Long.parseLong(value.apply(RETENTION_BYTES)))
                : Retention.FOREVER;
    }

    /// Where nothing ever becomes of old records, they may still be in the tier only.
    private static Retention retention(Function<String, String> value) {
        return isDeleting(value.apply(CLEANUP_POLICY)) ? TierRules.retention(value) : TierRules.retentionOfAll(value);
    }

    /// Whether records may be deleted because of their age.
    ///
    /// @param policy a value of [#CLEANUP_POLICY]
    public static boolean isDeleting(String policy) {
        return items(policy).contains(DELETE);
    }

    /// Whether records go only because there is a newer one of their key, and not at their owner's word either.
    ///
    /// @param policy a value of [#CLEANUP_POLICY]
    public static boolean isOnlyCompacted(String policy) {
        return items(policy).contains(COMPACT) && !isDeleting(policy);
    }

    /// What was closed before this is past retention; [Instant#MIN] if nothing ever is.
    static Instant horizon(Function<String, String> value, Instant now) {
        long retention = Long.parseLong(value.apply(RETENTION_MS));
        boolean isKept = retention < 0 || !isDeleting(value.apply(CLEANUP_POLICY));
        return isKept ? Instant.MIN : now.minusMillis(retention);
    }

    /// A default of the server's may be in conflict with what a stream says: then the time for which records are safe
    /// counts.
    private static Compaction compaction(Function<String, String> value) {
        long lagMin = Long.parseLong(value.apply(MIN_COMPACTION_LAG_MS));
        return new Compaction.ByKey(
                Double.parseDouble(value.apply(MIN_DIRTY_RATIO)),
                lagMin,
                Math.max(lagMin, Long.parseLong(value.apply(MAX_COMPACTION_LAG_MS))),
                Long.parseLong(value.apply(DELETE_RETENTION_MS)));
    }

    /// What stands between the commas of a list.
    static List<String> items(String list) {
        return Arrays.stream(list.split(",", -1)).map(String::strip).toList();
    }

    /// Settings after a change, in which an empty value takes a setting back to its default.
    static Map<String, String> changed(Map<String, String> settings, Map<String, Optional<String>> changes) {
        var changed = new HashMap<>(settings);
        changes.forEach((name, value) -> value.ifPresentOrElse(v -> changed.put(name, v), () -> changed.remove(name)));
        return Map.copyOf(changed);
    }

    /// The known name that is the fewest edits away.
    static String nearest(String name) {
        return all().stream()
                .map(Setting::name)
                .min(Comparator.comparingInt(known -> edits(name, known)))
                .orElseThrow();
    }

    /// The one of these names that was probably meant: a few edits away, if there is such a one.
    public static Optional<String> similar(String name, List<String> known) {
        return known.stream()
                .filter(each -> edits(name, each) <= TYPOS_MAX)
                .min(Comparator.comparingInt(each -> edits(name, each)));
    }

    /// Characters to insert, remove or replace to turn one into the other (Levenshtein), row by row.
    private static int edits(String from, String to) {
        var from64 = from.substring(0, Math.min(from.length(), 64)); // no known name is longer: bounds the work
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) above[j] = j;
        for (int i = 1; i <= from64.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from64.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
