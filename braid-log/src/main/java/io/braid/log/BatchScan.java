package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads segments from one batch to the next, all their bytes, and makes sure that they are what was written. One
/// thread, which holds the segment.
///
/// Its memory is used over and over again, and grows to the largest batch met.
final class BatchScan {
    private static final int WINDOW_BYTES = 256 << 10;

    private final Pace pace;
    private byte[] window = new byte[WINDOW_BYTES];
    private Segment segment;
    private int end;
    private int windowFrom;
    private int windowSize;
    private int position; // of the next batch
    private Batch batch;
    private Optional<OffsetSum> offsets = Optional.empty(); // if all of a compacted segment is read

    BatchScan(Pace pace) {
        this.pace = pace;
    }

    /// Begins at a batch of the segment.
    void begin(Segment newSegment, int newPosition) {
        segment = newSegment;
        end = newSegment.extent().size();
        position = newPosition;
        windowFrom = newPosition;
        windowSize = 0;
        boolean isAll =
                newPosition == SegmentHeader.BYTES && !newSegment.cleaning().isNever();
        offsets = isAll ? Optional.of(new OffsetSum()) : Optional.empty();
    }

    /// Goes to the next batch; false behind the last.
    ///
    /// @throws CorruptBatchException there should be one, and is none: the message says where and what was found
    boolean next() throws IOException {
        if (position == end) {
            if (offsets.isPresent() && !offsets.get().agreesWith(segment))
                throw new CorruptBatchException("%s: %s".formatted(segment.name(), OffsetSum.DISAGREES));
            return false;
        }
        need(Batch.HEADER_BYTES);
        long size = batchOf(Batch.HEADER_BYTES).sizeByHeader();
        if (size < Batch.HEADER_BYTES || size > end - position)
            throw damaged("says %d bytes, %d are left".formatted(size, end - position));
        need((int) size);
        batch = batchOf((int) size);
        var fault = batch.faultAsHeld();
        if (fault.isPresent()) throw damaged(fault.get());
        position += (int) size;
        if (offsets.isPresent()) offsets.get().add(batch);
        return true;
    }

    /// Valid until the next call of [#next].
    Batch batch() {
        return batch;
    }

    private Batch batchOf(int size) {
        return new Batch(MemorySegment.ofArray(window).asSlice(position - windowFrom, size));
    }

    /// Has so many bytes from the position on in the window.
    private void need(int size) throws IOException {
        if (position + (long) size <= windowFrom + (long) windowSize) return;
        if (size > window.length) window = new byte[size];
        windowFrom = position;
        var target = ByteBuffer.wrap(window, 0, Math.min(window.length, end - position));
        windowSize = segment.file().read(position, target);
        pace.moved(windowSize);
        if (windowSize < size) throw damaged("%d bytes expected, found %d".formatted(size, windowSize));
    }

    private CorruptBatchException damaged(String what) {
        return new CorruptBatchException("%s at %d: %s".formatted(segment.name(), position, what));
    }
}
