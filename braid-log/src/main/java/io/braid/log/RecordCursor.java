package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Walks the records of one batch in place. One thread; what it shows is valid until the next [#next].
///
///     var records = new RecordCursor(batch, batch.payload());   // or the decompressed payload
///     while (records.next()) use(records.offset(), records.key(), records.value());
public final class RecordCursor {
    /// `payload` is the batch's records, decompressed.
    public RecordCursor(Batch batch, MemorySegment payload) {
        throw new UnsupportedOperationException();
    }

    /// Moves to the next record; false after the last.
    ///
    /// @throws CorruptBatchException the payload ends in the middle of a record, or a length is impossible
    public boolean next() throws CorruptBatchException {
        throw new UnsupportedOperationException();
    }

    public long offset() {
        throw new UnsupportedOperationException();
    }

    /// Milliseconds since 1970, -1 for none.
    public long timestamp() {
        throw new UnsupportedOperationException();
    }

    /// [BatchBuilder#ABSENT] if the record has no key.
    public MemorySegment key() {
        throw new UnsupportedOperationException();
    }

    /// [BatchBuilder#ABSENT] if the record has no value.
    public MemorySegment value() {
        throw new UnsupportedOperationException();
    }

    /// Decoded when asked for.
    public List<Header> headers() {
        throw new UnsupportedOperationException();
    }
}
