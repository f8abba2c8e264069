package io.braid.broker;

import io.braid.log.Batch;
import io.braid.log.CorruptBatchException;
import java.lang.foreign.MemorySegment;

/// Reads what batches hold, whatever codec their producer chose (gzip, snappy, lz4, zstd). Any thread.
public final class Payloads {
    private Payloads() {}

    /// The batch's records as [io.braid.log.RecordCursor] wants them: in place if they are not compressed.
    ///
    /// @param bytesMax refuse to decompress to more than this (a few bytes can claim to be many)
    /// @throws CorruptBatchException not what the codec expects, or more than `bytesMax`
    public static MemorySegment of(Batch batch, int bytesMax) throws CorruptBatchException {
        throw new UnsupportedOperationException();
    }
}
