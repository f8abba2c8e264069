package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/// Reads back what one writer's [Journal] holds since a checkpoint. One thread.
final class JournalReader {
    /// What a group says happened.
    sealed interface Entry {
        PartitionId partition();

        /// Batches `[from, from + count)` of a journal file stand in the segment at `position`.
        record Run(PartitionId partition, long base, int position, DiskFile file, long from, int count, long next)
                implements Entry {}

        record Start(PartitionId partition, long start) implements Entry {}

        record Enter(PartitionId partition, PartitionConfig config) implements Entry {}

        record Leave(PartitionId partition) implements Entry {}
    }

    private record Group(int length, long sequence, List<Entry> entries) {}

    private final Disk disk;
    private final int writer;
    private final int epoch;
    private final int groupBytesMax;
    private final List<Optional<DiskFile>> files = new ArrayList<>();
    private ByteBuffer memory = ByteBuffer.allocate(1 << 20);

    /// `groupBytesMax`: how large a group may be, to know how far behind a damaged one the next may begin.
    JournalReader(Disk disk, int writer, long identity, int epoch, int groupBytesMax) throws IOException {
        this.disk = disk;
        this.writer = writer;
        this.epoch = epoch;
        this.groupBytesMax = groupBytesMax;
        for (int i = 0; i < 2; i++) {
            var name = Journal.nameOf(writer, i);
            files.add(disk.exists(name) ? Optional.of(disk.open(name)) : Optional.empty());
        }
        this.identity = identity;
    }

    private final long identity;

    /// All entries from a place on, in order.
    ///
    /// @throws IOException the disk failed, or acknowledged groups are missing
    List<Entry> from(Journal.Place first) throws IOException {
        var file = files.get(first.file())
                .orElseThrow(() -> RecoveryCase.JOURNAL_MISSING.refusal(name(first.file()), "the file is missing"));
        JournalFileHeader.check(file, name(first.file()), identity);
        var entries = new ArrayList<Entry>();
        var at = first;
        while (true) {
            var group = group(at.file(), at.position(), at.sequence());
            if (group.isEmpty() && at.position() > JournalFileHeader.BYTES) { // or the writer went to the other file
                var other = new Journal.Place(1 - at.file(), JournalFileHeader.BYTES, at.sequence());
                group = group(other.file(), other.position(), other.sequence());
                if (group.isPresent()) at = other;
            }
            if (group.isEmpty()) break;
            entries.addAll(group.get().entries());
            at = new Journal.Place(
                    at.file(),
                    (int) Journal.align(at.position() + (long) group.get().length()),
                    at.sequence() + 1);
        }
        refuseIfGroupsFollow(at);
        return entries;
    }

    /// A writer begins a group only once the one before is on the disk: if a later one is there, this one was.
    private void refuseIfGroupsFollow(Journal.Place end) throws IOException {
        long far = end.position() + 2L * groupBytesMax;
        for (int index = 0; index < 2; index++) {
            long from = index == end.file() ? end.position() : JournalFileHeader.BYTES;
            long to = index == end.file() ? far : JournalFileHeader.BYTES + 2L * groupBytesMax;
            var found = firstGroup(index, from, to, end.sequence());
            if (found.isPresent())
                throw RecoveryCase.JOURNAL_DAMAGED.refusal(
                        "%s at %d".formatted(name(end.file()), end.position()),
                        "group %d expected, found none that is faultless, but group %d is in %s"
                                .formatted(end.sequence(), found.get().sequence(), name(index)));
        }
    }

    private Optional<Group> firstGroup(int index, long from, long to, long sequenceMin) throws IOException {
        if (files.get(index).isEmpty()) return Optional.empty();
        var file = files.get(index).get();
        long end = Math.min(to, file.size());
        var chunk = ByteBuffer.allocate(1 << 16);
        for (long at = Journal.align(from); at < end; at += chunk.capacity()) {
            int count = file.read(at, chunk.clear());
            for (int i = 0; i + GroupBuffer.HEADER_BYTES <= count; i += Journal.ALIGNMENT) {
                if (chunk.getInt(i) != GroupBuffer.MAGIC || chunk.getInt(i + 8) != epoch) continue;
                long sequence = chunk.getLong(i + 12);
                if (sequence < sequenceMin) continue;
                var group = group(index, at + i, sequence);
                if (group.isPresent()) return group;
            }
        }
        return Optional.empty();
    }

    private String name(int index) {
        return disk.describe(Journal.nameOf(writer, index));
    }

