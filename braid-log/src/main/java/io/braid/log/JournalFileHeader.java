package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The first 4096 bytes of a journal file, big-endian. Written once; what the groups behind it are worth is told by
/// their own headers.
///
/// | at | bytes | what                                    |
/// |----|-------|-----------------------------------------|
/// | 0  | 8     | magic, the letters `BraidJnl`           |
/// | 8  | 4     | version, 1                              |
/// | 12 | 8     | identity of the data directory          |
/// | 20 | 4     | writer                                  |
/// | 24 | 4     | which of the writer's files             |
/// | 28 | 32    | zero                                    |
/// | 60 | 4     | CRC-32C of the 60 bytes before          |
/// | 64 | 4032  | zero, so that groups begin on a page    |
final class JournalFileHeader {
    static final int BYTES = 4096;
    private static final long MAGIC = 0x42726169644a6e6cL; // "BraidJnl"
    private static final int VERSION = 1;
    private static final int CRC = 60;

    private JournalFileHeader() {}

    static ByteBuffer of(long identity, int writer, int index) {
        var header = ByteBuffer.allocate(BYTES);
        header.putLong(MAGIC).putInt(VERSION).putLong(identity).putInt(writer).putInt(index);
        header.putInt(CRC, checksum(header));
        return header.clear();
    }

    /// @throws IOException too new, too old, another directory's, or damaged
    static void check(DiskFile file, String name, long identity) throws IOException {
        var header = ByteBuffer.allocate(BYTES);
        file.read(0, header);
        FileHeader.check(header, name, MAGIC, VERSION, VERSION, checksum(header), CRC);
        if (header.getLong(12) != identity)
            throw new DamagedFileException("%s at 12: belongs to data directory %016x, should be %016x"
                    .formatted(name, header.getLong(12), identity));
    }

    static boolean isFaultless(DiskFile file, long identity, int writer, int index) throws IOException {
        var header = ByteBuffer.allocate(BYTES);
        file.read(0, header);
        return header.clear().equals(of(identity, writer, index));
    }

    private static int checksum(ByteBuffer header) {
        var crc = new CRC32C();
        crc.update(header.array(), 0, CRC);
        return (int) crc.getValue();
    }
}
