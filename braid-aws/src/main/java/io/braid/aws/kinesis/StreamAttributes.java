package io.braid.aws.kinesis;

import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What Kinesis' users have said about a stream, as the catalog keeps it: text by names that begin with `kinesis.`.
/// What is not there has Amazon's default. Immutable.
///
/// A name once used keeps its meaning for ever, as old catalogs have it.
final class StreamAttributes {
    /// Behind this stands the tag's key.
    static final String TAG = "kinesis.tag.";
    /// A resource policy, as it was given.
    static final String POLICY = "kinesis.policy";

    /// Of each kind that are remembered: more than may be in a day, where that is limited.
    private static final int MOMENTS_MAX = 25;

    private static final String HOME = "kinesis.home";
    private static final String NAME = "kinesis.name";
    private static final String RECORD_KIB = "kinesis.record-kib";
    private static final String KEY_ID = "kinesis.key-id";
    private static final String SHARD_METRICS = "kinesis.shard-metrics";
    private static final String AUTO_DISTRIBUTION = "kinesis.auto-distribution";
    private static final String WARM_MIBPS = "kinesis.warm-mibps";
    private static final String MODE_CHANGES = "kinesis.mode-changes";
    private static final String ENCRYPTION_CHANGES = "kinesis.encryption-changes";
    private static final String SCALINGS = "kinesis.scalings";
    private static final String UPDATED = "kinesis.updated";

    private final Map<String, String> all; // never changed after construction

    private StreamAttributes(Map<String, String> all) {
        this.all = all;
    }

    static final StreamAttributes NONE = new StreamAttributes(Map.of());

    static StreamAttributes of(Stream stream) {
        return new StreamAttributes(stream.attributes());
    }

    static StreamAttributes of(StreamDescription description) {
        return new StreamAttributes(description.attributes());
    }

    Map<String, String> all() {
        return Map.copyOf(all);
    }

    /// With a stream whose mode stays as it is.
    StreamDescription withModeOf(Stream stream) {
        return new StreamDescription(stream.mode(), all);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(all.get(name));
    }

    StreamAttributes with(String name, String value) {
        var changed = new HashMap<>(all);
        changed.put(name, value);
        return new StreamAttributes(changed);
    }

    StreamAttributes without(String name) {
        var changed = new HashMap<>(all);
        changed.remove(name);
        return new StreamAttributes(changed);
    }

    /// All whose names begin with `prefix`, by the rest of their names.
    SortedMap<String, String> under(String prefix) {
        var found = new TreeMap<String, String>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) found.put(name.substring(prefix.length()), value);
        });
        return found;
    }

    /// Where Kinesis created the stream; empty if Kafka did, or a release before homes.
    Optional<Home> home() {
        return text(HOME).map(Home::parse);
    }

    StreamAttributes withHome(Home home) {
        return with(HOME, home.text());
    }

    /// What Kinesis calls the stream, if it is not what Kafka calls it.
    Optional<String> name() {
        return text(NAME);
    }

    StreamAttributes withName(String name) {
        return with(NAME, name);
    }

    /// How much data the largest record may have, KiB.
    int recordKib() {
        return text(RECORD_KIB).map(Integer::parseInt).orElse(Sizes.RECORD_KIB_DEFAULT);
    }

    StreamAttributes withRecordKib(long kib) {
        return kib == Sizes.RECORD_KIB_DEFAULT ? without(RECORD_KIB) : with(RECORD_KIB, Long.toString(kib));
    }

    /// The key that the stream's users believe it to be encrypted with; empty if it is not.
    Optional<String> keyId() {
        return text(KEY_ID);
    }

    StreamAttributes withKeyId(String key) {
        return with(KEY_ID, key);
    }

    StreamAttributes withoutKeyId() {
        return without(KEY_ID);
    }

    /// By their names, in Amazon's order.
    List<String> shardMetrics() {
        return text(SHARD_METRICS).map(names -> List.of(names.split(","))).orElse(List.of());
    }

    StreamAttributes withShardMetrics(List<String> names) {
        return names.isEmpty() ? without(SHARD_METRICS) : with(SHARD_METRICS, String.join(",", names));
    }

    /// Whether records are spread over the shards whatever their keys.
    boolean isAutoDistributed() {
        return all.containsKey(AUTO_DISTRIBUTION);
    }

    StreamAttributes withAutoDistribution(boolean auto) {
        return auto ? with(AUTO_DISTRIBUTION, "") : without(AUTO_DISTRIBUTION);
    }

    /// The throughput that was asked to be ready, MiB per second; 0 if none was.
    long warmMibps() {
        return text(WARM_MIBPS).map(Long::parseLong).orElse(0L);
    }

    StreamAttributes withWarmMibps(long mibps) {
        return mibps == 0 ? without(WARM_MIBPS) : with(WARM_MIBPS, Long.toString(mibps));
    }

    /// When the mode was changed, milliseconds since 1970, not before `since`.
    List<Long> modeChanges(long since) {
        return moments(MODE_CHANGES, since);
    }

    StreamAttributes withModeChange(long now, long since) {
        return withMoment(MODE_CHANGES, now, since);
    }

    /// When encryption was started or stopped, milliseconds since 1970, not before `since`.
    List<Long> encryptionChanges(long since) {
        return moments(ENCRYPTION_CHANGES, since);
    }

    StreamAttributes withEncryptionChange(long now, long since) {
        return withMoment(ENCRYPTION_CHANGES, now, since);
    }

    /// When UpdateShardCount was done, milliseconds since 1970, not before `since`.
    List<Long> scalings(long since) {
        return moments(SCALINGS, since);
    }

    StreamAttributes withScaling(long now, long since) {
        return withMoment(SCALINGS, now, since);
    }

    /// When the stream was last changed in a way that Amazon's streams take their time for,
    /// milliseconds since 1970; empty if it was not, or if nobody wanted to be told.
    Optional<Long> updated() {
        return text(UPDATED).map(Long::parseLong);
    }

    StreamAttributes withUpdated(long now) {
        return with(UPDATED, Long.toString(now));
    }

    private List<Long> moments(String name, long since) {
        if (!all.containsKey(name)) return List.of();
        return java.util.stream.Stream.of(all.get(name).split(","))
                .map(Long::parseLong)
                .filter(moment -> moment >= since)
                .toList();
    }

    private StreamAttributes withMoment(String name, long now, long since) {
        var moments = new ArrayList<>(moments(name, since));
        moments.add(now);
        while (moments.size() > MOMENTS_MAX) moments.removeFirst();
        return with(
                name, String.join(",", moments.stream().map(Object::toString).toList()));
    }
}
