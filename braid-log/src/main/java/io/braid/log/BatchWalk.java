package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Walks the batches of a segment by their headers. One thread, which holds the segment.
///
/// Headers are read through a small window: small batches share one, large ones are jumped over.
final class BatchWalk {
    private static final int WINDOW_BYTES = 4096;

    private final Segment segment;
    private final int end;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    private int windowFrom;
    private int windowSize;
    private int position = SegmentHeader.BYTES;
    private Batch header; // the first bytes of the batch at `position`; meaningless at the end
    private int byteSize;

    BatchWalk(Segment segment, int end) {
        this.segment = segment;
        this.end = end;
    }

    /// Goes to a batch's beginning, or the end.
    void moveTo(int newPosition) throws IOException {
        position = newPosition;
        if (here()) look();
    }

    /// Whether there is a batch here; false at the end.
    boolean here() {
        return position < end;
    }

    void step() throws IOException {
        moveTo(position + byteSize);
    }

    int position() {
        return position;
    }

    int endPosition() {
        return position + byteSize;
    }

    long baseOffset() {
        return header.baseOffset();
    }

    long nextOffset() {
        return header.nextOffset();
    }

    long maxTimestamp() {
        return header.maxTimestamp();
    }

    Batch header() {
        return header;
    }

    /// The whole batch here, read into memory of its own.
    Batch load() throws IOException {
        var bytes = ByteBuffer.allocate(byteSize);
        int count = segment.file().read(position, bytes);
        if (count < byteSize) throw damaged("%d bytes expected, found %d".formatted(byteSize, count));
        return new Batch(MemorySegment.ofArray(bytes.array()));
    }

    int byteSize() {
        return byteSize;
    }

    private void look() throws IOException {
        if (position < windowFrom || position + Batch.HEADER_BYTES > windowFrom + windowSize) {
            window.clear().limit(Math.min(WINDOW_BYTES, end - position));
            windowFrom = position;
            windowSize = segment.file().read(position, window);
        }
        if (position + Batch.HEADER_BYTES > windowFrom + windowSize)
            throw damaged("a header of %d bytes expected, found %d"
                    .formatted(Batch.HEADER_BYTES, windowFrom + windowSize - position));
        header = new Batch(MemorySegment.ofArray(window.array()).asSlice(position - windowFrom, Batch.HEADER_BYTES));
        long size = header.sizeByHeader();
        if (size < Batch.HEADER_BYTES || size > end - position)
            throw damaged("batch says %d bytes, %d are left".formatted(size, end - position));
        byteSize = (int) size;
    }

    private CorruptBatchException damaged(String what) {
        return new CorruptBatchException("%s at %d: %s".formatted(segment.name(), position, what));
    }
}
