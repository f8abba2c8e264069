package io.braid.broker;

import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Usage by hour and stream, kept in an internal stream for a bounded time. A row is written again while its hour goes
/// on; compaction leaves the newest.
final class UsageLedger {
    static final String STREAM = "__usage";

    private static final int ROWS_IN_BATCH_MAX = 1000;

    private final ServerStream stream;
    private final InstantSource clock;
    private volatile long life = -1; // of what this run of the server writes; the meter's turn sets it

    UsageLedger(Broker broker, InstantSource clock, Duration retention) {
        this.clock = clock;
        stream = new ServerStream(
                broker,
                STREAM,
                Map.of(
                        StreamSettings.CLEANUP_POLICY, "compact,delete",
                        StreamSettings.RETENTION_MS, Long.toString(retention.toMillis()),
                        StreamSettings.SEGMENT_BYTES, Integer.toString(16 << 20),
                        StreamSettings.SEGMENT_MS,
                                Long.toString(Duration.ofDays(1).toMillis())));
    }

    boolean exists() {
        return stream.exists();
    }

    /// Writes rows of this run. One thread at a time.
    ///
    /// @throws IOException some may have been written; to write them again is right
    void write(List<UsageRow> rows) throws IOException {
        if (life < 0) life = stream.end(); // every run that writes moves the end, so no two have the same
        long now = clock.millis();
        for (int from = 0; from < rows.size(); from += ROWS_IN_BATCH_MAX) {
            var batch = new BatchBuilder(now);
            for (var row : rows.subList(from, Math.min(rows.size(), from + ROWS_IN_BATCH_MAX)))
                UsageCodec.add(batch, now, row, life);
            stream.append(batch.build());
        }
    }

    private record Key(UUID stream, Stream.Mode mode, long life) {}

    /// Whether a row that was kept is one of this run.
    boolean isOwn(UsageCodec.Kept kept) {
        return kept.life() == life;
    }

    /// Shows the rows of hours from `firstHour` on and before `endHour` that were written and are `wanted`,
    /// each once and as it was last. One of each stream, mode and run is in memory at a time, since the rows of
    /// one of those lie in the order of their hours.
    ///
    /// @throws IOException they cannot be read
    void read(long firstHour, long endHour, Predicate<UsageCodec.Kept> wanted, Consumer<UsageRow> reader)
            throws IOException {
        var open = new HashMap<Key, UsageRow>();
        stream.read(UsageHours.start(firstHour), stream.end(), record -> {
            var kept = UsageCodec.read(record.key(), record.value());
            var row = kept.row();
            long hour = UsageHours.of(row.from().toEpochMilli());
            if (hour < firstHour || hour >= endHour || !wanted.test(kept)) return;
            var before = open.put(new Key(row.stream(), row.mode(), kept.life()), row);
            if (before != null && !before.from().equals(row.from())) reader.accept(before);
        });
        open.values().forEach(reader);
    }
}
