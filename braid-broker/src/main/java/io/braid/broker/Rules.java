package io.braid.broker;

import io.braid.broker.CatalogOutcome.Field;
import io.braid.broker.CatalogOutcome.Invalid;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What a stream may be called, how large it may be and how it may be set. Each answer says what was expected,
/// what was found and what to do.
final class Rules {
    /// Kafka's: a name becomes part of file names elsewhere.
    static final int NAME_LENGTH_MAX = 249;

    /// Each is looked at with every change, and kept in memory.
    private static final int SHARDS_MAX = 100_000;

    private static final int SHARD_BYTES_MAX = 100; // in the catalog's log

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]+");
    private static final int NAME_SHOWN_MAX = 64; // of a wrong name, in an answer

    private final BrokerConfig config;
    private final int batchBytesMax;

    /// @param batchBytesMax what the log takes, whatever a stream's own setting says
    Rules(BrokerConfig config, int batchBytesMax) {
        this.config = config;
        this.batchBytesMax = batchBytesMax;
    }

    /// As `org.apache.kafka.common.internals.Topic` has it.
    Optional<Invalid> name(String name) {
        if (name.isEmpty()) return invalidName("is empty: choose 1 to %d characters".formatted(NAME_LENGTH_MAX));
        if (name.length() > NAME_LENGTH_MAX)
            return invalidName("'%s...' has %d characters: choose at most %d"
                    .formatted(name.substring(0, NAME_SHOWN_MAX), name.length(), NAME_LENGTH_MAX));
        if (name.equals(".") || name.equals(".."))
            return invalidName("'%s' is not a name: choose another".formatted(name));
        if (!NAME.matcher(name).matches())
            return invalidName("'%s' may only have ASCII letters, digits, '.', '_' and '-'".formatted(shown(name)));
        return Optional.empty();
    }

    private static Optional<Invalid> invalidName(String what) {
        return Optional.of(new Invalid(Field.NAME, "stream name " + what));
    }

    private static String shown(String name) {
        return name.length() <= NAME_SHOWN_MAX ? name : name.substring(0, NAME_SHOWN_MAX) + "...";
    }

    /// @param held  partitions of all streams now
    /// @param before partitions of this stream now
    /// @param asked partitions of this stream afterwards
    Optional<Invalid> partitions(String name, int held, int before, int asked) {
        if (asked < 1) return invalidPartitions("stream %s: asks for %d partitions: at least 1".formatted(name, asked));
        int room = config.partitionsMax() - held;
        if (asked - before <= room) return Optional.empty();
        return invalidPartitions(
                ("stream %s: asks for %d more partitions where there is room for %d (all streams together have %d of at"
                                + " most %d): ask for fewer, delete streams, or raise broker.partitions-max")
                        .formatted(name, asked - before, Math.max(room, 0), held, config.partitionsMax()));
    }

    Optional<Invalid> growth(Stream stream, int held, int asked) {
        if (asked > stream.partitions()) return partitions(stream.name(), held, stream.partitions(), asked);
        return invalidPartitions("stream %s: has %d partitions and cannot have %d: partitions can only be added"
                .formatted(stream.name(), stream.partitions(), asked));
    }

    /// Whether a change fits the shards of a stream as they are.
    Optional<Invalid> reshard(Stream stream, Reshard change) {
        return switch (change) {
            case Reshard.Split(int index, HashKey at) ->
                notOpen(stream, index).or(() -> {
                    var range = stream.shard(index).orElseThrow().range();
                    boolean isInside = range.first().compareTo(at) < 0 && at.compareTo(range.last()) <= 0;
                    return isInside
                            ? Optional.empty()
                            : invalidShards(
                                    stream,
                                    "shard %d cannot be split at %s: its keys are %s to %s"
                                            .formatted(index, at, range.first(), range.last()));
                });
            case Reshard.Merge(int first, int second) ->
                notOpen(stream, first).or(() -> notOpen(stream, second)).or(() -> {
                    boolean areAdjacent = stream.shard(first)
                            .orElseThrow()
                            .range()
                            .isBefore(stream.shard(second).orElseThrow().range());
                    return areAdjacent
                            ? Optional.empty()
                            : invalidShards(
                                    stream,
                                    "shard %d does not end where shard %d begins: merge neighbours"
                                            .formatted(first, second));
                });
            case Reshard.Scale(int shards) ->
                shards >= 1
                        ? Optional.empty()
                        : invalidShards(stream, "asks for %d shards: at least 1".formatted(shards));
            case Reshard.Together(var splits, var merges) ->
                changedTwice(stream, splits, merges)
                        .or(() -> java.util.stream.Stream.concat(splits.stream(), merges.stream())
                                .flatMap(part -> reshard(stream, part).stream())
                                .findFirst());
        };
    }

    private static Optional<Invalid> changedTwice(
            Stream stream, List<Reshard.Split> splits, List<Reshard.Merge> merges) {
        var seen = new HashSet<Integer>();
        return IntStream.concat(
                        splits.stream().mapToInt(Reshard.Split::shard),
                        merges.stream().flatMapToInt(merge -> IntStream.of(merge.first(), merge.second())))
                .filter(index -> !seen.add(index))
                .boxed()
                .findFirst()
                .flatMap(index -> invalidShards(stream, "shard %d is changed twice: once at a time".formatted(index)));
    }

    private static Optional<Invalid> notOpen(Stream stream, int index) {
        var shard = stream.shard(index);
        if (shard.isEmpty()) return invalidShards(stream, "has no shard %d: list its shards".formatted(index));
        return shard.get().isOpen()
                ? Optional.empty()
                : invalidShards(stream, "shard %d is closed: only open shards are split and merged".formatted(index));
    }

    /// How many shards a stream may have, closed ones that have not expired among them: a change of them is one batch.
    private int shardsMax() {
        return Math.min(SHARDS_MAX, batchBytesMax / SHARD_BYTES_MAX);
    }

    /// Whether there is room for what a stream's shards become.
    ///
    /// @param held partitions of all streams now
    Optional<Invalid> reshaped(Stream stream, int held, Reshape after) {
        int count = after.shards().size();
        if (count <= shardsMax()) return partitions(stream.name(), held, stream.partitions(), after.partitions());
        return invalidShards(
                stream,
                ("would have %d shards, open and closed, where %d is the most: wait until closed ones have expired, or"
                                + " shorten retention.ms")
                        .formatted(count, shardsMax()));
    }

    private static Optional<Invalid> invalidShards(Stream stream, String what) {
        return Optional.of(new Invalid(Field.SHARDS, "stream %s: %s".formatted(stream.name(), what)));
    }

    private static Optional<Invalid> invalidPartitions(String what) {
        return Optional.of(new Invalid(Field.PARTITIONS, what));
    }

    Optional<Invalid> settings(String name, Map<String, String> settings) {
        return StreamSettings.fault(settings)
                .or(() -> tooLarge(settings, batchBytesMax))
                .map(fault -> invalidSettings(name, fault));
    }

    static Invalid invalidSettings(String name, String fault) {
        return new Invalid(Field.SETTINGS, "stream %s: %s".formatted(name, fault));
    }

    static Optional<String> tooLarge(Map<String, String> settings, int batchBytesMax) {
        var asked = Optional.ofNullable(settings.get(StreamSettings.MAX_MESSAGE_BYTES));
        return asked.filter(bytes -> Integer.parseInt(bytes) > batchBytesMax)
                .map(bytes -> "%s: must be at most %d, the server's log.batch-bytes-max, is %s"
                        .formatted(StreamSettings.MAX_MESSAGE_BYTES, batchBytesMax, bytes));
    }

    /// The same for all that a stream has of its own, of which each is checked.
    Optional<Invalid> together(String name, Map<String, String> settings) {
        return StreamSettings.conflict(settings).map(conflict -> invalidSettings(name, conflict));
    }

    /// Kafka warns of these, because the names of its metrics have '_' in the place of '.'.
    static Optional<String> lookalike(String name, Catalog catalog) {
        var plain = name.replace('.', '_');
        return catalog.streams().stream()
                .map(Stream::name)
                .filter(other -> !other.equals(name) && other.replace('.', '_').equals(plain))
                .findFirst();
    }
}
