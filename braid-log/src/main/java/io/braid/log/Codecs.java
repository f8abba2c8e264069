package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Unpacks and packs compressed records, which the log cannot do by itself and needs for compaction: whoever opens it
/// brings these along. Any thread.
public interface Codecs {
    /// The batch's records as [RecordCursor] wants them.
    ///
    /// @throws CorruptBatchException not what the codec expects, or more than anybody should unpack
    MemorySegment unpack(Batch batch) throws CorruptBatchException;

    /// Records as [#unpack] gave them, packed so that every client can read them.
    ///
    /// @param compression not [Compression#NONE]
    MemorySegment pack(MemorySegment records, Compression compression) throws IOException;

    /// For logs without compressed batches; a partition that has some is not compacted.
    Codecs NONE = new Codecs() {
        @Override
        public MemorySegment unpack(Batch batch) throws CorruptBatchException {
            throw new CorruptBatchException("batch at offset %d: %s, which nobody here can read"
                    .formatted(batch.baseOffset(), batch.compression()));
        }

        @Override
        public MemorySegment pack(MemorySegment records, Compression compression) throws IOException {
            throw new IOException(compression + " is not known here");
        }
    };
}
