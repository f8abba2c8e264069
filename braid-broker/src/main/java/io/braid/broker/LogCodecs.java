package io.braid.broker;

import io.braid.log.Batch;
import io.braid.log.Codecs;
import io.braid.log.Compression;
import io.braid.log.CorruptBatchException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// What the log needs to compact compressed batches. Each codec is written at its usual level. Any thread.
final class LogCodecs implements Codecs {
    /// Of one batch; the largest the log takes has 32 MiB, compressed.
    private static final int UNPACKED_BYTES_MAX = 128 << 20;

    private static final int PACKED_BYTES_MAX = 1 << 30; // far from what an array holds

    @Override
    public MemorySegment unpack(Batch batch) throws CorruptBatchException {
        return Payloads.of(batch, UNPACKED_BYTES_MAX);
    }

    @Override
    public MemorySegment pack(MemorySegment records, Compression compression) throws IOException {
        return PackedBytes.of(records, compression, PackedBytes.usualLevel(compression), PACKED_BYTES_MAX);
    }
}
