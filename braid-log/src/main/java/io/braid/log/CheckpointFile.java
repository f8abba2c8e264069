package io.braid.log;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/// The file `checkpoint`, big-endian:
///
/// | bytes | what                                                                                   |
/// |-------|----------------------------------------------------------------------------------------|
/// | 8     | magic, the letters `BraidChk`                                                            |
/// | 4     | version, 2                                                                             |
/// | 8     | identity of the data directory                                                         |
/// | 4     | epoch: how often it has been opened                                                    |
/// | 1     | 1 if the log was closed cleanly                                                        |
/// | 4     | writers, then for each: number (4), journal file (4), position (4), sequence (8), and  |
/// |       | the number of its partitions (4), then for each:                                       |
/// |       | stream (16), partition (4), settings (98, [PartitionConfigCodec]), start (8), segment's  |
/// |       | base (8), position (4), next offset (8), number of epochs (4), each epoch (4), offset  |
/// |       | (8); number of producers (4), each id (8), epoch (2), last written at (8), its last     |
/// |       | transaction's end marker (8), number of batches (1), each first sequence (4), last      |
/// |       | sequence (4), first offset (8); number of open transactions (4), each producer (8),     |
/// |       | first offset (8)                                                                       |
/// | 4     | CRC-32C of all before                                                                  |
///
/// Version 1 had settings of 41 bytes, no end markers and no open transactions; it is read, and not written.
///
/// It is replaced in one step: written under another name, synced, renamed, and its directory synced.
final class CheckpointFile {
    private static final String NAME = "checkpoint";
    private static final String DRAFT = "checkpoint.new";
    private static final long MAGIC = 0x427261696443686bL; // "BraidChk"
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_TRANSACTIONS = 1;
    private static final int BYTES_MIN = 8 + 4 + 8 + 4 + 1 + 4 + 4;
    private static final int BYTES_MAX = Integer.MAX_VALUE - 8;

    private CheckpointFile() {}

    static void write(Disk disk, Checkpoint checkpoint) throws IOException {
        disk.delete(DRAFT);
        try (var file = disk.create(DRAFT)) {
            file.write(0, ByteBuffer.wrap(encode(checkpoint)));
            file.force();
        } catch (DiskFullException e) {
            disk.delete(DRAFT); // half of it would only be in the way of whoever makes room
            throw e;
        }
        disk.rename(DRAFT, NAME);
        disk.syncDirectory("");
    }

    /// @return empty if there is none
    /// @throws IOException too new, too old, foreign or damaged
    static Optional<Checkpoint> read(Disk disk) throws IOException {
        if (!disk.exists(NAME)) return Optional.empty();
        var name = disk.describe(NAME);
        byte[] bytes;
        try (var file = disk.open(NAME)) {
            long size = file.size();
            if (size < BYTES_MIN || size > BYTES_MAX)
                throw new DamagedFileException(
                        "%s at %d: at least %d bytes expected, found %d".formatted(name, size, BYTES_MIN, size));
            bytes = new byte[(int) size];
            file.read(0, ByteBuffer.wrap(bytes));
        }
        int version = FileHeader.check(
                ByteBuffer.wrap(bytes),
                name,
                MAGIC,
                VERSION_WITHOUT_TRANSACTIONS,
                VERSION,
                checksum(bytes),
                bytes.length - 4);
        return Optional.of(decode(bytes, version));
    }

