package io.braid.broker;

import io.braid.log.PartitionLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What one stream uses, hour by hour. Time counts by the shape that the stream had when it was looked at last, from
/// then until the next look or the next request, so that an hour that ends has all of its own.
///
/// Any thread; requests hold the lock for some additions.
final class StreamUsage {
    /// Hours that wait to be written, because the disk takes nothing: then the oldest go.
    static final int FINISHED_MAX = 2 * (int) UsageHours.WEEK;

    private static final Stream.Mode[] MODES = Stream.Mode.values();
    private static final int UNITS = UsageUnit.values().length;

    private final Map<Integer, PartitionUsage> partitions = new ConcurrentHashMap<>(); // by number: never more go

    // guarded by this:
    private Stream stream;
    private UsageMeter.Facts facts;
    private long keptHours; // records are, since they were put
    private long hour;
    private long until; // to which time was counted, milliseconds
    private final long[][] tallies = new long[MODES.length][UNITS]; // of this hour, by mode
    private final long[] totals = new long[UNITS]; // of all hours since the start
    private boolean isChanged; // since its rows were taken last
    private final Deque<UsageRow> finished = new ArrayDeque<>();
    private final StoredBytes stored = new StoredBytes();
    private long extendedBytes; // that are kept in this hour
    private long longTermBytes; // that are kept in this hour

    /// @param since when it began to be there, or to be counted
    StreamUsage(Stream stream, UsageMeter.Facts facts, Duration kept, long since) {
        until = since;
        hour = UsageHours.of(since);
        shape(stream, facts, kept);
    }

    /// Begins to look at a partition, if that is a new one.
    PartitionUsage partition(int index, PartitionLog log, boolean isFromBefore) {
        return partitions.computeIfAbsent(
                index, _ -> isFromBefore ? PartitionUsage.from(log) : PartitionUsage.whole(log));
    }

    Optional<PartitionUsage> known(int index) {
        return Optional.ofNullable(partitions.get(index));
    }

    /// The stream is so from now on.
    synchronized void look(long now, Stream changed, UsageMeter.Facts changedFacts, Duration kept) {
        advance(now);
        shape(changed, changedFacts, kept);
    }

    private void shape(Stream changed, UsageMeter.Facts changedFacts, Duration kept) {
        stream = changed;
        facts = changedFacts;
        keptHours = Math.clamp(kept.toHours(), 0, UsageHours.YEAR);
        storage();
    }

    /// Finds what Kafka's producers have written since it was looked for last; counts that, and what consumers have
    /// fetched.
    synchronized List<UsageMeter.Written> written(long now) {
        var found = new ArrayList<UsageMeter.Written>();
        long fetched = 0;
        for (var entry : partitions.entrySet()) {
            fetched += entry.getValue().fetched();
            var grown = entry.getValue().grown();
            if (grown.records() > 0)
                found.add(new UsageMeter.Written(stream, entry.getKey(), grown.records(), grown.bytes()));
        }
        if (fetched > 0) {
            got(now, fetched, 0);
            add(UsageUnit.KAFKA_BYTES_OUT, fetched);
        }
        for (var each : found) {
            long mean = Math.ceilDiv(each.bytes(), each.records());
            put(
                    now,
                    each.records(),
                    each.bytes(),
                    each.records() * UsageUnit.payloadUnits(mean),
                    each.records() * UsageUnit.rounded(mean));
            add(UsageUnit.KAFKA_RECORDS, each.records());
            add(UsageUnit.KAFKA_BYTES_IN, each.bytes());
        }
        return found;
    }

    synchronized void put(long now, long records, long bytes, long payloadUnits, long roundedBytes) {
        advance(now);
        add(UsageUnit.RECORDS, records);
        add(UsageUnit.BYTES_IN, bytes);
        add(UsageUnit.PAYLOAD_UNITS, payloadUnits);
        add(UsageUnit.ROUNDED_BYTES_IN, roundedBytes);
    }

