package io.braid.kafka;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/// The memory that requests are read into: bounded over all connections, and off the heap for those that carry
/// records, so that these go from the socket to the disk without being copied. Any thread.
final class Frames {
    /// Memory kept off the heap, in use and waiting to be used again. What comes on top goes to the heap.
    private static final long DIRECT_BYTES_MAX = 48L << 20;

    private static final int SMALLEST_SHIFT = 14; // 16 KiB, a producer's usual batch
    private static final int LARGEST_SHIFT = 23; // 8 MiB
    private static final int KEPT_PER_SIZE_MAX = 256;

    private final Semaphore inFlight; // in units, as a Semaphore counts in int
    private static final int UNIT_BYTES = 1024;
    private final AtomicLong directBytes = new AtomicLong();
    private final ArrayBlockingQueue<ByteBuffer>[] idle; // by size: 1 << (SMALLEST_SHIFT + index)

    @SuppressWarnings({"unchecked", "rawtypes"})
    Frames(long bytesMax) {
        inFlight = new Semaphore(Math.toIntExact(Math.max(1, bytesMax / UNIT_BYTES)));
        idle = new ArrayBlockingQueue[LARGEST_SHIFT - SMALLEST_SHIFT + 1];
        for (int i = 0; i < idle.length; i++) idle[i] = new ArrayBlockingQueue<>(KEPT_PER_SIZE_MAX);
    }

    /// Memory for one request, `bytes` long. Waits while too much is in flight already.
    Frame take(int bytes, boolean carriesRecords) throws InterruptedException {
        int units = bytes / UNIT_BYTES + 1;
        inFlight.acquire(units);
        var buffer = carriesRecords ? direct(bytes) : ByteBuffer.allocate(bytes);
        return new Frame(buffer.clear().limit(bytes), units);
    }

    private ByteBuffer direct(int bytes) {
        int size = Math.max(0, 32 - Integer.numberOfLeadingZeros(bytes - 1) - SMALLEST_SHIFT);
        if (size >= idle.length) return ByteBuffer.allocate(bytes);
        var kept = idle[size].poll();
        if (kept != null) return kept;
        int capacity = 1 << (SMALLEST_SHIFT + size);
        return reserve(capacity) ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(bytes);
    }

    private boolean reserve(int capacity) {
        while (directBytes.addAndGet(capacity) > DIRECT_BYTES_MAX) {
            directBytes.addAndGet(-capacity);
            if (!forgetOne()) return false;
        }
        return true;
    }

    /// Leaves an idle buffer to the garbage collector, so that another size may take its place.
    private boolean forgetOne() {
        for (var buffers : idle) {
            var buffer = buffers.poll();
            if (buffer != null) {
                directBytes.addAndGet(-buffer.capacity());
                return true;
            }
        }
        return false;
    }

    /// One request's memory. It is released once, when nobody looks at the request any more.
    final class Frame {
        private final ByteBuffer buffer;
        private final int units;

        private Frame(ByteBuffer buffer, int units) {
            this.buffer = buffer;
            this.units = units;
        }

        ByteBuffer buffer() {
            return buffer;
        }

        void release() {
            if (buffer.isDirect()) keep(buffer);
            inFlight.release(units);
        }

        private void keep(ByteBuffer direct) {
            int size = Integer.numberOfTrailingZeros(direct.capacity()) - SMALLEST_SHIFT;
            if (!idle[size].offer(direct)) directBytes.addAndGet(-direct.capacity());
        }
    }
}
