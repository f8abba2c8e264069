package io.braid.tier;

import io.braid.log.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// A source as the SDK wants it: from its beginning to its end. One thread.
final class SourceStream extends InputStream {
    private final Tier.Source source;
    private final long size;
    private final ByteBuffer chunk = ByteBuffer.allocate(128 << 10).limit(0);
    private long position; // of the next chunk

    SourceStream(Tier.Source source, long size) {
        this.source = source;
        this.size = size;
    }

    @Override
    public int read() throws IOException {
        return fill() ? chunk.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (length == 0) return 0;
        if (!fill()) return -1;
        int count = Math.min(length, chunk.remaining());
        chunk.get(target, from, count);
        return count;
    }

    @Override
    public int available() {
        return chunk.remaining();
    }

    /// Whether there is at least one byte in the chunk now.
    private boolean fill() throws IOException {
        if (chunk.hasRemaining()) return true;
        if (position == size) return false;
        chunk.clear().limit((int) Math.min(chunk.capacity(), size - position));
        int count = source.read(position, chunk);
        if (count <= 0) throw new IOException("%d bytes expected, found %d".formatted(size, position));
        chunk.flip();
        position += count;
        return true;
    }
}
