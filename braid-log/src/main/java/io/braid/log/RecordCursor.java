package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Walks the records of one batch in place. One thread; what it shows is valid until the next [#next].
///
///     var records = new RecordCursor(batch, batch.payload());   // or the decompressed payload
///     while (records.next()) use(records.offset(), records.key(), records.value());
public final class RecordCursor {
    private static final int VARINT_BITS_MAX = 35;
    private static final int VARLONG_BITS_MAX = 70;

    private final Batch batch;
    private final MemorySegment payload;
    private boolean isStrict;
    private int seen;
    private long at; // the next byte of the payload to look at
    private long recordFrom; // of the record that is shown: where its length stands
    private long recordEnd; // where it ends
    private long timestampDelta;
    private long timestampEnd; // where what follows its timestamp begins
    private long offset;
    private long timestamp;
    private MemorySegment key = BatchBuilder.ABSENT;
    private MemorySegment value = BatchBuilder.ABSENT;
    private List<Header> headers = List.of();

    /// `payload` is the batch's records, decompressed.
    public RecordCursor(Batch batch, MemorySegment payload) {
        this.batch = batch;
        this.payload = payload;
    }

    /// Moves to the next record; false after the last.
    ///
    /// @throws CorruptBatchException the payload ends in the middle of a record, or a length is impossible
    public boolean next() throws CorruptBatchException {
        if (seen == batch.recordCount()) {
            if (at != payload.byteSize())
                throw corrupt("%d bytes follow the last record".formatted(payload.byteSize() - at));
            return false;
        }
        recordFrom = at;
        recordEnd = payload.byteSize();
        int length = varint();
        if (length < 0 || length > payload.byteSize() - at)
            throw corrupt("the record says %d bytes, %d are left".formatted(length, payload.byteSize() - at));
        recordEnd = at + length;
        one(); // attributes: none are in use
        timestampDelta = varlong();
        timestampEnd = at;
        long before = offset;
        offset = batch.baseOffset() + varint();
        if (isStrict && (offset <= before || offset > batch.lastOffset()))
            throw corrupt("offset %d, should be above %d and at most %d".formatted(offset, before, batch.lastOffset()));
        timestamp = batch.hasAppendTime() ? batch.maxTimestamp() : batch.baseTimestamp() + timestampDelta;
        key = part();
        value = part();
        headers = readHeaders();
        if (at != recordEnd) throw corrupt("%d bytes of the record are left over".formatted(recordEnd - at));
        seen++;
        return true;
    }

    public long offset() {
        return offset;
    }

    /// Milliseconds since 1970, -1 for none.
    public long timestamp() {
        return timestamp;
    }

    /// [BatchBuilder#ABSENT] if the record has no key.
    public MemorySegment key() {
        return key;
    }

    /// [BatchBuilder#ABSENT] if the record has no value.
    public MemorySegment value() {
        return value;
    }

    public List<Header> headers() {
        return headers;
    }

    // For compaction, which copies records.

    /// Takes records whose offsets are out of order, or none of the batch's, for corrupt: producers choose them.
    RecordCursor strictly() {
        isStrict = true;
        offset = batch.baseOffset() - 1;
        return this;
    }

    /// All of the record, as it stands in the payload.
    MemorySegment whole() {
        return payload.asSlice(recordFrom, recordEnd - recordFrom);
    }

    /// The time the record carries, whether it counts or not ([Batch#hasAppendTime]).
    long ownTimestamp() {
        return batch.baseTimestamp() + timestampDelta;
    }

    /// The part of the record that says nothing about its time.
    MemorySegment behindTimestamp() {
        return payload.asSlice(timestampEnd, recordEnd - timestampEnd);
    }

    private List<Header> readHeaders() throws CorruptBatchException {
        int count = varint();
        if (count == 0) return List.of();
        if (count < 0 || count > recordEnd - at) // each takes at least a byte: bounds what we make room for
        throw corrupt("the record says %d headers in %d bytes".formatted(count, recordEnd - at));
        var found = new ArrayList<Header>(count);
        for (int i = 0; i < count; i++) {
            var name = part();
            if (name == BatchBuilder.ABSENT) throw corrupt("a header without a name");
            found.add(new Header(new String(name.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8), part()));
        }
        return found;
    }

    private MemorySegment part() throws CorruptBatchException {
        int length = varint();
        if (length == -1) return BatchBuilder.ABSENT;
        if (length < 0 || length > recordEnd - at)
            throw corrupt("a part says %d bytes, %d are left".formatted(length, recordEnd - at));
        var part = payload.asSlice(at, length);
        at += length;
        return part;
    }

    private int varint() throws CorruptBatchException {
        return (int) Varint.zigZag(unsigned(VARINT_BITS_MAX) & 0xffffffffL);
    }

    private long varlong() throws CorruptBatchException {
        return Varint.zigZag(unsigned(VARLONG_BITS_MAX));
    }

    private long unsigned(int bitsMax) throws CorruptBatchException {
        long raw = 0;
        for (int shift = 0; shift < bitsMax; shift += 7) {
            byte next = one();
            raw |= (long) (next & 0x7f) << shift;
            if (next >= 0) return raw;
        }
        throw corrupt("a number of more than %d bits".formatted(bitsMax));
    }

    private byte one() throws CorruptBatchException {
        if (at >= recordEnd) throw corrupt("the record ends too early");
        return payload.get(ValueLayout.JAVA_BYTE, at++);
    }

    private CorruptBatchException corrupt(String what) {
        return new CorruptBatchException(
                "batch at offset %d, record %d, byte %d: %s".formatted(batch.baseOffset(), seen, at, what));
    }
}
