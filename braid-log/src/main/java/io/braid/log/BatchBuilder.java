package io.braid.log;

import java.lang.foreign.MemorySegment;

/// Builds one uncompressed batch, record by record, in growing memory of its own. One thread.
public final class BatchBuilder {
    /// `baseTimestampMillis`: milliseconds since 1970 of the first record.
    public BatchBuilder(long baseTimestampMillis) {
        throw new UnsupportedOperationException();
    }

    /// Adds a record; `key` and `value` are null-free: [#ABSENT] stands for a missing one.
    public BatchBuilder add(long timestampMillis, MemorySegment key, MemorySegment value, Header... headers) {
        throw new UnsupportedOperationException();
    }

    /// A missing key or value, which is not the same as an empty one. Compared by identity.
    public static final MemorySegment ABSENT = MemorySegment.ofArray(new byte[0]);

    public int recordCount() {
        throw new UnsupportedOperationException();
    }

    public int byteSize() {
        throw new UnsupportedOperationException();
    }

    /// The batch, checksummed, ready to append. The builder is spent.
    public Batch build() {
        throw new UnsupportedOperationException();
    }
}
