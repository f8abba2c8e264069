package io.braid.broker;

import io.braid.broker.StreamSettings.Setting;
import io.braid.broker.StreamSettings.Type;
import io.braid.log.Batch;
import io.braid.log.PartitionConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Every topic configuration of Kafka 4.4 and Braid's own, and what each may be. Three kinds of row:
///
/// - honoured: a range or a choice, and the server does what it says;
/// - [Only]: one value, because with it there is nothing to do; any other is refused with the reason;
/// - [#REFUSED]: no value means anything here.
final class SettingTable {
    private SettingTable() {}

    record Row(Setting setting, Rule rule) {}

    sealed interface Rule {
        /// What is wrong with a value, in words: what was expected, what was found, what to do.
        default Optional<String> fault(String value) {
            return switch (this) {
                case Ints(long min, long max) -> within(value, min, max, Type.INT);
                case IntsOr(long other, long min, long max) ->
                    value.equals(Long.toString(other))
                            ? Optional.empty()
                            : within(value, min, max, Type.INT).map(fault -> "%s; or %d".formatted(fault, other));
                case Longs(long min, long max) -> within(value, min, max, Type.LONG);
                case OneOf(List<String> choices) ->
                    choices.contains(value)
                            ? Optional.empty()
                            : Optional.of("must be %s, is '%s'".formatted(String.join(" or ", choices), value));
                case SomeOf(List<String> choices) ->
                    value.isEmpty() || choices.containsAll(StreamSettings.items(value))
                            ? Optional.empty()
                            : Optional.of("must be %s, or several of them with commas between, or empty, is '%s'"
                                    .formatted(String.join(" or ", choices), value));
                case Replicas _ ->
                    areReplicas(value)
                            ? Optional.empty()
                            : Optional.of("must be the literal '*' or a list of replicas in the following format:"
                                    + " [partitionId]:[brokerId],[partitionId]:[brokerId],..., is '%s'"
                                            .formatted(value));
                case Doubles(double min, double max) -> within(value, min, max);
                case Only(String only, String why) ->
                    value.equals(only)
                            ? Optional.empty()
                            : Optional.of("only '%s' in this release, is '%s': %s".formatted(only, value, why));
            };
        }
    }

    record Ints(long min, long max) implements Rule {}

    /// @param other the one value outside of the range that is right, too
    record IntsOr(long other, long min, long max) implements Rule {}

    record Longs(long min, long max) implements Rule {}

    record Doubles(double min, double max) implements Rule {}

    record OneOf(List<String> choices) implements Rule {}

    /// As Kafka writes replicas: with one copy there is nothing that could be done to any of them, so that to keep and
    /// to show them is all there is to do.
    record Replicas() implements Rule {}

    record SomeOf(List<String> choices) implements Rule {}

    /// @param why why there is no other value, and what to do instead
    record Only(String value, String why) implements Rule {}

    private static final PartitionConfig DEFAULT = PartitionConfig.DEFAULT;
    private static final int SEGMENT_BYTES_MAX = 1 << 30; // far from the 2 GiB of one mapping

    private static final String COPIED_AT_ONCE =
            "a segment is copied as soon as it is sealed and synced, so that the tier is a second copy; leave it out";
    private static final String SELF_TUNED = "the server decides this by itself; leave it out";
    private static final long HOUR_MILLIS = 3_600_000;

