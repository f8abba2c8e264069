package io.braid.aws.kinesis;

import io.braid.aws.cloudwatch.Metric;
import io.braid.aws.cloudwatch.MetricStore;
import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What went through the data operations since the start, in all and by stream. Bytes are those of data and partition
/// keys. Any thread.
public final class Traffic {
    /// Streams whose numbers `/metrics` shows.
    private static final int STREAMS_SHOWN_MAX = 1000;
    /// Deleted streams whose numbers may still lie about before somebody looks for them.
    private static final int DELETED_MAX = 1000;
    /// Consumers, of all streams together, whose numbers are looked for when somebody asks.
    private static final int CONSUMERS_MAX = 1000;
    /// Shards of which somebody wants metrics, and that are looked for when somebody asks.
    private static final int SHARDS_MAX = 2000;

    private static final Set<Measure> ALL = EnumSet.allOf(Measure.class);

    private final LongAdder recordsIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder recordsRefused = new LongAdder();
    private final LongAdder recordsOut = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    private final LongAdder subscriptions = new LongAdder();
    private final Broker broker;
    private final String everyRegion;
    private final MetricStore store;
    /// As many as there are streams, and [#DELETED_MAX] more.
    private final Map<UUID, StreamTraffic> byStream = new ConcurrentHashMap<>();

    /// [#CONSUMERS_MAX]
    private final Map<ConsumerOf, StreamTraffic> byConsumer = new ConcurrentHashMap<>();

    /// [#SHARDS_MAX]
    private final Map<ShardOf, StreamTraffic> byShard = new ConcurrentHashMap<>();

    private record ConsumerOf(UUID stream, String name) {}

    /// @param metrics that are wanted of it: when they change, it is another
    private record ShardOf(UUID stream, int shard, List<String> metrics) {}

    /// @param account whose the metrics of streams are that Kinesis has not created
    /// @param store takes the numbers of each stream, once a minute and when [#publish] is called
    Traffic(Broker broker, String account, MetricStore store) {
        this.broker = broker;
        this.everyRegion = new Home(account, Home.EVERY_REGION).text();
        this.store = store;
    }

    StreamTraffic of(Stream stream) {
        var known = byStream.get(stream.id());
        if (known != null) return known;
        if (byStream.size() >= broker.catalog().streams().size() + DELETED_MAX) forgetDeleted();
        return byStream.computeIfAbsent(
                stream.id(), _ -> new StreamTraffic(store, home(stream), List.of(name(stream)), ALL));
    }

    /// Whose a stream's metrics are.
    String home(Stream stream) {
        return StreamAttributes.of(stream).home().map(Home::text).orElse(everyRegion);
    }

    private static Metric.Dimension name(Stream stream) {
        return new Metric.Dimension("StreamName", Lookup.shownName(stream));
    }

    /// Of a stream's consumer: for a subscription, which keeps it.
    StreamTraffic of(Stream stream, String consumer) {
        limit(byConsumer, CONSUMERS_MAX);
        var dimensions = List.of(name(stream), new Metric.Dimension("ConsumerName", consumer));
        return byConsumer.computeIfAbsent(
                new ConsumerOf(stream.id(), consumer), _ -> new StreamTraffic(store, home(stream), dimensions, ALL));
    }

    /// Of a stream's shard, for the metrics that were asked for with EnableEnhancedMonitoring; empty if none were.
    Optional<StreamTraffic> of(Stream stream, int shard) {
        var wanted = StreamAttributes.of(stream).shardMetrics();
        if (wanted.isEmpty()) return Optional.empty();
        var key = new ShardOf(stream.id(), shard, wanted);
        if (!byShard.containsKey(key)) limit(byShard, SHARDS_MAX);
        var dimensions = List.of(name(stream), new Metric.Dimension("ShardId", Lookup.shardId(shard)));
        return Optional.of(byShard.computeIfAbsent(
                key, _ -> new StreamTraffic(store, home(stream), dimensions, measures(wanted))));
    }

    /// By their names.
    private static Set<Measure> measures(List<String> names) {
        var measures = EnumSet.noneOf(Measure.class);
        for (var measure : Measure.values()) if (names.contains(measure.metric())) measures.add(measure);
        return measures;
    }

    /// Empties a map that is full. Who still has one hands its numbers over by itself, once a minute.
    private static void limit(Map<?, StreamTraffic> map, int max) {
        if (map.size() < max) return;
        map.values().forEach(StreamTraffic::publish);
        map.clear();
    }

    /// Brings the numbers of all streams up to now into the store.
    public void publish() {
        byStream.values().forEach(StreamTraffic::publish);
        byConsumer.values().forEach(StreamTraffic::publish);
        byShard.values().forEach(StreamTraffic::publish);
        forgetDeleted();
    }

    private void forgetDeleted() {
        byStream.entrySet().removeIf(entry -> {
            if (broker.catalog().stream(entry.getKey()).isPresent()) return false;
            entry.getValue().publish();
            return true;
        });
    }

    void put(long records, long bytes) {
        recordsIn.add(records);
        bytesIn.add(bytes);
    }

    void refused(long records) {
        recordsRefused.add(records);
    }

    void got(long records, long bytes) {
        recordsOut.add(records);
        bytesOut.add(bytes);
    }

    void subscribed(int change) {
        subscriptions.add(change);
    }

    public long recordsIn() {
        return recordsIn.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long recordsRefused() {
        return recordsRefused.sum();
    }

    public long recordsOut() {
        return recordsOut.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    /// Subscriptions to shards that go on now.
    public long subscriptions() {
        return subscriptions.sum();
    }

    /// Writes the numbers of each stream in Prometheus' text format: of the first [#STREAMS_SHOWN_MAX] by name.
    public void writeTo(StringBuilder page) {
        var streams = new TreeMap<String, StreamTraffic>();
        for (var stream : broker.catalog().streams()) {
            var traffic = byStream.get(stream.id());
            if (traffic != null) streams.put(stream.name(), traffic);
        }
        counter(page, "records_in", Measure.INCOMING_RECORDS, streams);
        counter(page, "bytes_in", Measure.INCOMING_BYTES, streams);
        counter(page, "writes_throttled", Measure.WRITE_EXCEEDED, streams);
        counter(page, "records_out", Measure.GET_RECORDS_RECORDS, streams);
        counter(page, "bytes_out", Measure.GET_RECORDS_BYTES, streams);
        int hidden = Math.max(0, streams.size() - STREAMS_SHOWN_MAX);
        page.append(
                "# TYPE braid_kinesis_streams_not_shown gauge\nbraid_kinesis_streams_not_shown %d\n".formatted(hidden));
    }

    private static void counter(StringBuilder page, String name, Measure measure, Map<String, StreamTraffic> streams) {
        page.append("# TYPE braid_kinesis_stream_%s_total counter\n".formatted(name));
        streams.entrySet().stream()
                .limit(STREAMS_SHOWN_MAX)
                .forEach(entry -> page.append("braid_kinesis_stream_%s_total{stream=\"%s\"} %d\n"
                        .formatted(name, entry.getKey(), entry.getValue().total(measure))));
    }
}
