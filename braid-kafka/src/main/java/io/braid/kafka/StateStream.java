package io.braid.kafka;

import static java.lang.System.Logger.Level.ERROR;

import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.StoredCodec;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;

/// A stream of the server's own in which a coordinator of Kafka's keeps what it knows. It is created when the
/// coordinator is first needed; the number of its partitions is fixed from that moment, as it decides which
/// partition something is kept in.
///
/// @param settings what becomes of old records
record StateStream(Broker broker, String name, Map<String, String> settings) {
    private static final System.Logger LOG = System.getLogger(StateStream.class.getName());

    /// One whose records stand for themselves: of each key only the newest is needed.
    ///
    /// @param codec a value of [StreamSettings#COMPRESSION_TYPE]
    static StateStream compacted(Broker broker, String name, String codec) {
        return new StateStream(broker, name, byKey(codec));
    }

    private static Map<String, String> byKey(String codec) {
        return Map.of(
                StreamSettings.CLEANUP_POLICY,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                StreamSettings.COMPRESSION_TYPE,
                codec);
    }

    /// One whose records build upon each other: all are kept until the coordinator deletes the oldest.
    static StateStream cutByItsOwner(Broker broker, String name) {
        return new StateStream(
                broker,
                name,
                Map.of(
                        StreamSettings.CLEANUP_POLICY,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        StreamSettings.COMPRESSION_TYPE,
                        StoredCodec.PRODUCER,
                        TopicConfig.RETENTION_MS_CONFIG,
                        "-1",
                        TopicConfig.RETENTION_BYTES_CONFIG,
                        "-1"));
    }

    boolean isThere() {
        return broker.catalog().stream(name).isPresent();
    }

    /// The stream, created if there is none.
    ///
    /// @throws CoordinatorNotAvailableException it cannot be had, and why
    Stream open(int partitions, int segmentBytes) {
        var known = broker.catalog().stream(name);
        var stream = known.isPresent() ? known.get() : create(partitions, segmentBytes);
        return switch (stream.kind()) {
            case INTERNAL -> stream;
            case USER ->
                throw unavailable("a user has created the stream %s, which the server needs for itself: "
                        + "rename or delete it".formatted(name));
        };
    }

    private Stream create(int partitions, int segmentBytes) {
        var all = new HashMap<>(settings);
        all.put(StreamSettings.SEGMENT_BYTES, Integer.toString(segmentBytes));
        var asked = new NewStream(name, Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, partitions, all);
        return switch (broker.create(asked)) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.AlreadyExists(var stream) -> stream;
            case CatalogOutcome.Invalid(var field, var detail) -> throw unavailable(field + ": " + detail);
            case CatalogOutcome.NotFound(var missing) -> throw unavailable(missing + " was not found");
            case CatalogOutcome.Unknown(var cause) -> throw unavailable(cause.toString());
        };
    }

    /// What is created when nobody says how.
    static NewStream asked(String name, String codec, int partitions, int segmentBytes) {
        var settings = new HashMap<>(byKey(codec));
        settings.put(StreamSettings.SEGMENT_BYTES, Integer.toString(segmentBytes));
        return new NewStream(name, Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, partitions, settings);
    }

    private CoordinatorNotAvailableException unavailable(String why) {
        LOG.log(ERROR, "coordinator cannot start: stream={0} cause={1}", name, why);
        return new CoordinatorNotAvailableException(why);
    }

    /// All partitions, by number.
    List<StateLog> logs(Stream stream) {
        return IntStream.range(0, stream.partitions())
                .mapToObj(index ->
                        StateLog.of(broker.partition(stream.id(), index).orElseThrow()))
                .toList();
    }

    int batchBytesMax(Stream stream) {
        return Integer.parseInt(broker.setting(stream, StreamSettings.MAX_MESSAGE_BYTES));
    }
}
