package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/// Decides which records a pass keeps, as Kafka does. All batches go through it, from the partition's start on. One
/// thread.
///
/// | record below `upTo`                                    | stays                                                  |
/// |--------------------------------------------------------|--------------------------------------------------------|
/// | of an aborted transaction                              | no                                                     |
/// | without key                                            | no                                                     |
/// | not the newest of its key                              | no                                                     |
/// | newest, with a value                                   | yes                                                    |
/// | newest, without value: a tombstone                     | until its batch's delete horizon                       |
/// | end marker whose transaction had batches left          | yes                                                    |
/// | any other end marker                                   | until its batch's delete horizon                       |
///
/// The delete horizon is set by the pass that first keeps a tombstone as the newest of its key, or first finds an end
/// marker that ends nothing. Everything from `upTo` on stays as it is.
///
/// A batch that cannot be read, because its producer sent it so or it is too large to unpack, stays, too: compaction
/// must not end for ever because of it. Any key may be in it, so no tombstone behind it goes.
final class Sieve {
    sealed interface Sifted {
        /// Stays as it is.
        record Whole() implements Sifted {}

        record Gone() implements Sifted {}

        record Changed(Batch batch) implements Sifted {}
    }

    private static final Sifted WHOLE = new Sifted.Whole();
    private static final Sifted GONE = new Sifted.Gone();
    private static final int BYTES_AT_FIRST = 16 << 10;
    private static final int LENGTHS_BYTES_MAX = 5 + 1 + 10; // a record's length, attributes and timestamp

    private final KeyMap keys;
    private final long firstDirty;
    private final long upTo;
    private final long nowMillis;
    private final long tombstoneMillis;
    private final Codecs codecs;
    private final TransactionWalk transactions;
    private byte[] kept = new byte[BYTES_AT_FIRST]; // records of the batch that is changed
    private int keptBytes;
    private long recordsRemoved;
    private long keylessRemoved;
    private Optional<CorruptBatchException> unreadable = Optional.empty(); // why the first such batch cannot be read

    /// @param keys       what is newest among the records of offsets `[firstDirty, upTo)`
    /// @param firstDirty what lies below was sifted before
    Sieve(
            KeyMap keys,
            long firstDirty,
            long upTo,
            long nowMillis,
            long tombstoneMillis,
            Codecs codecs,
            TransactionWalk transactions) {
        this.keys = keys;
        this.firstDirty = firstDirty;
        this.upTo = upTo;
        this.nowMillis = nowMillis;
        this.tombstoneMillis = tombstoneMillis;
        this.codecs = codecs;
        this.transactions = transactions;
    }

    long recordsRemoved() {
        return recordsRemoved;
    }

    /// Of those the ones without key.
    long keylessRemoved() {
        return keylessRemoved;
    }

    /// Why some batch could not be read, if so.
    Optional<CorruptBatchException> unreadable() {
        return unreadable;
    }

    Sifted sift(Batch batch) throws IOException {
        if (batch.baseOffset() >= upTo) return WHOLE;
        if (batch.recordCount() == 0) return GONE;
        if (batch.isControl()) return siftMarker(batch);
        if (transactions.isAborted(batch)) {
            recordsRemoved += batch.recordCount();
            return GONE;
        }
        return siftRecords(batch);
    }

    private Sifted siftMarker(Batch marker) throws IOException {
        if (!transactions.endsNothing(marker)) return WHOLE;
        if (!marker.hasDeleteHorizon()) {
            var all = new BitSet();
            all.set(0, marker.recordCount());
            return changed(marker, marker.payload(), all, true);
        }
        return nowMillis < marker.deleteHorizon() ? WHOLE : GONE;
    }

