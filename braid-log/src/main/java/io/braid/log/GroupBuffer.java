package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The memory in which a writer gathers one turn's batches, outside the heap so that the disk takes them from here
/// without another copy. It is reused, and grows to what the largest turn needed. Writer thread only.
final class GroupBuffer {
    private static final int BYTES_AT_FIRST = 64 << 10;

    private ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES_AT_FIRST);
    private MemorySegment memory = MemorySegment.ofBuffer(bytes);
    private int size;

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    int beginRun(PartitionId partition, long base, int position) {
        return size;
    }

    void add(Batch batch) {
        int count = batch.byteSize();
        reserve(count);
        MemorySegment.copy(batch.bytes(), 0, memory, size, count);
        size += count;
    }

    ByteBuffer slice(int from, int count) {
        return bytes.slice(from, count);
    }

    private void reserve(int count) {
        if (size + (long) count <= bytes.capacity()) return;
        long larger = Math.max(size + (long) count, 2L * bytes.capacity());
        var grown = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE, larger));
        grown.put(0, bytes, 0, size);
        bytes = grown;
        memory = MemorySegment.ofBuffer(grown);
    }
}
