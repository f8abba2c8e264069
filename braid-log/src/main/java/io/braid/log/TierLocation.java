package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The file `tier/location`: which tier this directory's segments are in, noted before the first goes there. To read
/// another one instead would find nothing, and to delete there would leave the objects behind for ever. Big-endian:
///
/// | bytes | what                                     |
/// |-------|------------------------------------------|
/// | 8     | magic, the letters `BraidLoc`            |
/// | 4     | version, 1                               |
/// | 4     | bytes of the location, then those, UTF-8 |
/// | 4     | CRC-32C of all before                    |
final class TierLocation {
    private static final String NAME = TierDeletions.DIRECTORY + "/location";
    private static final long MAGIC = 0x42726169644c6f63L; // "BraidLoc"
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 16;
    private static final int BYTES_MAX = 1 << 16;

    private TierLocation() {}

    /// @throws IOException this directory's segments are in another tier
    static void check(Disk disk, Tier tier) throws IOException {
        var noted = read(disk);
        if (noted.isPresent() && !noted.get().equals(tier.location()))
            throw new IOException(
                    ("segments of this data directory are in %s, and storage.tier is %s: set it back, or, if all"
                                    + " objects were moved there, delete %s")
                            .formatted(noted.get(), tier.location(), disk.describe(NAME)));
    }

    /// Notes the tier, lasting, unless that was done.
    static void note(Disk disk, Tier tier) throws IOException {
        if (read(disk).isPresent()) return;
        var location = tier.location().getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(HEADER_BYTES + location.length + Integer.BYTES);
        bytes.putLong(MAGIC).putInt(VERSION).putInt(location.length).put(location);
        bytes.putInt(checksum(bytes, bytes.position())).flip();
        disk.createDirectory(TierDeletions.DIRECTORY);
        var draft = NAME + ".new";
        disk.delete(draft);
        try (var file = disk.create(draft)) {
            file.write(0, bytes);
            file.force();
        }
        disk.rename(draft, NAME);
        disk.syncDirectory(TierDeletions.DIRECTORY);
        disk.syncDirectory("");
    }

    /// @throws IOException too new, too old, foreign or damaged
    static Optional<String> read(Disk disk) throws IOException {
        if (!disk.exists(NAME)) return Optional.empty();
        var shown = disk.describe(NAME);
        try (var file = disk.open(NAME)) {
            int size = (int) Math.min(BYTES_MAX, file.size());
            if (size < HEADER_BYTES + Integer.BYTES)
                throw new DamagedFileException("%s at %d: at least %d bytes expected, found %d"
                        .formatted(shown, size, HEADER_BYTES + Integer.BYTES, size));
            var bytes = ByteBuffer.allocate(size);
            file.read(0, bytes);
            int crcAt = size - Integer.BYTES;
            FileHeader.check(bytes, shown, MAGIC, VERSION, VERSION, checksum(bytes, crcAt), crcAt);
            return Optional.of(new String(bytes.array(), HEADER_BYTES, bytes.getInt(12), StandardCharsets.UTF_8));
        }
    }

    private static int checksum(ByteBuffer bytes, int count) {
        var crc = new CRC32C();
        crc.update(bytes.array(), 0, count);
        return (int) crc.getValue();
    }
}
