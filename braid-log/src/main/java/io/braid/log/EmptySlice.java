package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;

/// What a read at the end of what may be read finds.
record EmptySlice(long firstOffset) implements Slice {
    @Override
    public long nextOffset() {
        return firstOffset;
    }

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
