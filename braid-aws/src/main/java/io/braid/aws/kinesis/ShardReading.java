package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Payloads;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.log.AbortedTransaction;
import io.braid.log.Batch;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// One pass over a shard from an offset until an answer is full: what any writer put, Kinesis or Kafka. Records are
/// read where they lie in their batches (decompressed if a Kafka producer compressed them) and written straight into
/// the answer, which has a list open for them. Markers and records of aborted transactions are passed over. One thread.
final class ShardReading {
    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    /// Read at once: small answers must not pay for large ones, nor an answer of 500 records of 1 KB (about two of
    /// these) for bytes behind its last.
    private static final int READ_BYTES = 256 << 10;
    /// What an answer has around a record's data and key, about.
    private static final int RECORD_OVERHEAD_BYTES = 176;
    /// Bytes of batches looked at for one answer. Above what an answer may hold, so only a long run of markers or
    /// of a transaction's leftovers ends here, and the next reading goes on behind it.
    private static final long SCAN_BYTES_MAX = 4L * Sizes.GET_BYTES_MAX;

    /// How much one answer may hold.
    ///
    /// @param records of these, at most
    /// @param bytes   of data and partition keys, at most; a single larger record is taken all the same
    /// @param largest unless it has more bytes than this: then the answer ends before it
    record Most(int records, long bytes, long largest) {}

    private final PartitionLog log;
    private final Shard shard;
    private final Most most;
    private final WireWriter answer;
    private final boolean encrypted; // as answers say
    private final long created;
    private final long stable; // the first offset that may not be shown
    private final byte[] digits = new byte[SequenceNumber.DIGITS_MAX];

    private boolean roomMade;

    private long next;
    private long scanned;
    private long newestMillis = -1;
    private boolean full;
    private boolean tooLarge;
    private int records;
    private long bytes;
    private long oldBefore = Long.MIN_VALUE; // milliseconds
    private long oldBytes;

    /// @param stable how far may be read; it was asked for before the shard was looked up, so if the shard is open,
    ///     all of that is its own and not a child's
    /// @param offset where to begin
    ShardReading(PartitionLog log, Stream stream, Shard shard, long stable, long offset, Most most, WireWriter answer) {
        this.log = log;
        this.encrypted = StreamAttributes.of(stream).keyId().isPresent();
        this.shard = shard;
        this.most = most;
        this.answer = answer;
        this.created = SequenceNumber.createdSecond(shard);
        this.next = offset;
        this.stable = Math.min(stable, Lookup.endOf(shard));
    }

    /// Counts the bytes of records from before this moment apart.
    void countOld(long beforeMillis) {
        oldBefore = beforeMillis;
    }

    void run() throws IOException {
        while (!full && next < stable && scanned < SCAN_BYTES_MAX) {
            switch (log.read(next, stable, READ_BYTES)) {
                case ReadOutcome.Found(var slice) -> {
                    try (slice) {
                        if (slice.isEmpty() && slice.nextOffset() == next) return;
                        scanned += slice.byteSize();
                        batches(slice.load(), log.aborted(slice.firstOffset(), slice.nextOffset()));
                        if (slice.isEmpty()) next = slice.nextOffset(); // compaction has left nothing up to there
                    }
                }
                case ReadOutcome.OutOfRange(long start, long _) -> {
                    if (next >= start) return; // the end moved back: only a crash without syncing does that
                    next = Math.min(start, stable); // trimmed since: go on with the oldest record there is
                }
                case ReadOutcome.Damaged(long first, long behind, String _) -> {
                    if (records == 0) throw damaged(first, behind); // the log has said where
                    return; // the next iterator meets it
                }
            }
        }
    }

    private AwsFault damaged(long first, long behind) {
        return AwsFault.internal(
                "Records are damaged on the disk here, %d of them. To go on behind them, get a shard iterator AT_SEQUENCE_NUMBER %s."
                        .formatted(behind - Math.max(first, next), SequenceNumber.of(shard, behind, 0)));
    }

    private void batches(MemorySegment run, List<AbortedTransaction> aborted) throws IOException {
        for (long at = 0; at < run.byteSize() && !full; ) {
            var batch = batchAt(run, at);
            at += batch.byteSize();
            if (!roomMade) makeRoom(batch);
            if (!batch.isControl() && !isAborted(batch, aborted)) records(batch);
            if (!full) next = Math.max(next, Math.min(batch.nextOffset(), stable));
            newestMillis = full ? newestMillis : Math.max(newestMillis, batch.maxTimestamp());
        }
    }

    /// Makes room for the whole answer, as if all its records were of the first batch's mean size: an answer
    /// that doubles its way up is copied once, and allocated twice.
    private void makeRoom(Batch first) {
        roomMade = true;
        long expected = Math.min(most.records(), stable - next);
        long mean = first.byteSize() / Math.max(1, first.recordCount());
        long blobs = Math.min(expected * mean, most.bytes()) / 3 * 4; // Base64
        answer.reserve((int) (blobs + expected * RECORD_OVERHEAD_BYTES));
    }

    private static boolean isAborted(Batch batch, List<AbortedTransaction> aborted) {
        for (var transaction : aborted) if (transaction.covers(batch)) return true;
        return false;
    }

    /// The batch at a place of a run of whole batches.
    static Batch batchAt(MemorySegment run, long at) {
        long size = (long) Batch.PREFIX_BYTES + run.get(BIG_ENDIAN_INT, at + Long.BYTES);
        return new Batch(run.asSlice(at, size));
    }

    private void records(Batch batch) throws IOException {
        var cursor = new RecordCursor(batch, Payloads.of(batch, Sizes.DECOMPRESSED_BYTES_MAX));
        while (cursor.next()) {
            long offset = cursor.offset();
            if (offset < next) continue;
            if (offset >= stable) return;
            long size = cursor.key().byteSize() + cursor.value().byteSize();
            tooLarge = size > most.largest();
            full = tooLarge || records == most.records() || records > 0 && bytes + size > most.bytes();
            if (full) return;
            record(cursor, offset);
            records++;
            bytes += size;
            if (cursor.timestamp() < oldBefore) oldBytes += size;
            next = offset + 1;
        }
    }

    private void record(RecordCursor cursor, long offset) {
        long timestamp = Math.max(0, cursor.timestamp());
        newestMillis = timestamp;
        int length =
                SequenceNumber.print(created, shard.index(), offset, SequenceNumber.arrivalSecond(timestamp), digits);
        answer.startMap().field(Names.SEQUENCE_NUMBER).ascii(digits, 0, length);
        answer.field(Names.APPROXIMATE_ARRIVAL_TIMESTAMP).moment(timestamp);
        answer.field(Names.DATA).blob(cursor.value());
        answer.field(Names.PARTITION_KEY);
        PartitionKeys.write(answer, cursor.key());
        if (encrypted) answer.field(Names.ENCRYPTION_TYPE).text(Description.KMS);
        answer.endMap();
    }

    /// Where the next reading begins.
    long next() {
        return next;
    }

    int records() {
        return records;
    }

    /// Of data and keys of the records.
    long bytes() {
        return bytes;
    }

    /// Those of them that are from before [#countOld]; 0 if that was not asked for.
    long oldBytes() {
        return oldBytes;
    }

    /// Whether the next record has more bytes than the largest that was wanted.
    boolean endsBeforeLargeRecord() {
        return tooLarge;
    }

    /// 0 if nothing more could be read; else how old the last record looked at is.
    long millisBehind(long now) {
        if (next >= stable) return 0;
        return newestMillis < 0 ? 1 : Math.max(1, now - newestMillis);
    }
}