    synchronized void got(long now, long bytes, long oldBytes) {
        advance(now);
        add(UsageUnit.BYTES_OUT, bytes);
        add(UsageUnit.OLD_BYTES_OUT, oldBytes);
    }

    synchronized void fannedOut(long now, long bytes) {
        advance(now);
        add(UsageUnit.FAN_OUT_BYTES, bytes);
    }

    /// Bytes of an hour of an earlier run, which may still be kept.
    synchronized void cameIn(long earlier, long bytes) {
        stored.add(earlier, bytes);
    }

    /// All of those have been told.
    synchronized void settle() {
        tidy();
    }

    private void add(UsageUnit unit, long more) {
        tallies[stream.mode().ordinal()][unit.ordinal()] += more;
        totals[unit.ordinal()] += more;
        if (more != 0) isChanged = true;
    }

    /// Counts time until now, hour by hour. A clock that went back counts nothing until it has come forward again.
    private void advance(long now) {
        while (until < now) {
            long end = UsageHours.start(hour + 1);
            count(Math.min(now, end) - until);
            until = Math.min(now, end);
            if (until == end) {
                finish();
                hour++;
                tidy();
            }
        }
    }

    private void tidy() {
        stored.forget(hour - Math.max(keptHours, UsageHours.DAY), hour - UsageHours.MONTH);
        storage();
    }

    private void count(long millis) {
        long shards = stream.openShardCount();
        add(UsageUnit.STREAM_MILLIS, millis);
        add(UsageUnit.SHARD_MILLIS, millis * shards);
        add(UsageUnit.CONSUMER_SHARD_MILLIS, millis * shards * facts.consumers());
        if (keptHours > UsageHours.DAY) add(UsageUnit.EXTENDED_SHARD_MILLIS, millis * shards);
        double seconds = millis / 1000.0;
        add(UsageUnit.EXTENDED_BYTE_SECONDS, (long) (extendedBytes * seconds));
        add(UsageUnit.LONG_TERM_BYTE_SECONDS, (long) (longTermBytes * seconds));
    }

    /// What is kept for longer than a day does not change within an hour, but by what is looked up of earlier ones.
    private void storage() {
        extendedBytes = stored.between(hour - Math.min(keptHours, UsageHours.WEEK), hour - UsageHours.DAY);
        longTermBytes = stored.between(hour - keptHours, hour - UsageHours.WEEK);
    }

    private void finish() {
        for (var tally : tallies) stored.add(hour, tally[UsageUnit.BYTES_IN.ordinal()]);
        finished.addAll(current());
        while (finished.size() > FINISHED_MAX) finished.removeFirst();
        for (var tally : tallies) Arrays.fill(tally, 0);
        isChanged = false;
    }

    /// Of this hour so far.
    private List<UsageRow> current() {
        var rows = new ArrayList<UsageRow>();
        var from = Instant.ofEpochMilli(UsageHours.start(hour));
        for (var mode : MODES) {
            var usage = Usage.of(tallies[mode.ordinal()]);
            if (!usage.equals(Usage.NONE)) rows.add(new UsageRow(from, stream.id(), mode, facts.owner(), usage));
        }
        return rows;
    }

    /// The hours that have ended and were not [written][#wrote] yet, and this one so far.
    synchronized List<UsageRow> rows() {
        var rows = new ArrayList<>(finished);
        rows.addAll(current());
        return rows;
    }

    /// The same, but for this hour if nothing has come to it since it was taken last.
    synchronized List<UsageRow> changedRows() {
        var rows = isChanged ? rows() : new ArrayList<>(finished);
        isChanged = false;
        return rows;
    }

    /// These have been written.
    synchronized void wrote(Set<UsageRow> rows) {
        finished.removeAll(rows);
    }

    /// These could not be written.
    synchronized void isToBeWritten() {
        isChanged = true;
    }

    /// Since the start.
    synchronized Usage total() {
        return Usage.of(totals);
    }

    synchronized UsageRow.Owner owner() {
        return facts.owner();
    }
}
