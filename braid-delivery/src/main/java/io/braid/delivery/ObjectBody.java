package io.braid.delivery;

import io.braid.log.Tier;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The bytes of an object that is being made, in chunks that are never copied. One thread writes, then others may
/// read.
final class ObjectBody extends OutputStream implements Tier.Source {
    private static final int CHUNK_BYTES = 64 << 10;

    private final List<byte[]> chunks = new ArrayList<>(); // all full but the last
    private long size;

    @Override
    public void write(int b) {
        room()[(int) (size % CHUNK_BYTES)] = (byte) b;
        size++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        for (int done = 0; done < length; ) {
            var chunk = room();
            int at = (int) (size % CHUNK_BYTES);
            int count = Math.min(length - done, CHUNK_BYTES - at);
            System.arraycopy(bytes, from + done, chunk, at, count);
            done += count;
            size += count;
        }
    }

    /// The chunk that the next byte goes to.
    private byte[] room() {
        if (size == (long) chunks.size() * CHUNK_BYTES) chunks.add(new byte[CHUNK_BYTES]);
        return chunks.getLast();
    }

    long size() {
        return size;
    }

    @Override
    public int read(long position, ByteBuffer target) {
        int total = 0;
        for (long at = position; at < size && target.hasRemaining(); ) {
            var chunk = chunks.get((int) (at / CHUNK_BYTES));
            int inside = (int) (at % CHUNK_BYTES);
            int count = (int) Math.min(Math.min(target.remaining(), CHUNK_BYTES - inside), size - at);
            target.put(chunk, inside, count);
            total += count;
            at += count;
        }
        return total;
    }
}
