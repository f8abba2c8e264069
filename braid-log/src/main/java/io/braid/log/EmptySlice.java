package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;

/// What a read at the end of what may be read finds, or one where nothing is left.
record EmptySlice(long firstOffset, long nextOffset) implements Slice {
    @Override
    public int byteSize() {
        return 0;
    }

    @Override
    public long transferTo(WritableByteChannel target, long from, long count) {
        return 0;
    }

    @Override
    public MemorySegment load() {
        return MemorySegment.ofArray(new byte[0]);
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