    private Sifted siftRecords(Batch batch) throws IOException {
        MemorySegment payload;
        var staying = new BitSet(batch.recordCount());
        boolean isNewHorizon = false;
        int keyless = 0;
        try {
            payload = payloadOf(batch, codecs);
            var records = new RecordCursor(batch, payload).strictly();
            for (int i = 0; records.next(); i++) {
                if (!stays(batch, records)) {
                    if (records.key() == BatchBuilder.ABSENT) keyless++;
                    continue;
                }
                staying.set(i);
                isNewHorizon |= needsHorizon(batch, records);
            }
        } catch (CorruptBatchException e) {
            unreadable = unreadable.or(() -> Optional.of(e));
            return WHOLE;
        }
        int count = staying.cardinality();
        recordsRemoved += batch.recordCount() - count;
        keylessRemoved += keyless;
        if (count == 0) return GONE;
        if (count == batch.recordCount() && !isNewHorizon) return WHOLE;
        return changed(batch, payload, staying, isNewHorizon);
    }

    static MemorySegment payloadOf(Batch batch, Codecs codecs) throws CorruptBatchException {
        return batch.compression() == Compression.NONE ? batch.payload() : codecs.unpack(batch);
    }

    private boolean stays(Batch batch, RecordCursor record) {
        if (record.offset() >= upTo) return true;
        if (record.key() == BatchBuilder.ABSENT) return false;
        if (record.offset() < keys.newest(record.key())) return false;
        if (!isTombstone(record) || isNew(record) || !batch.hasDeleteHorizon()) return true;
        return nowMillis < batch.deleteHorizon() || unreadable.isPresent();
    }

    private boolean needsHorizon(Batch batch, RecordCursor staying) {
        return isTombstone(staying) && staying.offset() < upTo && (isNew(staying) || !batch.hasDeleteHorizon());
    }

    private boolean isNew(RecordCursor record) {
        return record.offset() >= firstDirty;
    }

    private static boolean isTombstone(RecordCursor record) {
        return record.value() == BatchBuilder.ABSENT;
    }

    private Sifted changed(Batch batch, MemorySegment payload, BitSet staying, boolean isNewHorizon)
            throws IOException {
        long horizon = nowMillis + tombstoneMillis;
        long newest = -1;
        keptBytes = 0;
        var records = new RecordCursor(batch, payload);
        for (int i = 0; records.next(); i++) {
            if (!staying.get(i)) continue;
            newest = Math.max(newest, records.timestamp());
            if (isNewHorizon) keep(records, horizon);
            else keep(records.whole());
        }
        var bytes = MemorySegment.ofArray(kept).asSlice(0, keptBytes);
        if (batch.compression() != Compression.NONE) bytes = codecs.pack(bytes, batch.compression());
        var changed = batch.holding(bytes, staying.cardinality(), newest);
        if (isNewHorizon) changed.stampDeleteHorizon(horizon);
        changed.sum();
        return new Sifted.Changed(changed);
    }

    private void keep(MemorySegment record) {
        makeRoom(record.byteSize());
        MemorySegment.copy(record, ValueLayout.JAVA_BYTE, 0, kept, keptBytes, (int) record.byteSize());
        keptBytes += (int) record.byteSize();
    }

    /// Keeps a record whose time is counted from another one.
    private void keep(RecordCursor record, long baseTimestamp) {
        long delta = record.ownTimestamp() - baseTimestamp;
        var rest = record.behindTimestamp();
        makeRoom(LENGTHS_BYTES_MAX + rest.byteSize());
        keptBytes = Varint.put(kept, keptBytes, (int) (1 + Varint.size(delta) + rest.byteSize()));
        kept[keptBytes++] = 0; // attributes: none are in use
        keptBytes = Varint.put(kept, keptBytes, delta);
        keep(rest);
    }

    private void makeRoom(long bytes) {
        long needed = keptBytes + bytes;
        if (needed > kept.length)
            kept = Arrays.copyOf(
                    kept, Math.toIntExact(Math.max(needed, Math.min(2L * kept.length, Integer.MAX_VALUE - 8))));
    }
}
