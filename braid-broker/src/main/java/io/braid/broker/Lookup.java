package io.braid.broker;

import io.braid.broker.Broker.TimedOffset;
import io.braid.log.Batch;
import io.braid.log.CorruptBatchException;
import io.braid.log.PartitionLog;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.util.Optional;

/// Finds records by their time. The log's index finds the batch; the record is found inside, compressed or not.
final class Lookup {
    /// Of one batch, decompressed; the largest batch the log takes has 32 MiB.
    private static final int PAYLOAD_BYTES_MAX = 128 << 20;

    private Lookup() {}

    /// The first record at or after `timestamp`, among those still held.
    static Optional<TimedOffset> at(PartitionLog log, long timestamp) throws IOException {
        var from = log.batchAt(timestamp);
        if (from.isEmpty()) return Optional.empty();
        var batches = new Batches(log, from.getAsLong());
        for (var batch = batches.next(); batch.isPresent(); batch = batches.next()) {
            if (batch.get().maxTimestamp() < timestamp) continue;
            var found = first(batch.get(), log.start(), timestamp);
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    /// The first of the records with the largest timestamp, among those still held.
    static Optional<TimedOffset> newest(PartitionLog log) throws IOException {
        var from = log.newestBatch();
        if (from.isEmpty()) return Optional.empty();
        var batch = new Batches(log, from.getAsLong()).next();
        if (batch.isEmpty()) return Optional.empty();
        if (batch.get().baseOffset() != from.getAsLong()) return newestByWalking(log); // compacted or deleted just now
        var found = first(batch.get(), log.start(), batch.get().maxTimestamp());
        return found.isPresent() ? found : newestByWalking(log);
    }

    /// For the cases in which the index cannot tell: the newest record was deleted, the rest of its batch not, or its
    /// batch has gone since the index was asked.
    private static Optional<TimedOffset> newestByWalking(PartitionLog log) throws IOException {
        var newest = Optional.<TimedOffset>empty();
        long start = log.start();
        var batches = new Batches(log, start);
        for (var batch = batches.next(); batch.isPresent(); batch = batches.next()) {
            long floor = newest.map(TimedOffset::timestampMillis).orElse(-1L) + 1;
            for (var next = first(batch.get(), start, floor); next.isPresent(); ) {
                newest = next;
                next = first(batch.get(), start, newest.get().timestampMillis() + 1);
            }
        }
        return newest;
    }

    /// The first record of a batch with this offset or a later one and with this time or a later one.
    ///
    /// A batch whose records cannot be decompressed is answered by its first offset: its producer sent it so, the
    /// reader will be told when it gets there, and a look-up must not fail for ever because of it.
    private static Optional<TimedOffset> first(Batch batch, long start, long timestamp) {
        if (batch.maxTimestamp() < timestamp || batch.lastOffset() < start) return Optional.empty();
        try {
            var records = new RecordCursor(batch, Payloads.of(batch, PAYLOAD_BYTES_MAX));
            while (records.next())
                if (records.offset() >= start && records.timestamp() >= timestamp)
                    return Optional.of(new TimedOffset(records.offset(), records.timestamp()));
            return Optional.empty();
        } catch (CorruptBatchException _) {
            return Optional.of(new TimedOffset(Math.max(batch.baseOffset(), start), batch.maxTimestamp()));
        }
    }
}
