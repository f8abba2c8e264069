package io.braid.aws.kinesis;

import io.braid.aws.cloudwatch.Metric;
import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.cloudwatch.Statistics;
import io.braid.delivery.Channel;
import java.time.InstantSource;
import java.util.List;

/// Amazon's numbers of a channel, as what was delivered comes: a few each second at most, so they go to the store at
/// once. Any thread.
///
/// https://docs.aws.amazon.com/streams/latest/dev/data-delivery-monitoring.html
final class ChannelMetrics implements Channel.Watcher {
    private static final String NAMESPACE = "AWS/Kinesis";
    private static final String PREFIX = "DeliveryToS3.";
    private static final long MINUTE_MILLIS = 60_000;

    private final MetricStore store;
    private final InstantSource clock;
    private final String home;
    private final List<Metric.Dimension> dimensions;

    /// @param home whose the metrics are
    ChannelMetrics(MetricStore store, InstantSource clock, String home, StoredChannel channel) {
        this.home = home;
        this.store = store;
        this.clock = clock;
        this.dimensions = List.of(
                new Metric.Dimension("StreamName", Lookup.shownName(channel.stream())),
                new Metric.Dimension("ChannelName", channel.name()),
                new Metric.Dimension("ChannelId", channel.id()));
    }

    @Override
    public void delivered(Channel.Delivered what) {
        long minute = clock.millis() / MINUTE_MILLIS;
        store.put(List.of( // what is refused, the store counts
                sample(minute, "DataFreshness", "Seconds", what.waited().toSeconds()),
                sample(minute, "BytesIn", "Bytes", what.bytesIn()),
                sample(minute, "BytesProcessed", "Bytes", what.bytesIn()),
                sample(minute, "BytesOut", "Bytes", what.bytesOut()),
                sample(minute, "RecordCount", "Count", what.records() + what.deadLetters()),
                sample(minute, "SuccessfulRecordCount", "Count", what.records()),
                sample(minute, "FailedRecordCount", "Count", what.deadLetters()),
                sample(minute, "DeliverySuccess", "Count", 1),
                sample(minute, "DLQDeliverySuccess", "Count", what.deadLetters())));
    }

    private MetricStore.Sample sample(long minute, String name, String unit, long value) {
        var metric = new Metric(home, NAMESPACE, PREFIX + name, dimensions);
        return new MetricStore.Sample(metric, unit, minute, new Statistics(1, value, value, value));
    }
}
