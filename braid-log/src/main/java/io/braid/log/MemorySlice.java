package io.braid.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// A [Slice] of a [Segment] in the tier. It was read when it was made, so that a tier that fails does so before
/// anything is told to a client; while it is open it counts among the bytes that clients hold.
final class MemorySlice implements Slice {
    /// The JDK copies heap buffers through a direct buffer as large as the call, kept for each thread.
    private static final int CALL_BYTES_MAX = 128 << 10;

    private final Segment segment;
    private final ByteBuffer bytes; // never moved
    private final long firstOffset;
    private final long nextOffset;
    private final TierCache.Lease lease;
    private boolean closed;

    MemorySlice(Segment segment, ByteBuffer bytes, long firstOffset, long nextOffset, TierCache.Lease lease) {
        this.segment = segment;
        this.bytes = bytes;
        this.firstOffset = firstOffset;
        this.nextOffset = nextOffset;
        this.lease = lease;
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
        return bytes.limit();
    }

    @Override
    public long transferTo(WritableByteChannel target, long from, long count) throws IOException {
        int left = (int) Math.min(count, bytes.limit() - from);
        return target.write(bytes.slice((int) from, Math.min(left, CALL_BYTES_MAX)));
    }

    @Override
    public MemorySegment load() {
        return MemorySegment.ofArray(bytes.array()).asSlice(0, bytes.limit());
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        lease.close();
        try {
            segment.release();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no file to close
        }
    }
}
