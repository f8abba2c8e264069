package io.braid.delivery;

import io.braid.broker.Payloads;
import io.braid.log.AbortedTransaction;
import io.braid.log.Batch;
import io.braid.log.CorruptBatchException;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// Reads the committed records of a partition between two offsets, in order, whoever wrote them: without markers and
/// the records of aborted transactions. One thread.
final class ShardReader {
    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int READ_BYTES = 1 << 20;
    /// What a compressed batch of a Kafka producer may grow to.
    private static final int DECOMPRESSED_BYTES_MAX = 128 << 20;

    /// Takes records until it has enough.
    interface Sink {
        /// @param value valid during the call; empty if the record has none
        /// @return whether it took the record. After one that it did not take the reading ends before that
        boolean take(long offset, long timestampMillis, byte[] value) throws IOException;
    }

    private final PartitionLog log;
    private final long limit;
    private long next;
    private boolean isFull;
    private long expired;
    private long damaged;

    /// @param limit read below this; at most what was the log's last stable offset
    ShardReader(PartitionLog log, long from, long limit) {
        this.log = log;
        this.next = from;
        this.limit = limit;
    }

    /// Reads until the sink has enough or nothing is left.
    ///
    /// @throws IOException the disk or the tier failed
    void read(Sink sink) throws IOException {
        while (!isFull && next < limit) {
            switch (log.read(next, limit, READ_BYTES)) {
                case ReadOutcome.Found(var slice) -> {
                    try (slice) {
                        if (slice.isEmpty() && slice.nextOffset() == next) return;
                        batches(slice.load(), log.aborted(slice.firstOffset(), slice.nextOffset()), sink);
                        if (slice.isEmpty()) next = slice.nextOffset(); // compaction has left nothing up to there
                    }
                }
                case ReadOutcome.OutOfRange(long start, long _) -> {
                    if (next >= start) return; // the end moved back: only a crash without syncing does that
                    long now = Math.min(start, limit);
                    expired += now - next;
                    next = now;
                }
                case ReadOutcome.Damaged(long first, long behind, String _) -> {
                    long now = Math.min(behind, limit);
                    damaged += now - Math.max(first, next); // the log has said where
                    next = now;
                }
            }
        }
    }

    private void batches(MemorySegment run, List<AbortedTransaction> aborted, Sink sink) throws IOException {
        for (long at = 0; at < run.byteSize() && !isFull; ) {
            long size = (long) Batch.PREFIX_BYTES + run.get(BIG_ENDIAN_INT, at + Long.BYTES);
            var batch = new Batch(run.asSlice(at, size));
            at += size;
            if (!batch.isControl() && aborted.stream().noneMatch(transaction -> transaction.covers(batch)))
                records(batch, sink);
            if (!isFull) next = Math.max(next, Math.min(batch.nextOffset(), limit));
        }
    }

    private void records(Batch batch, Sink sink) throws IOException {
        try {
            var records = new RecordCursor(batch, Payloads.of(batch, DECOMPRESSED_BYTES_MAX));
            while (records.next() && records.offset() < limit) {
                if (records.offset() < next) continue;
                var value = records.value().toArray(ValueLayout.JAVA_BYTE);
                isFull = !sink.take(records.offset(), records.timestamp(), value);
                if (isFull) return;
                next = records.offset() + 1;
            }
        } catch (CorruptBatchException _) { // it was so when it was written: nobody will ever read it
            damaged += Math.max(0, Math.min(batch.nextOffset(), limit) - next);
        }
    }

    /// Where the next reading begins.
    long next() {
        return next;
    }

    /// Records that were gone before they were read.
    long expired() {
        return expired;
    }

    /// Records that nobody can read.
    long damaged() {
        return damaged;
    }
}
