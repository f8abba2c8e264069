package io.braid.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// A [Slice] of a [Segment] that it holds open.
final class SegmentSlice implements Slice {
    private final Segment segment;
    private final int from;
    private final int byteSize;
    private final long firstOffset;
    private final long nextOffset;
    private boolean closed;

    SegmentSlice(Segment segment, int from, int byteSize, long firstOffset, long nextOffset) {
        this.segment = segment;
        this.from = from;
        this.byteSize = byteSize;
        this.firstOffset = firstOffset;
        this.nextOffset = nextOffset;
    }

    /// Where in the segment it begins.
    int from() {
        return from;
    }

    @Override
    public long firstOffset() {
        return firstOffset;
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }

    @Override
    public int byteSize() {
        return byteSize;
    }

    @Override
    public long transferTo(WritableByteChannel target, long at, long count) throws IOException {
        return segment.file().transferTo(from + at, Math.min(count, byteSize - at), target);
    }

    @Override
    public MemorySegment load() throws IOException {
        var bytes = ByteBuffer.allocate(byteSize);
        int count = segment.file().read(from, bytes);
        if (count < byteSize)
            throw new DamagedFileException(
                    "%s at %d: %d bytes expected, found %d".formatted(segment.name(), from, byteSize, count));
        return MemorySegment.ofArray(bytes.array());
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        try {
            segment.release();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the last hold on a deleted file: nothing of use is lost
        }
    }
}