    /// The group that begins here, if it is faultless and the one that is looked for.
    private Optional<Group> group(int index, long position, long sequence) throws IOException {
        if (files.get(index).isEmpty()) return Optional.empty();
        var file = files.get(index).get();
        var header = read(file, position, GroupBuffer.HEADER_BYTES);
        if (header.remaining() < GroupBuffer.HEADER_BYTES) return Optional.empty();
        int length = header.getInt(4);
        if (header.getInt(0) != GroupBuffer.MAGIC || header.getInt(8) != epoch || header.getLong(12) != sequence)
            return Optional.empty();
        if (length < GroupBuffer.HEADER_BYTES + GroupBuffer.CRC_BYTES || length > file.size() - position)
            return Optional.empty();
        var bytes = read(file, position, length);
        if (bytes.remaining() < length) return Optional.empty();
        return parse(bytes, file, position).map(entries -> new Group(length, sequence, entries));
    }

    private ByteBuffer read(DiskFile file, long position, int count) throws IOException {
        if (memory.capacity() < count) memory = ByteBuffer.allocate(count);
        memory.clear().limit(count);
        file.read(position, memory);
        return memory.flip();
    }

    /// The entries of a group; empty if anything about it is not as it was written.
    private Optional<List<Entry>> parse(ByteBuffer bytes, DiskFile file, long position) {
        int end = bytes.limit() - GroupBuffer.CRC_BYTES;
        var crc = new CRC32C();
        int summed = 0;
        int at = GroupBuffer.HEADER_BYTES;
        var entries = new ArrayList<Entry>();
        for (int i = bytes.getInt(20); i > 0; i--) {
            if (end - at < 1 + GroupBuffer.ID_BYTES) return Optional.empty();
            byte kind = bytes.get(at);
            int partitionIndex = bytes.getInt(at + 17);
            if (partitionIndex < 0) return Optional.empty();
            var id = new PartitionId(new UUID(bytes.getLong(at + 1), bytes.getLong(at + 9)), partitionIndex);
            at += 1 + GroupBuffer.ID_BYTES;
            switch (kind) {
                case GroupBuffer.RUN -> {
                    if (end - at < 16) return Optional.empty();
                    long base = bytes.getLong(at);
                    int segmentPosition = bytes.getInt(at + 8);
                    int count = bytes.getInt(at + 12);
                    at += 16;
                    if (count <= 0 || count > end - at) return Optional.empty();
                    int from = at;
                    long next = -1;
                    while (at < from + count) {
                        var batch = batchAt(bytes, at, from + count);
                        if (batch.isEmpty()) return Optional.empty();
                        update(crc, bytes, summed, at + GroupBuffer.BATCH_HEAD_BYTES);
                        next = batch.get().nextOffset();
                        at += batch.get().byteSize();
                        summed = at;
                    }
                    entries.add(new Entry.Run(id, base, segmentPosition, file, position + from, count, next));
                }
                case GroupBuffer.START -> {
                    if (end - at < Long.BYTES) return Optional.empty();
                    entries.add(new Entry.Start(id, bytes.getLong(at)));
                    at += Long.BYTES;
                }
                case GroupBuffer.ENTER, GroupBuffer.ENTER_VERSION_1 -> {
                    boolean isOld = kind == GroupBuffer.ENTER_VERSION_1;
                    int count = isOld ? PartitionConfigCodec.BYTES_OF_VERSION_1 : PartitionConfigCodec.BYTES;
                    if (end - at < count) return Optional.empty();
                    var config =
                            isOld ? PartitionConfigCodec.readVersion1(bytes, at) : PartitionConfigCodec.read(bytes, at);
                    if (config.isEmpty()) return Optional.empty();
                    entries.add(new Entry.Enter(id, config.get()));
                    at += count;
                }
                case GroupBuffer.LEAVE -> entries.add(new Entry.Leave(id));
                default -> {
                    return Optional.empty(); // a kind that this version does not write: damaged
                }
            }
        }
        update(crc, bytes, summed, end);
        return at == end && bytes.getInt(end) == (int) crc.getValue() ? Optional.of(entries) : Optional.empty();
    }

    private static Optional<Batch> batchAt(ByteBuffer bytes, int at, int end) {
        if (end - at < Batch.HEADER_BYTES) return Optional.empty();
        var rest = MemorySegment.ofArray(bytes.array()).asSlice(at, end - at);
        long size = new Batch(rest).sizeByHeader();
        if (size < Batch.HEADER_BYTES || size > rest.byteSize()) return Optional.empty();
        var batch = new Batch(rest.asSlice(0, size));
        return batch.fault().isEmpty() ? Optional.of(batch) : Optional.empty();
    }

    private static void update(CRC32C crc, ByteBuffer bytes, int from, int to) {
        crc.update(bytes.array(), from, to - from);
    }

    void close() throws IOException {
        for (var file : files) if (file.isPresent()) file.get().close();
    }
}
