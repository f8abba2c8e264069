package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/// The first 64 bytes of a segment, big-endian:
///
/// | at | bytes | what                                    |
/// |----|-------|-----------------------------------------|
/// | 0  | 8     | magic, the letters `BraidSeg`           |
/// | 8  | 4     | version: 1 as written, 2 compacted      |
/// | 12 | 16    | stream                                  |
/// | 28 | 4     | partition                               |
/// | 32 | 8     | base offset, as in the name             |
/// | 40 | 20    | version 1: zero; version 2: generation  |
/// |    |       | as in the name (4); next and below of   |
/// |    |       | its [Cleaning], from the base on (6, 6);|
/// |    |       | [OffsetSum] of its batches (4)          |
/// | 60 | 4     | CRC-32C of the 60 bytes before          |
final class SegmentHeader {
    static final int BYTES = 64;
    private static final long MAGIC = 0x4272616964536567L; // "BraidSeg"
    private static final int VERSION_AS_WRITTEN = 1;
    private static final int VERSION_COMPACTED = 2;
    private static final int GENERATION = 40;
    private static final int NEXT = 44;
    private static final int BELOW = 50;
    private static final int OFFSET_SUM = 56;
    private static final int CRC = 60;

    private SegmentHeader() {}

    static ByteBuffer of(PartitionId partition, long base) {
        return of(partition, base, Cleaning.NEVER, 0);
    }

    static ByteBuffer of(PartitionId partition, long base, Cleaning cleaning, int offsetSum) {
        var header = ByteBuffer.allocate(BYTES);
        header.putLong(MAGIC).putInt(cleaning.isNever() ? VERSION_AS_WRITTEN : VERSION_COMPACTED);
        header.putLong(partition.stream().getMostSignificantBits());
        header.putLong(partition.stream().getLeastSignificantBits());
        header.putInt(partition.index()).putLong(base);
        if (!cleaning.isNever()) {
            header.putInt(GENERATION, cleaning.generation());
            putDistance(header, NEXT, cleaning.next() - base);
            putDistance(header, BELOW, cleaning.below() - base);
            header.putInt(OFFSET_SUM, offsetSum);
        }
        header.putInt(CRC, checksum(header));
        return header.clear();
    }

    /// Answers what it says about compaction.
    ///
    /// @throws DamagedFileException these are not the first bytes of that segment
    static Cleaning check(ByteBuffer header, String file, PartitionId partition, long base) throws IOException {
        FileHeader.check(header, file, MAGIC, VERSION_AS_WRITTEN, VERSION_COMPACTED, checksum(header), CRC);
        var stream = new UUID(header.getLong(12), header.getLong(20));
        int index = header.getInt(28);
        if (!stream.equals(partition.stream()) || index != partition.index() || header.getLong(32) != base)
            throw new DamagedFileException("%s at 12: belongs to offset %d of %s-%d, should be offset %d of %s"
                    .formatted(file, header.getLong(32), stream, index, base, partition));
        return cleaningIn(header);
    }

    /// The same of a header that [is whole][#isWhole].
    static Cleaning cleaningIn(ByteBuffer header) {
        if (header.getInt(8) != VERSION_COMPACTED) return Cleaning.NEVER;
        long base = header.getLong(32);
        return new Cleaning(
                header.getInt(GENERATION), base + distanceAt(header, NEXT), base + distanceAt(header, BELOW));
    }

    /// What a compacted segment's header says about the offsets of its batches.
    static int offsetSumIn(ByteBuffer header) {
        return header.getInt(OFFSET_SUM);
    }

    private static void putDistance(ByteBuffer header, int at, long distance) {
        Invariant.hold(distance >= 0 && distance >>> 48 == 0, "%d offsets in one segment", distance);
        header.putShort(at, (short) (distance >>> 32)).putInt(at + 2, (int) distance);
    }

    private static long distanceAt(ByteBuffer header, int at) {
        return Short.toUnsignedLong(header.getShort(at)) << 32 | Integer.toUnsignedLong(header.getInt(at + 2));
    }

    /// Whether it was written completely, by this or another version.
    static boolean isWhole(ByteBuffer header) {
        return header.getLong(0) == MAGIC && header.getInt(CRC) == checksum(header);
    }

    private static int checksum(ByteBuffer header) {
        var crc = new CRC32C();
        crc.update(header.array(), header.arrayOffset(), CRC);
        return (int) crc.getValue();
    }
}
