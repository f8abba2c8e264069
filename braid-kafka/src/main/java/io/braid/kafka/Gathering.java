package io.braid.kafka;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// Takes the first bytes that are written to it, and no more.
record Gathering(ByteBuffer bytes) implements WritableByteChannel {
    Gathering(int byteCount) {
        this(ByteBuffer.allocate(byteCount));
    }

    @Override
    public int write(ByteBuffer source) {
        int count = Math.min(source.remaining(), bytes.remaining());
        bytes.put(source.slice(source.position(), count));
        source.position(source.position() + count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
