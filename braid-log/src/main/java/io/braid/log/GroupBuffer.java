package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// The memory in which a writer gathers one turn's batches, outside the heap so that the disk takes them from here
/// without another copy. It is reused, and grows to what the largest turn needed. Writer thread only.
///
/// What is gathered first is a journal group, big-endian:
///
/// | at         | bytes | what                                                                   |
/// |------------|-------|------------------------------------------------------------------------|
/// | 0          | 4     | magic, the letters `BrGr`                                              |
/// | 4          | 4     | length of the whole group                                              |
/// | 8          | 4     | epoch: how often the data directory had been opened                    |
/// | 12         | 8     | sequence: groups that this writer wrote before in this epoch           |
/// | 20         | 4     | number of entries                                                      |
/// | 24         |       | the entries                                                            |
/// | length - 4 | 4     | CRC-32C of all before, but of each batch only the first 21 bytes:      |
/// |            |       | those hold its own checksum, which covers its rest                     |
///
/// An entry begins with its kind (1 byte), stream (16) and partition (4):
///
/// | kind      | then                                                                               |
/// |-----------|------------------------------------------------------------------------------------|
/// | 1 run     | segment's base offset (8), position in it (4), bytes (4), that many bytes of batches |
/// | 2 start   | the new first offset (8)                                                           |
/// | 3         | as 5, with settings of version 1: no longer written                                |
/// | 4 leave   | nothing: it was deleted                                                            |
/// | 5 enter   | the partition's settings ([PartitionConfigCodec]): it is new, or has new settings    |
///
/// Behind the sealed group follow batches of partitions that skip the journal.
final class GroupBuffer {
    static final int MAGIC = 0x42724772; // "BrGr"
    static final int HEADER_BYTES = 24;
    static final int CRC_BYTES = 4;
    static final int ID_BYTES = 20;
    static final byte RUN = 1;
    static final byte START = 2;
    static final byte ENTER_VERSION_1 = 3;
    static final byte LEAVE = 4;
    static final byte ENTER = 5;

    /// The part of a batch that its own checksum does not cover, with that checksum.
    static final int BATCH_HEAD_BYTES = 21;

    private static final int BYTES_AT_FIRST = 64 << 10;
    private static final int GAPS_AT_FIRST = 64;

    private ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES_AT_FIRST);
    private MemorySegment memory = MemorySegment.ofBuffer(bytes);
    private int size = HEADER_BYTES;
    private int entries;
    private int[] gaps = new int[GAPS_AT_FIRST]; // from, to, from, to ... of what the group's checksum leaves out
    private int gapCount;
    private int sealedBytes; // the group's length once it is sealed, 0 before
    private int runLengthAt; // where the run that is being added to has its length; 0 if there is none

    void clear() {
        size = HEADER_BYTES;
        entries = 0;
        gapCount = 0;
        sealedBytes = 0;
        runLengthAt = 0;
    }

    /// Whether nothing would be lost by not writing the group.
    boolean isEmpty() {
        return entries == 0;
    }

    /// What the group will take in the journal, as it stands.
    int groupBytes() {
        return size + CRC_BYTES;
    }

    /// Begins a run of batches; answers where their bytes will begin.
    int beginRun(PartitionId partition, long base, int position) {
        beginEntry(RUN, partition, Long.BYTES + 2 * Integer.BYTES);
        bytes.putLong(size, base).putInt(size + 8, position).putInt(size + 12, 0);
        runLengthAt = size + 12;
        size += 16;
        return size;
    }

    void add(Batch batch) {
        int count = batch.byteSize();
        reserve(count);
        MemorySegment.copy(batch.bytes(), 0, memory, size, count);
        if (runLengthAt > 0) {
            bytes.putInt(runLengthAt, bytes.getInt(runLengthAt) + count);
            leaveOut(size + BATCH_HEAD_BYTES, size + count);
        }
        size += count;
    }

    void addStart(PartitionId partition, long start) {
        beginEntry(START, partition, Long.BYTES);
        bytes.putLong(size, start);
        size += Long.BYTES;
    }

    void addEnter(PartitionId partition, PartitionConfig config) {
        beginEntry(ENTER, partition, PartitionConfigCodec.BYTES);
        PartitionConfigCodec.put(bytes, size, config);
        size += PartitionConfigCodec.BYTES;
    }

    void addLeave(PartitionId partition) {
        beginEntry(LEAVE, partition, 0);
    }

    /// Completes the group, if it is not yet; answers its length. What is added from now on is not in the journal.
    int seal(int epoch, long sequence) {
        if (sealedBytes > 0) return sealedBytes;
        reserve(CRC_BYTES);
        int length = size + CRC_BYTES;
        bytes.putInt(0, MAGIC)
                .putInt(4, length)
                .putInt(8, epoch)
                .putLong(12, sequence)
                .putInt(20, entries);
        var crc = new CRC32C();
        int from = 0;
        for (int i = 0; i < gapCount; i += 2) {
            update(crc, from, gaps[i]);
            from = gaps[i + 1];
        }
        update(crc, from, size);
        bytes.putInt(size, (int) crc.getValue());
        size = length;
        sealedBytes = length;
        return length;
    }

    /// From here on runs are gathered without being in the journal.
    int beginLooseRun() {
        runLengthAt = 0;
        return size;
    }

    ByteBuffer slice(int from, int count) {
        return bytes.slice(from, count);
    }

    private void update(CRC32C crc, int from, int to) {
        bytes.limit(to).position(from);
        crc.update(bytes);
        bytes.clear();
    }

    private void beginEntry(byte kind, PartitionId partition, int count) {
        reserve(1 + ID_BYTES + count);
        bytes.put(size, kind)
                .putLong(size + 1, partition.stream().getMostSignificantBits())
                .putLong(size + 9, partition.stream().getLeastSignificantBits())
                .putInt(size + 17, partition.index());
        size += 1 + ID_BYTES;
        entries++;
        runLengthAt = 0;
    }

    private void leaveOut(int from, int to) {
        if (gapCount == gaps.length) gaps = Arrays.copyOf(gaps, gapCount * 2);
        gaps[gapCount++] = from;
        gaps[gapCount++] = to;
    }

    private void reserve(int count) {
        long needed = size + (long) count;
        if (needed <= bytes.capacity()) return;
        if (needed > Integer.MAX_VALUE) throw new IllegalStateException("a group of %d bytes".formatted(needed));
        var grown =
                ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE, Math.max(needed, 2L * bytes.capacity())));
        grown.put(0, bytes, 0, size);
        bytes = grown;
        memory = MemorySegment.ofBuffer(grown);
    }
}
