package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What the headers of all our files share: magic (8 bytes), version (4), and a checksum at their end.
final class FileHeader {
    private FileHeader() {}

    /// Answers the version found, from `oldest` to `newest`.
    ///
    /// @throws ForeignFileException another program's file
    /// @throws FormatVersionException written by a newer Braid, or by one that is too old
    /// @throws DamagedFileException the checksum is wrong
    static int check(ByteBuffer header, String file, long magic, int oldest, int newest, int computed, int crcAt)
            throws IOException {
        long foundMagic = header.getLong(0);
        if (foundMagic != magic) throw new ForeignFileException(file, magic, foundMagic);
        int found = header.getInt(8);
        if (header.getInt(crcAt) != computed)
            throw new DamagedFileException(
                    "%s at %d: checksum %08x should be %08x".formatted(file, crcAt, header.getInt(crcAt), computed));
        if (found < oldest || found > newest) throw new FormatVersionException(file, newest, found);
        return found;
    }
}
