package io.braid.broker;

import io.braid.broker.Broker.TimedOffset;
import io.braid.log.Batch;
import io.braid.log.CorruptBatchException;
import io.braid.log.PartitionLog;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.util.Optional;

/// Finds records by their time. The log's index finds the batch; the record is found inside, compressed or not.
///
/// A batch that is damaged on the disk is answered by its first offset: it may hold the record, and whoever reads there
/// is told. A look-up must not fail because of it, nor lead anybody past it.
final class Lookup {
    /// Of one batch, decompressed; the largest batch the log takes has 32 MiB.
    private static final int PAYLOAD_BYTES_MAX = 128 << 20;

    private static final long NONE = -1; // the time of a record that has none, or of one that cannot be read

    private Lookup() {}

    /// The first record at or after `timestamp`, among those still held from the offset `from` on.
    static Optional<TimedOffset> at(PartitionLog log, long timestamp, long from) throws IOException {
        long next = from;
        while (true) {
            var candidate = log.batchAt(timestamp, next);
            if (candidate.isEmpty()) return Optional.empty();
            long held = Math.max(from, log.start());
            var batches = new Batches(log, candidate.getAsLong());
            try {
                var batch = batches.next();
                if (batch.isEmpty()) return Optional.empty();
                var found = first(batch.get(), held, timestamp);
                if (found.isPresent()) return found;
                next = batch.get().nextOffset();
            } catch (CorruptBatchException _) {
                return Optional.of(new TimedOffset(Math.max(batches.offset(), held), timestamp));
            }
        }
    }

    /// The first of the records with the largest timestamp, among those still held.
    static Optional<TimedOffset> newest(PartitionLog log) throws IOException {
        long start = log.start();
        var whole = log.newestBatch(start);
        var newest = whole.isPresent() ? newestIn(log, whole.getAsLong(), start) : Optional.<TimedOffset>empty();
        if (newest.isPresent() && time(newest) == NONE) return newest; // damaged: it may be that one
        var early = newestIn(log, start, start); // of a batch whose first records may be deleted
        return time(early) >= time(newest) ? early : newest;
    }

    private static long time(Optional<TimedOffset> found) {
        return found.map(TimedOffset::timestampMillis).orElse(NONE);
    }

    /// Of the batch that holds `offset`.
    private static Optional<TimedOffset> newestIn(PartitionLog log, long offset, long start) throws IOException {
        var batches = new Batches(log, offset);
        Optional<Batch> held;
        try {
            held = batches.next();
        } catch (CorruptBatchException _) {
            return Optional.of(new TimedOffset(Math.max(batches.offset(), start), NONE));
        }
        if (held.isEmpty() || held.get().maxTimestamp() == NONE) return Optional.empty();
        var batch = held.get();
        var newest = Optional.<TimedOffset>empty();
        try {
            var records = new RecordCursor(batch, Payloads.of(batch, PAYLOAD_BYTES_MAX));
            while (records.next())
                if (records.offset() >= start && records.timestamp() > time(newest))
                    newest = Optional.of(new TimedOffset(records.offset(), records.timestamp()));
            return newest;
        } catch (CorruptBatchException _) {
            return unreadable(batch, start);
        }
    }

    /// The first record of a batch with this offset or a later one and with this time or a later one.
    private static Optional<TimedOffset> first(Batch batch, long start, long timestamp) {
        if (batch.maxTimestamp() < timestamp || batch.lastOffset() < start) return Optional.empty();
        try {
            var records = new RecordCursor(batch, Payloads.of(batch, PAYLOAD_BYTES_MAX));
            while (records.next())
                if (records.offset() >= start && records.timestamp() >= timestamp)
                    return Optional.of(new TimedOffset(records.offset(), records.timestamp()));
            return Optional.empty();
        } catch (CorruptBatchException _) {
            return unreadable(batch, start);
        }
    }

    /// A batch whose records cannot be decompressed is answered by its first offset: its producer sent it so, the
    /// reader will be told when it gets there, and a look-up must not fail for ever because of it.
    private static Optional<TimedOffset> unreadable(Batch batch, long start) {
        return Optional.of(new TimedOffset(Math.max(batch.baseOffset(), start), batch.maxTimestamp()));
    }
}
