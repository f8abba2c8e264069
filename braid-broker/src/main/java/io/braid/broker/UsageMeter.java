package io.braid.broker;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Counts what each stream of users uses, in the units that Amazon bills, and keeps it by the hour
/// (docs/decisions/0084). Any thread.
///
///     put, got, fannedOut ─────────────► StreamUsage ──► rows ──► UsageLedger, once a period
///     partitions' ends, shapes ─ look ──►    (an hour in memory)       │
///                                              └──────── report ◄──────┘
///
/// What Kinesis' requests do is told by them. What Kafka's producers write is seen by how far the partitions have
/// grown, and time is counted, whenever this looks at the streams: each period, and before each report. A crash loses
/// what was not written, which is one period's; so it does if rows cannot be written and the server ends.
public final class UsageMeter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UsageMeter.class.getName());

    /// Rows that one report may have: a thousand streams for a hundred days.
    public static final int REPORT_ROWS_MAX = 100_000;

    /// What the front knows of a stream and the broker does not.
    public interface Front {
        Facts facts(Stream stream);

        /// Kafka's producers have written this since it was looked for last. Short.
        void written(Written written);
    }

    /// @param consumers that are registered for enhanced fan-out
    public record Facts(UsageRow.Owner owner, int consumers) {}

    /// Records of Kafka's producers.
    ///
    /// @param bytes as they are stored
    public record Written(Stream stream, int partition, long records, long bytes) {}

    /// A report would have more than [#REPORT_ROWS_MAX] rows.
    public static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;

        TooLarge() {
            super("the report would have more than %,d rows: ask for fewer days, or for one stream"
                    .formatted(REPORT_ROWS_MAX));
        }
    }

    private final Broker broker;
    private final InstantSource clock;
    private final Front front;
    private final UsageLedger ledger;
    private final long since;
    private final Map<UUID, StreamUsage> streams = new ConcurrentHashMap<>(); // those that exist, and some just gone
    private volatile boolean hasBegun; // so partitions seen for the first time are new
    private final ReentrantLock writing = new ReentrantLock(); // guards what follows, and the order of rows written
    private boolean hasEarlier; // whether what earlier runs have counted is known
    private boolean isFailing;

    /// @param retention of rows
    public UsageMeter(Broker broker, InstantSource clock, Duration retention, Front front) {
        this.broker = broker;
        this.clock = clock;
        this.front = front;
        this.ledger = new UsageLedger(broker, clock, retention);
        this.since = clock.millis();
        look();
        hasBegun = true;
    }

    /// Kinesis is about to append this to a partition. Taken back by negative numbers if it was not appended.
    ///
    /// @param storedBytes of the batch
    public void announce(Stream stream, int partition, long records, long storedBytes) {
        var usage = of(stream);
        usage.known(partition)
                .or(() -> door(usage, stream, partition))
                .ifPresent(door -> door.announce(records, storedBytes));
    }

    /// Kinesis has put this.
    ///
    /// @param payloadUnits see [UsageUnit#payloadUnits]
    /// @param roundedBytes see [UsageUnit#rounded]
    public void put(Stream stream, long records, long bytes, long payloadUnits, long roundedBytes) {
        of(stream).put(clock.millis(), records, bytes, payloadUnits, roundedBytes);
    }

    /// GetRecords has answered with this.
    ///
    /// @param oldBytes those of records older than seven days
    public void got(Stream stream, long bytes, long oldBytes) {
        of(stream).got(clock.millis(), bytes, oldBytes);
    }

    /// A subscriber was sent this.
    public void fannedOut(Stream stream, long bytes) {
        of(stream).fannedOut(clock.millis(), bytes);
    }

    private StreamUsage of(Stream stream) {
        var known = streams.get(stream.id());
        if (known != null) return known;
        boolean isGone = broker.catalog().stream(stream.id()).isEmpty(); // a late request: nobody will ask for it
        return isGone ? begun(stream) : streams.computeIfAbsent(stream.id(), _ -> begun(stream));
    }

    private StreamUsage begun(Stream stream) {
        long from = Math.max(since, stream.created().toEpochMilli());
        return new StreamUsage(stream, front.facts(stream), kept(stream), from);
    }

    private Optional<PartitionUsage> door(StreamUsage usage, Stream stream, int partition) {
        return broker.partition(stream.id(), partition).map(door -> usage.partition(partition, door.log(), !hasBegun));
    }

    /// How long its records are kept.
    private Duration kept(Stream stream) {
        long millis = Long.parseLong(broker.setting(stream, StreamSettings.RETENTION_MS));
        boolean isDeleting = StreamSettings.isDeleting(broker.setting(stream, StreamSettings.CLEANUP_POLICY));
        return millis < 0 || !isDeleting ? Duration.ofHours(UsageHours.YEAR) : Duration.ofMillis(millis);
    }

    /// Looks at all streams: counts time until now, and what Kafka's producers have written.
    public void look() {
        long now = clock.millis();
        for (var stream : broker.catalog().streams()) {
            if (stream.kind() != Stream.Kind.USER) continue;
            var usage = of(stream);
            for (int partition = 0; partition < stream.partitions(); partition++) door(usage, stream, partition);
            usage.look(now, stream, front.facts(stream), kept(stream));
        }
        streams.values().forEach(usage -> usage.written(now).forEach(front::written));
    }

    /// Looks, and writes what has changed; what is left of deleted streams is written and forgotten. Once a period.
    public void turn() {
        look();
        writing.lock();
        try {
            knowEarlier();
            write();
        } finally {
            writing.unlock();
        }
    }

    private void write() {
        var gone = new ArrayList<>(streams.keySet());
        gone.removeIf(id -> broker.catalog().stream(id).isPresent());
        var rows = new ArrayList<UsageRow>();
        streams.values().forEach(usage -> rows.addAll(usage.changedRows()));
        try {
            if (!rows.isEmpty()) ledger.write(rows);
            var written = Set.copyOf(rows);
            streams.values().forEach(usage -> usage.wrote(written));
            gone.forEach(streams::remove);
            isFailing = false;
        } catch (IOException e) {
            streams.values().forEach(StreamUsage::isToBeWritten);
            if (!isFailing) LOG.log(WARNING, "usage cannot be written, tried again each minute: {0}", e.getMessage());
            isFailing = true;
        }
    }

    /// Reads what came in before this run and may still be kept: that is billed by its age.
    private void knowEarlier() {
        if (hasEarlier) return;
        long hours = UsageHours.DAY;
        for (var stream : broker.catalog().streams())
            if (stream.kind() == Stream.Kind.USER)
                hours = Math.max(hours, Math.min(kept(stream).toHours(), UsageHours.YEAR));
        long now = UsageHours.of(clock.millis());
        try {
            ledger.read(now - hours, now + 1, kept -> !ledger.isOwn(kept), row -> {
                var usage = streams.get(row.stream());
                long bytes = row.usage().of(UsageUnit.BYTES_IN);
                if (usage != null) usage.cameIn(UsageHours.of(row.from().toEpochMilli()), bytes);
            });
        } catch (IOException e) {
            LOG.log(WARNING, "what was stored before is not known, so storage is counted from now on", e);
        }
        streams.values().forEach(StreamUsage::settle);
        hasEarlier = true;
    }

    private record Hour(Instant from, UUID stream, Stream.Mode mode) {
        static Hour of(UsageRow row) {
            return new Hour(row.from(), row.stream(), row.mode());
        }
    }

    private record Day(LocalDate day, UUID stream, Stream.Mode mode) {}

    /// What was used from `first` until `last`, both included, days of UTC: a row for each day, stream and mode, by day
    /// and name.
    ///
    /// @param name of the only stream to report; all if empty
    /// @throws IOException what was kept cannot be read
    public List<UsageRow> report(LocalDate first, LocalDate last, Optional<String> name) throws IOException, TooLarge {
        look();
        var days = new TreeMap<Day, UsageRow>(
                Comparator.comparing(Day::day).thenComparing(Day::stream).thenComparing(Day::mode));
        long firstHour = hour(first);
        long endHour = hour(last.plusDays(1));
        var current = new ArrayList<UsageRow>();
        streams.values().forEach(usage -> current.addAll(usage.rows()));
        var fresh = new HashSet<Hour>();
        for (var row : current) fresh.add(Hour.of(row));
        ledger.read(
                firstHour,
                endHour,
                kept -> !(ledger.isOwn(kept) && fresh.contains(Hour.of(kept.row()))),
                row -> add(days, row, name));
        for (var row : current) {
            long hour = UsageHours.of(row.from().toEpochMilli());
            if (hour >= firstHour && hour < endHour) add(days, row, name);
        }
        if (days.size() > REPORT_ROWS_MAX) throw new TooLarge();
        return days.values().stream()
                .sorted(Comparator.comparing(UsageRow::from)
                        .thenComparing(row -> row.owner().name())
                        .thenComparing(row -> row.owner().account())
                        .thenComparing(row -> row.owner().region()))
                .toList();
    }

    private static long hour(LocalDate day) {
        return UsageHours.of(day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli());
    }

    private static void add(Map<Day, UsageRow> days, UsageRow row, Optional<String> name) {
        if (name.isPresent() && !name.get().equals(row.owner().name())) return;
        if (days.size() > REPORT_ROWS_MAX) return; // said when all is read
        var day = LocalDate.ofInstant(row.from(), ZoneOffset.UTC);
        var from = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        days.merge(
                new Day(day, row.stream(), row.mode()),
                new UsageRow(from, row.stream(), row.mode(), row.owner(), row.usage()),
                (a, b) -> new UsageRow(
                        from, b.stream(), b.mode(), b.owner(), a.usage().plus(b.usage())));
    }

    /// A stream's sums since this began to count.
    public record Total(UsageRow.Owner owner, Usage usage) {}

    /// Of each stream that exists, by name. Time counts until [#look] was called last, or the stream's last request.
    public List<Total> totals() {
        return streams.values().stream()
                .map(usage -> new Total(usage.owner(), usage.total()))
                .sorted(Comparator.comparing((Total total) -> total.owner().name())
                        .thenComparing(total -> total.owner().account())
                        .thenComparing(total -> total.owner().region()))
                .toList();
    }

    /// Writes what is left. A run in which nobody has put or read anything, and which has written nothing before,
    /// leaves nothing behind.
    @Override
    public void close() {
        look();
        boolean isWorthIt = ledger.exists() || totals().stream().anyMatch(total -> isUsed(total.usage()));
        if (isWorthIt) turn();
    }

    private static boolean isUsed(Usage usage) {
        return usage.of(UsageUnit.RECORDS) + usage.of(UsageUnit.BYTES_OUT) + usage.of(UsageUnit.FAN_OUT_BYTES) > 0;
    }
}
