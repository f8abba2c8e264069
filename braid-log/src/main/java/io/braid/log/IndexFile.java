package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A segment's sparse index in a file of its own, `<base offset>.index`, so that opening need not walk the segment.
/// Written without a sync when a checkpoint has synced the segment: whatever is wrong with it, the segment tells all
/// that it holds, and is walked instead; so is one of another version. Big-endian:
///
/// | at | bytes | what                                                                  |
/// |----|-------|-----------------------------------------------------------------------|
/// | 0  | 8     | magic, the letters `BraidIdx`                                         |
/// | 8  | 4     | version, 2                                                            |
/// | 12 | 8     | base offset                                                           |
/// | 20 | 4     | bytes of the segment that it covers, with the segment's header        |
/// | 24 | 8     | the offset after those                                                |
/// | 32 | 8     | the largest timestamp in them, -1 for none                            |
/// | 40 | 8     | the base offset of the first batch that has it                        |
/// | 48 | 4     | number of entries, then for each: offset (8), position (4), largest   |
/// |    |       | timestamp before it (8)                                               |
/// |    | 4     | number of aborted transactions, then for each: producer (8), first    |
/// |    |       | offset (8), last offset (8), last stable offset behind it (8)         |
/// |    | 4     | CRC-32C of all before                                                 |
final class IndexFile {
    private static final long MAGIC = 0x4272616964496478L; // "BraidIdx"
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 52;
    private static final int ENTRY_BYTES = 20;
    private static final int ABORTED_BYTES = 32;
    private static final int BYTES_MAX = 512 << 20; // above what a segment of 2 GiB needs, were it all aborts

    private IndexFile() {}

    static String nameOf(Segment segment) {
        return segment.name().replace(".log", ".index");
    }

    /// Any thread that holds the segment. Leaves none where there is no room: opening walks the segment then.
    static void write(Disk disk, Segment segment, Segment.Extent extent) throws IOException {
        var view = extent.index();
        var aborted = extent.aborted();
        var bytes = ByteBuffer.allocate(
                HEADER_BYTES + view.count() * ENTRY_BYTES + aborted.count() * ABORTED_BYTES + 2 * Integer.BYTES);
        bytes.putLong(MAGIC).putInt(VERSION).putLong(segment.base()).putInt(extent.size());
        bytes.putLong(extent.next()).putLong(extent.maxTimestamp()).putLong(extent.maxTimestampAt());
        bytes.putInt(view.count());
        for (int i = 0; i < view.count(); i++)
            bytes.putLong(view.offsets()[i]).putInt(view.positions()[i]).putLong(view.timestampsBefore()[i]);
        bytes.putInt(aborted.count());
        for (int i = 0; i < aborted.count(); i++) {
            var each = aborted.entries()[i];
            bytes.putLong(each.producerId()).putLong(each.firstOffset());
            bytes.putLong(each.lastOffset()).putLong(each.stable());
        }
        bytes.putInt(checksum(bytes, bytes.position())).flip();
        disk.delete(nameOf(segment));
        try (var file = disk.create(nameOf(segment))) {
            file.write(0, bytes);
        } catch (DiskFullException _) {
            disk.delete(nameOf(segment));
        }
    }

    /// The extent it speaks of; empty if it is absent or damaged, or covers more than `sizeMax`.
    static Optional<Segment.Extent> read(Disk disk, Segment segment, int sizeMax) throws IOException {
        if (!disk.exists(nameOf(segment))) return Optional.empty();
        try (var file = disk.open(nameOf(segment))) {
            long size = file.size();
            if (size < HEADER_BYTES + 2 * Integer.BYTES || size > BYTES_MAX) return Optional.empty();
            var bytes = ByteBuffer.allocate((int) size);
            if (file.read(0, bytes) < size) return Optional.empty();
            bytes.flip();
            return decode(bytes, segment).filter(extent -> extent.size() <= sizeMax);
        }
    }

    private static Optional<Segment.Extent> decode(ByteBuffer bytes, Segment segment) {
        int end = bytes.limit() - Integer.BYTES;
        if (bytes.getInt(end) != checksum(bytes, end)) return Optional.empty();
        if (bytes.getLong() != MAGIC || bytes.getInt() != VERSION || bytes.getLong() != segment.base())
            return Optional.empty();
        int size = bytes.getInt();
        long next = bytes.getLong();
        long maxTimestamp = bytes.getLong();
        long maxTimestampAt = bytes.getLong();
        int count = bytes.getInt();
        if (count < 0 || count > (end - HEADER_BYTES) / ENTRY_BYTES) return Optional.empty();
        var offsets = new long[Math.max(1, count)];
        var positions = new int[Math.max(1, count)];
        var timestampsBefore = new long[Math.max(1, count)];
        for (int i = 0; i < count; i++) {
            offsets[i] = bytes.getLong();
            positions[i] = bytes.getInt();
            timestampsBefore[i] = bytes.getLong();
        }
        var view = new SparseIndex.View(offsets, positions, timestampsBefore, count);
        var aborted = new AbortedTransaction[bytes.getInt()];
        for (int i = 0; i < aborted.length; i++)
            aborted[i] = new AbortedTransaction(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
        return Optional.of(new Segment.Extent(
                size, next, maxTimestamp, maxTimestampAt, view, new AbortedIndex.View(aborted, aborted.length)));
    }

    private static int checksum(ByteBuffer bytes, int count) {
        var crc = new CRC32C();
        crc.update(bytes.array(), 0, count);
        return (int) crc.getValue();
    }
}