    private static final List<Row> ROWS = List.of(
            new Row(
                    new Setting(
                            StreamSettings.CLEANUP_POLICY,
                            Type.LIST,
                            StreamSettings.DELETE,
                            "What becomes of old records: 'delete' deletes them by age and size, 'compact' keeps the"
                                    + " newest record of each key; or both, with a comma between; or, empty, nothing."),
                    new SomeOf(List.of(StreamSettings.COMPACT, StreamSettings.DELETE))),
            level(
                    StreamSettings.GZIP_LEVEL,
                    new IntsOr(-1, 1, 9),
                    -1,
                    "The level at which the server compresses, with compression.type=gzip; -1 for zlib's usual one."),
            level(
                    StreamSettings.LZ4_LEVEL,
                    new Ints(1, 17),
                    9,
                    "The same with compression.type=lz4; 9 for the fast compressor, as in Kafka, all others for the"
                            + " slow one."),
            new Row(
                    new Setting(
                            StreamSettings.COMPRESSION_TYPE,
                            Type.STRING,
                            StoredCodec.PRODUCER,
                            "The codec in which batches are kept: their producer's, none, or one in which the server"
                                    + " compresses again what comes otherwise."),
                    new OneOf(StoredCodec.NAMES)),
            level(
                    StreamSettings.ZSTD_LEVEL,
                    new Ints(-131_072, 22),
                    3,
                    "The same with compression.type=zstd; the higher, the more memory and time for each batch."),
            longs(
                    StreamSettings.DELETE_RETENTION_MS,
                    24 * HOUR_MILLIS,
                    0,
                    "Milliseconds for which compaction keeps a record without value (a tombstone), so that readers"
                            + " learn that its key is gone."),
            new Row(
                    new Setting(
                            StreamSettings.DURABILITY,
                            Type.STRING,
                            "disk",
                            "What an acknowledgement promises: 'disk' survives a power cut, 'os' only the end of the"
                                    + " process (Braid's own setting)."),
                    new OneOf(List.of("disk", "os"))),
            bool(
                    "errors.deadletterqueue.group.enable",
                    "Whether share groups may write what they could not deliver to this stream."),
            only("file.delete.delay.ms", Type.LONG, "60000", SELF_TUNED, "How long deleted files stay on the disk."),
            longs(
                    StreamSettings.FLUSH_MESSAGES,
                    DEFAULT.flushMessages(),
                    1,
                    "With durability=os: sync after this many records."),
            longs(
                    StreamSettings.FLUSH_MS,
                    DEFAULT.flushMillis(),
                    0,
                    "With durability=os: sync records at most this many milliseconds old."),
            replicas(
                    "follower.replication.throttled.replicas",
                    "Copies that are to be written more slowly when they follow; there is one, which follows nobody."),
            only("index.interval.bytes", Type.INT, "4096", SELF_TUNED, "Bytes between two entries of an index."),
            replicas(
                    "leader.replication.throttled.replicas",
                    "Copies that are to be read more slowly by followers; there are none."),
            longs(
                    StreamSettings.LOCAL_RETENTION_BYTES,
                    -2,
                    -2,
                    "With remote.storage.enable: bytes each partition keeps on this disk before its oldest copied"
                            + " segments are only in the tier; -2 for retention.bytes."),
            longs(
                    StreamSettings.LOCAL_RETENTION_MS,
                    -2,
                    -2,
                    "With remote.storage.enable: milliseconds records are kept on this disk before their copied segment"
                            + " is only in the tier; -2 for retention.ms."),
            longs(
                    StreamSettings.MAX_COMPACTION_LAG_MS,
                    Long.MAX_VALUE,
                    1,
                    "Milliseconds after which a record is compacted, however little there is to do."),
            only(
                    "max.decompressed.message.bytes",
                    Type.INT,
                    "2147483639",
                    "a batch is limited as it is sent, by max.message.bytes",
                    "The largest record accepted, decompressed, in bytes."),
            ints(
                    StreamSettings.MAX_MESSAGE_BYTES,
                    DEFAULT.batchBytesMax(),
                    Batch.HEADER_BYTES,
                    Integer.MAX_VALUE,
                    "The largest batch taken, in bytes, compressed if its producer compresses, up to"
                            + " log.batch-bytes-max; wider than Kafka's default because a PutRecords call becomes one"
                            + " batch for each shard."),
            longs(
                    StreamSettings.TIMESTAMP_AFTER_MAX_MS,
                    HOUR_MILLIS,
                    0,
                    "How far ahead of the server's clock a record's time may be, in milliseconds."),
            longs(
                    StreamSettings.TIMESTAMP_BEFORE_MAX_MS,
                    Long.MAX_VALUE,
                    0,
                    "How far behind the server's clock a record's time may be, in milliseconds."),
            new Row(
                    new Setting(
                            StreamSettings.TIMESTAMP_TYPE,
                            Type.STRING,
                            "CreateTime",
                            "Whose time records carry: their producer's, or (LogAppendTime) that of the server when it"
                                    + " appends them."),
                    new OneOf(List.of("CreateTime", StreamSettings.LOG_APPEND_TIME))),
            new Row(
                    new Setting(
                            StreamSettings.MIN_DIRTY_RATIO,
                            Type.DOUBLE,
                            "0.5",
                            "How much of a partition must be new for compaction to be worth it, from 0 to 1."),
                    new Doubles(0, 1)),
            longs(
                    StreamSettings.MIN_COMPACTION_LAG_MS,
                    0,
                    0,
                    "Milliseconds for which a new record leaves older ones of its key alone."),
            only(
                    "min.insync.replicas",
                    Type.INT,
                    "1",
                    "this server keeps one copy, on disk before it acknowledges (durability=disk)",
                    "Copies that must exist before acks=all is answered."),
            only(
                    "preallocate",
                    Type.BOOLEAN,
                    "false",
                    SELF_TUNED,
                    "Whether segment files get their full size at once."),
            only("remote.copy.lag.bytes", Type.LONG, "-1", COPIED_AT_ONCE, "Bytes to wait before copying a segment."),
            only("remote.copy.lag.ms", Type.LONG, "0", COPIED_AT_ONCE, "Time to wait before copying a segment."),
            bool(
                    StreamSettings.REMOTE_COPY_DISABLE,
                    "Whether nothing more is copied to the tier, while what is there is kept and read; local retention"
                            + " does nothing then."),
            bool(
                    StreamSettings.REMOTE_DELETE_ON_DISABLE,
                    "Whether turning remote.storage.enable off deletes what is only in the tier."),
            bool(
                    StreamSettings.REMOTE_ENABLE,
                    "Whether sealed segments are copied to the tier that storage.tier names, and leave this disk by"
                            + " local.retention.ms and local.retention.bytes."),
            longs(
                    StreamSettings.RETENTION_BYTES,
                    DEFAULT.retention().bytes(),
                    -1,
                    "Bytes each partition keeps before its oldest segments are deleted; -1 for no limit."),
            longs(
                    StreamSettings.RETENTION_MS,
                    DEFAULT.retention().millis(),
                    -1,
                    "Milliseconds records are kept before they are deleted; -1 for ever. Kinesis' retention period is"
                            + " this, in hours."),
            ints(
                    StreamSettings.SEGMENT_BYTES,
                    DEFAULT.segmentBytes(),
                    1 << 20,
                    SEGMENT_BYTES_MAX,
                    "A segment file that would grow past this is sealed and a new one begun."),
            only("segment.index.bytes", Type.INT, "10485760", SELF_TUNED, "The largest index of a segment, in bytes."),
            longs(
                    StreamSettings.SEGMENT_JITTER_MS,
                    0,
                    0,
                    "Each partition seals its segments sooner than segment.ms says, by a part of this many milliseconds"
                            + " that is drawn for it, so that not all are sealed at once."),
            longs(
                    StreamSettings.SEGMENT_MS,
                    DEFAULT.segmentMillis(),
                    1,
                    "A segment file is sealed this many milliseconds after its first record came."),
            only(
                    "unclean.leader.election.enable",
                    Type.BOOLEAN,
                    "false",
                    "what was acknowledged is never given up",
                    "Whether a copy that is behind may take over."));

