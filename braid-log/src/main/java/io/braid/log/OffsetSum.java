package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The CRC-32C of all base offsets in a compacted segment, in order. No batch's own checksum covers its base offset:
/// where offsets are dense the neighbours tell it, behind a gap nobody would. One thread.
final class OffsetSum {
    static final String DISAGREES = "offsets of its batches are not those that compaction has written";

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer offset = ByteBuffer.allocate(Long.BYTES);

    void add(Batch batch) {
        crc.update(offset.clear().putLong(batch.baseOffset()).flip());
    }

    int value() {
        return (int) crc.getValue();
    }

    /// Whether these are the offsets that compaction wrote.
    boolean agreesWith(Segment segment) throws IOException {
        var header = ByteBuffer.allocate(SegmentHeader.BYTES);
        segment.file().read(0, header);
        return SegmentHeader.offsetSumIn(header) == value();
    }
}