    private static byte[] encode(Checkpoint checkpoint) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        out.writeLong(checkpoint.identity());
        out.writeInt(checkpoint.epoch());
        out.writeBoolean(checkpoint.isClean());
        out.writeInt(checkpoint.writers().size());
        for (var writer : checkpoint.writers()) {
            out.writeInt(writer.writer());
            out.writeInt(writer.journal().file());
            out.writeInt(writer.journal().position());
            out.writeLong(writer.journal().sequence());
            out.writeInt(writer.partitions().size());
            for (var partition : writer.partitions()) encode(partition, out);
        }
        out.writeInt(0);
        var encoded = bytes.toByteArray();
        ByteBuffer.wrap(encoded).putInt(encoded.length - 4, checksum(encoded));
        return encoded;
    }

    private static void encode(Checkpoint.PartitionState partition, DataOutputStream out) throws IOException {
        out.writeLong(partition.id().stream().getMostSignificantBits());
        out.writeLong(partition.id().stream().getLeastSignificantBits());
        out.writeInt(partition.id().index());
        var config = ByteBuffer.allocate(PartitionConfigCodec.BYTES);
        PartitionConfigCodec.put(config, 0, partition.config());
        out.write(config.array());
        out.writeLong(partition.start());
        out.writeLong(partition.base());
        out.writeInt(partition.position());
        out.writeLong(partition.next());
        out.writeInt(partition.epochs().size());
        for (var beginning : partition.epochs()) {
            out.writeInt(beginning.epoch());
            out.writeLong(beginning.offset());
        }
        out.writeInt(partition.producers().size());
        for (var producer : partition.producers()) {
            out.writeLong(producer.id());
            out.writeShort(producer.epoch());
            out.writeLong(producer.lastMillis());
            out.writeLong(producer.marker());
            out.writeByte(producer.sent().size());
            for (var sent : producer.sent()) {
                out.writeInt(sent.firstSequence());
                out.writeInt(sent.lastSequence());
                out.writeLong(sent.firstOffset());
            }
        }
        out.writeInt(partition.open().size());
        for (var open : partition.open()) {
            out.writeLong(open.producer());
            out.writeLong(open.first());
        }
    }

    private static Checkpoint decode(byte[] bytes, int version) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.skipNBytes(Long.BYTES + Integer.BYTES);
        long identity = in.readLong();
        int epoch = in.readInt();
        boolean isClean = in.readBoolean();
        var writers = new ArrayList<Checkpoint.WriterState>();
        for (int i = in.readInt(); i > 0; i--) {
            int writer = in.readInt();
            var journal = new Journal.Place(in.readInt(), in.readInt(), in.readLong());
            var partitions = new ArrayList<Checkpoint.PartitionState>();
            for (int j = in.readInt(); j > 0; j--) partitions.add(decodePartition(in, version));
            writers.add(new Checkpoint.WriterState(writer, journal, partitions));
        }
        return new Checkpoint(identity, epoch, isClean, writers);
    }

    private static Checkpoint.PartitionState decodePartition(DataInputStream in, int version) throws IOException {
        boolean isOld = version == VERSION_WITHOUT_TRANSACTIONS;
        var id = new PartitionId(new UUID(in.readLong(), in.readLong()), in.readInt());
        var config = decodeConfig(in, isOld)
                .orElseThrow(() -> new DamagedFileException("checkpoint: %s has impossible settings".formatted(id)));
        long start = in.readLong();
        long base = in.readLong();
        int position = in.readInt();
        long next = in.readLong();
        var epochs = new ArrayList<Epochs.Beginning>();
        for (int i = in.readInt(); i > 0; i--) epochs.add(new Epochs.Beginning(in.readInt(), in.readLong()));
        var producers = new ArrayList<Checkpoint.ProducerState>();
        for (int i = in.readInt(); i > 0; i--) {
            long producer = in.readLong();
            short producerEpoch = in.readShort();
            long lastMillis = in.readLong();
            long marker = isOld ? Producers.NO_MARKER : in.readLong();
            List<Checkpoint.Sent> sent = new ArrayList<>();
            for (int j = in.readByte(); j > 0; j--)
                sent.add(new Checkpoint.Sent(in.readInt(), in.readInt(), in.readLong()));
            producers.add(new Checkpoint.ProducerState(producer, producerEpoch, lastMillis, marker, sent));
        }
        var open = new ArrayList<Checkpoint.OpenTransaction>();
        for (int i = isOld ? 0 : in.readInt(); i > 0; i--)
            open.add(new Checkpoint.OpenTransaction(in.readLong(), in.readLong()));
        return new Checkpoint.PartitionState(id, config, start, base, position, next, epochs, producers, open);
    }

    private static Optional<PartitionConfig> decodeConfig(DataInputStream in, boolean isOld) throws IOException {
        return isOld
                ? PartitionConfigCodec.readVersion1(
                        ByteBuffer.wrap(in.readNBytes(PartitionConfigCodec.BYTES_OF_VERSION_1)), 0)
                : PartitionConfigCodec.read(ByteBuffer.wrap(in.readNBytes(PartitionConfigCodec.BYTES)), 0);
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        return (int) crc.getValue();
    }
}