    static final List<Setting> SETTINGS = ROWS.stream().map(Row::setting).toList();

    private static final Map<String, Row> BY_NAME = ROWS.stream()
            .collect(Collectors.toUnmodifiableMap(row -> row.setting().name(), Function.identity()));

    /// Names that people know from elsewhere, and what to do instead.
    static final Map<String, String> REFUSED = Map.of(
            "message.downconversion.enable",
            "Kafka 4 dropped it, as old message formats are not served; leave it out",
            "message.format.version",
            "Kafka 4 dropped it, as there is one message format; leave it out",
            "message.timestamp.difference.max.ms",
            "Kafka 4 dropped it; use message.timestamp.before.max.ms and message.timestamp.after.max.ms",
            "internal.segment.bytes",
            "it is for Kafka's own tests; use segment.bytes",
            "kinesis.retention.hours",
            "use retention.ms, which is the same time in milliseconds (24 hours are 86400000)",
            "kinesis.limits",
            "Amazon's limits on a shard's throughput are not enforced in this release; leave it out");

    static Optional<Row> row(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    private static Row only(String name, Type type, String value, String why, String doc) {
        return new Row(new Setting(name, type, value, doc), new Only(value, why));
    }

    private static Row level(String name, Rule rule, int defaultValue, String doc) {
        return new Row(new Setting(name, Type.INT, Integer.toString(defaultValue), doc), rule);
    }

    private static Row ints(String name, int defaultValue, int min, int max, String doc) {
        return new Row(new Setting(name, Type.INT, Integer.toString(defaultValue), doc), new Ints(min, max));
    }

    private static Row replicas(String name, String doc) {
        return new Row(new Setting(name, Type.LIST, "", doc), new Replicas());
    }

    private static boolean areReplicas(String value) {
        return value.strip().equals("*")
                || StreamSettings.items(value).stream().allMatch(item -> item.matches("([0-9]+:[0-9]+)?"));
    }

    private static Row bool(String name, String doc) {
        return new Row(new Setting(name, Type.BOOLEAN, "false", doc), new OneOf(List.of("true", "false")));
    }

    private static Row longs(String name, long defaultValue, long min, String doc) {
        return new Row(new Setting(name, Type.LONG, Long.toString(defaultValue), doc), new Longs(min, Long.MAX_VALUE));
    }

    private static Optional<String> within(String value, double min, double max) {
        try {
            double number = Double.parseDouble(value);
            if (min <= number && number <= max) return Optional.empty();
        } catch (NumberFormatException _) {
            // not a number at all: the same words are right
        }
        return Optional.of("must be a number from %s to %s, is '%s'".formatted(min, max, value));
    }

    private static Optional<String> within(String value, long min, long max, Type type) {
        try {
            long number = Long.parseLong(value);
            if (min <= number && number <= max) return Optional.empty();
        } catch (NumberFormatException _) {
            // not a number at all: the same words are right
        }
        return Optional.of("must be a whole number from %d to %d, is '%s'".formatted(min, max, value));
    }
}
