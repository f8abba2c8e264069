package io.braid.aws.kinesis;

import io.braid.aws.cloudwatch.Metric;
import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.cloudwatch.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the requests of one stream, one of its consumers or one of its shards add up to in this minute; whoever comes
/// in another
/// minute hands the last one over first.
/// Any thread.
///
/// One lock, held for some additions: count, sum, least and greatest of a minute must be of the same requests, which
/// four independent adders cannot promise (docs/decisions/0080). A request allocates nothing here.
final class StreamTraffic {
    private static final String NAMESPACE = "AWS/Kinesis";
    private static final long MINUTE_MILLIS = 60_000;
    private static final int MEASURES = Measure.values().length;

    private final MetricStore store;
    private final Set<Measure> wanted;
    private final Metric[] metrics = new Metric[MEASURES];

    // guarded by this, by measure:
    private final long[] counts = new long[MEASURES];
    private final long[] sums = new long[MEASURES];
    private final long[] least = new long[MEASURES];
    private final long[] greatest = new long[MEASURES];
    private final long[] totals = new long[MEASURES]; // of sums, since the start
    private long minute;

    /// @param home       whose metrics these are
    /// @param dimensions of its metrics
    /// @param wanted     the others are not counted
    StreamTraffic(MetricStore store, String home, List<Metric.Dimension> dimensions, Set<Measure> wanted) {
        this.store = store;
        this.wanted = wanted;
        for (var measure : Measure.values())
            metrics[measure.ordinal()] = new Metric(home, NAMESPACE, measure.metric(), dimensions);
    }

    /// A PutRecord that reached the stream.
    ///
    /// @param now       milliseconds since 1970
    /// @param bytes     of the record, if it was stored
    /// @param latency   milliseconds
    synchronized void putRecord(long now, long latency, boolean isStored, long bytes, boolean isThrottled) {
        turn(now);
        add(Measure.PUT_RECORD_SUCCESS, isStored ? 1 : 0);
        add(Measure.PUT_RECORD_LATENCY, latency);
        if (isStored) {
            add(Measure.PUT_RECORD_BYTES, bytes);
            add(Measure.INCOMING_BYTES, bytes);
            add(Measure.INCOMING_RECORDS, 1);
        }
        add(Measure.WRITE_EXCEEDED, isThrottled ? 1 : 0);
    }

    /// A PutRecords that reached the stream.
    ///
    /// @param total     records of the request
    /// @param stored    those of them that were stored
    /// @param bytes     of those
    /// @param throttled those that were refused because the stream takes no more; the rest failed
    synchronized void putRecords(long now, long latency, long total, long stored, long bytes, long throttled) {
        turn(now);
        add(Measure.PUT_RECORDS_SUCCESS, stored > 0 ? 1 : 0);
        add(Measure.PUT_RECORDS_LATENCY, latency);
        add(Measure.PUT_RECORDS_BYTES, bytes);
        add(Measure.PUT_RECORDS_RECORDS, stored);
        add(Measure.PUT_RECORDS_TOTAL, total);
        add(Measure.PUT_RECORDS_SUCCESSFUL, stored);
        add(Measure.PUT_RECORDS_FAILED, total - stored - throttled);
        add(Measure.PUT_RECORDS_THROTTLED, throttled);
        if (stored > 0) {
            add(Measure.INCOMING_BYTES, bytes);
            add(Measure.INCOMING_RECORDS, stored);
        }
        add(Measure.WRITE_EXCEEDED, throttled);
    }

    /// What a PutRecord or PutRecords has done to one shard.
    synchronized void putToShard(long now, long records, long bytes, long throttled) {
        turn(now);
        if (records > 0) {
            add(Measure.INCOMING_BYTES, bytes);
            add(Measure.INCOMING_RECORDS, records);
        }
        add(Measure.WRITE_EXCEEDED, throttled);
    }

    /// A GetRecords that a shard has answered. Parameters are those of [#gotRecords].
    synchronized void gotFromShard(long now, long records, long bytes, long age) {
        turn(now);
        add(Measure.OUTGOING_RECORDS, records);
        add(Measure.OUTGOING_BYTES, bytes);
        add(Measure.ITERATOR_AGE, age);
        add(Measure.READ_EXCEEDED, 0);
    }

    /// What Kafka's producers have written since they were looked after last.
    synchronized void produced(long now, long records, long bytes) {
        turn(now);
        add(Measure.INCOMING_BYTES, bytes);
        add(Measure.INCOMING_RECORDS, records);
    }

    /// A GetRecords that was answered.
    ///
    /// @param age milliseconds from the last record's arrival until now; 0 if there is nothing more to read
    synchronized void gotRecords(long now, long latency, long records, long bytes, long age) {
        turn(now);
        add(Measure.GET_RECORDS_SUCCESS, 1);
        add(Measure.GET_RECORDS_LATENCY, latency);
        add(Measure.GET_RECORDS_RECORDS, records);
        add(Measure.GET_RECORDS_BYTES, bytes);
        add(Measure.GET_RECORDS_AGE, age);
        add(Measure.READ_EXCEEDED, 0);
    }

    /// A GetRecords that could not be answered.
    synchronized void failedGet(long now) {
        turn(now);
        add(Measure.GET_RECORDS_SUCCESS, 0);
    }

    /// A GetRecords that was one too many.
    synchronized void throttledGet(long now) {
        turn(now);
        add(Measure.GET_RECORDS_SUCCESS, 0);
        add(Measure.READ_EXCEEDED, 1);
    }

    /// A consumer's SubscribeToShard; one that failed did so because there is another, or there are too many.
    synchronized void subscribed(long now, boolean isRefused) {
        turn(now);
        add(Measure.SUBSCRIBE_SUCCESS, isRefused ? 0 : 1);
        add(Measure.SUBSCRIBE_EXCEEDED, isRefused ? 1 : 0);
    }

    /// An event that a consumer was sent.
    ///
    /// @param behind milliseconds, as the event says
    synchronized void sent(long now, long records, long bytes, long behind) {
        turn(now);
        add(Measure.EVENT_SUCCESS, 1);
        add(Measure.EVENT_RECORDS, records);
        add(Measure.EVENT_BYTES, bytes);
        add(Measure.EVENT_BEHIND, behind);
    }

    /// An event that could not be made.
    synchronized void failedEvent(long now) {
        turn(now);
        add(Measure.EVENT_SUCCESS, 0);
    }

    /// Hands over what has come together; more of the same minute may follow.
    synchronized void publish() {
        var samples = new ArrayList<MetricStore.Sample>();
        for (var measure : Measure.values()) {
            int at = measure.ordinal();
            if (counts[at] == 0) continue;
            var statistics = new Statistics(counts[at], sums[at], least[at], greatest[at]);
            samples.add(new MetricStore.Sample(metrics[at], measure.unit(), minute, statistics));
            counts[at] = 0;
        }
        if (!samples.isEmpty()) store.put(samples); // refused if there are too many metrics: counted there
    }

    synchronized long total(Measure measure) {
        return totals[measure.ordinal()];
    }

    private void turn(long now) {
        long current = now / MINUTE_MILLIS;
        if (current == minute) return;
        publish();
        minute = current;
    }

    private void add(Measure measure, long value) {
        if (!wanted.contains(measure)) return;
        int at = measure.ordinal();
        totals[at] += value;
        if (counts[at]++ == 0) {
            sums[at] = value;
            least[at] = value;
            greatest[at] = value;
        } else {
            sums[at] += value;
            least[at] = Math.min(least[at], value);
            greatest[at] = Math.max(greatest[at], value);
        }
    }
}
