package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What the headers of all our files share: magic (8 bytes), version (4), and a checksum at their end.
final class FileHeader {
    private FileHeader() {}

    /// @throws ForeignFileException another program's file
    /// @throws FormatVersionException written by a newer or an older Braid
    /// @throws DamagedFileException the checksum is wrong
    static void check(ByteBuffer header, String file, long magic, int version, int computed, int crcAt)
            throws IOException {
        long foundMagic = header.getLong(0);
        if (foundMagic != magic) throw new ForeignFileException(file, magic, foundMagic);
        int found = header.getInt(8);
        if (header.getInt(crcAt) != computed)
            throw new DamagedFileException(
                    "%s at %d: checksum %08x should be %08x".formatted(file, crcAt, header.getInt(crcAt), computed));
        if (found != version) throw new FormatVersionException(file, version, found);
    }
}
