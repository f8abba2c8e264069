package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/// A [TierManifest] as a file: `partitions/<id>/tier` while the partition exists, `tier/<incarnation>.deleted` from
/// its deletion until its objects are gone. Big-endian:
///
/// | bytes | what                                                                                       |
/// |-------|--------------------------------------------------------------------------------------------|
/// | 8     | magic, the letters `BraidTir`                                                              |
/// | 4     | version, 1                                                                                 |
/// | 8     | identity of the data directory                                                             |
/// | 20    | stream (16), partition (4)                                                                 |
/// | 8     | incarnation: tells partitions that had the same name apart                                  |
/// | 4     | entries, then for each: base offset (8), next offset (8), bytes (4), largest timestamp (8), |
/// |       | base offset of the first batch that has it (8), aborted transactions (4), nonce (8), state  |
/// |       | (1): 0 uploading, 1 uploaded, 2 deleting                                                   |
/// | 4     | CRC-32C of all before                                                                      |
final class TierManifestFile {
    /// @param entries in the order of their offsets
    record Content(long identity, PartitionId partition, long incarnation, List<TierEntry> entries) {
        Content {
            entries = List.copyOf(entries);
        }

        Content with(List<TierEntry> changed) {
            return new Content(identity, partition, incarnation, changed);
        }

        /// The name of an entry's object: whose it is, then what is in it.
        String keyOf(TierEntry entry) {
            return "%016x/%s/%020d-%016x.log".formatted(identity, partition, entry.base(), entry.nonce());
        }
    }

    private static final long MAGIC = 0x4272616964546972L; // "BraidTir"
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 8 + 4 + 8 + 20 + 8 + 4;
    private static final int ENTRY_BYTES = 49;
    private static final int BYTES_MAX = Integer.MAX_VALUE - 8;

    private TierManifestFile() {}

    /// Replaces the file in one step; lasting when this returns.
    static void write(Disk disk, String directory, String name, Content content) throws IOException {
        var draft = directory + "/" + name + ".new";
        disk.delete(draft);
        try (var file = disk.create(draft)) {
            file.write(0, encode(content));
            file.force();
        }
        disk.rename(draft, directory + "/" + name);
        disk.syncDirectory(directory);
    }

    /// @throws IOException too new, too old, foreign, damaged or missing
    static Content read(Disk disk, String name) throws IOException {
        var shown = disk.describe(name);
        try (var file = disk.open(name)) {
            long size = file.size();
            if (size < HEADER_BYTES + Integer.BYTES || size > BYTES_MAX)
                throw new DamagedFileException("%s at %d: at least %d bytes expected, found %d"
                        .formatted(shown, size, HEADER_BYTES + Integer.BYTES, size));
            var bytes = ByteBuffer.allocate((int) size);
            file.read(0, bytes);
            int crcAt = (int) size - Integer.BYTES;
            FileHeader.check(bytes, shown, MAGIC, VERSION, VERSION, checksum(bytes, crcAt), crcAt);
            return decode(bytes.flip(), shown);
        }
    }

    private static ByteBuffer encode(Content content) {
        int count = content.entries().size();
        var bytes = ByteBuffer.allocate(
                Math.addExact(HEADER_BYTES + Integer.BYTES, Math.multiplyExact(count, ENTRY_BYTES)));
        var id = content.partition();
        bytes.putLong(MAGIC).putInt(VERSION).putLong(content.identity());
        bytes.putLong(id.stream().getMostSignificantBits());
        bytes.putLong(id.stream().getLeastSignificantBits());
        bytes.putInt(id.index()).putLong(content.incarnation()).putInt(count);
        for (var entry : content.entries()) {
            bytes.putLong(entry.base()).putLong(entry.next()).putInt(entry.size());
            bytes.putLong(entry.maxTimestamp()).putLong(entry.maxTimestampAt());
            bytes.putInt(entry.aborted()).putLong(entry.nonce()).put(codeOf(entry.state()));
        }
        return bytes.putInt(checksum(bytes, bytes.position())).flip();
    }

    private static Content decode(ByteBuffer bytes, String shown) throws DamagedFileException {
        bytes.position(12);
        long identity = bytes.getLong();
        var id = new PartitionId(new UUID(bytes.getLong(), bytes.getLong()), bytes.getInt());
        long incarnation = bytes.getLong();
        int count = bytes.getInt();
        if (count != (bytes.remaining() - Integer.BYTES) / ENTRY_BYTES)
            throw new DamagedFileException("%s at %d: %d entries expected, found room for %d"
                    .formatted(shown, HEADER_BYTES - 4, count, bytes.remaining() / ENTRY_BYTES));
        var entries = new ArrayList<TierEntry>(count);
        for (int i = 0; i < count; i++)
            entries.add(new TierEntry(
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getInt(),
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getInt(),
                    bytes.getLong(),
                    stateOf(bytes.get(), shown)));
        return new Content(identity, id, incarnation, entries);
    }

    private static byte codeOf(TierEntry.State state) {
        return switch (state) {
            case UPLOADING -> 0;
            case UPLOADED -> 1;
            case DELETING -> 2;
        };
    }

    private static TierEntry.State stateOf(byte code, String shown) throws DamagedFileException {
        return switch (code) {
            case 0 -> TierEntry.State.UPLOADING;
            case 1 -> TierEntry.State.UPLOADED;
            case 2 -> TierEntry.State.DELETING;
            default -> throw new DamagedFileException("%s: an entry has the state %d".formatted(shown, code));
        };
    }

    private static int checksum(ByteBuffer bytes, int count) {
        var crc = new CRC32C();
        crc.update(bytes.array(), 0, count);
        return (int) crc.getValue();
    }
}
