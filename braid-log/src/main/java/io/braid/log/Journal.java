package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The write-ahead files of one writer: two of them, written in turn, each from its beginning to its end and then
/// over again. One `force` makes a whole group durable, however many partitions are in it.
///
///     file   [header, 4096 bytes][group][group]...[group] what remains of older groups
///     group  [header, 24 bytes][entry][entry]...[checksum], begins at a multiple of 64
///
/// [GroupBuffer] has the layout of a group, [JournalFileHeader] that of a file's beginning. A file may be written over
/// once a checkpoint has made everything in it superfluous ([#release]). Writer thread only, but for [#release].
final class Journal {
    /// Groups begin at multiples of this, so that recovery can look for one behind damaged bytes.
    static final int ALIGNMENT = 64;

    /// New space is filled with zeros this far ahead, so that syncs of small groups need not write a new file size.
    /// A fill costs writing it twice, once; far less is filled when groups are large.
    private static final int FILL_BYTES = 1 << 20;

    /// Where a group stands, or the next one will.
    ///
    /// @param file     0 or 1
    /// @param sequence how many groups this writer has written since the log was opened
    record Place(int file, int position, long sequence) {
        static final Place FIRST = new Place(0, JournalFileHeader.BYTES, 0);
    }

    /// One of the files, with what the writer knows about it.
    private static final class Part {
        Optional<DiskFile> file = Optional.empty();
        long size; // how far it has been filled
        long lastSequence = -1; // of the groups in it
    }

    private final Disk disk;
    private final int writer;
    private final long identity;
    private final int bytesMax;
    private final List<Part> parts = List.of(new Part(), new Part());
    private Place next = Place.FIRST;
    private volatile long released = -1; // groups up to this one are superfluous

    private Journal(Disk disk, int writer, long identity, int bytesMax) {
        this.disk = disk;
        this.writer = writer;
        this.identity = identity;
        this.bytesMax = bytesMax;
    }

    static String nameOf(int writer, int file) {
        return "journal/%d-%d.wal".formatted(writer, file);
    }

    /// Begins anew in the first file. Whatever the files held must be superfluous by now, or be so once the caller has
    /// written the checkpoint that begins this epoch.
    static Journal begin(Disk disk, int writer, long identity, int bytesMax) throws IOException {
        var journal = new Journal(disk, writer, identity, bytesMax);
        journal.open(0);
        return journal;
    }

    /// Where the next group goes, or would go if it still fits into the file.
    Place next() {
        return next;
    }

    /// Whether a group of this size would have to go into the other file.
    boolean isFullFor(int groupBytes) {
        return next.position() + (long) groupBytes > bytesMax;
    }

    /// Whether the other file may be written over.
    boolean maySwitch() {
        return parts.get(1 - next.file()).lastSequence <= released;
    }

    void switchFiles() throws IOException {
        Invariant.hold(maySwitch(), "journal %s holds groups that are needed", nameOf(writer, 1 - next.file()));
        open(1 - next.file());
        next = new Place(1 - next.file(), JournalFileHeader.BYTES, next.sequence());
    }

    /// Appends one group and syncs it. It must fit. If there was no room on the disk, the same may be called again.
    void write(GroupBuffer group, int epoch) throws IOException {
        int count = group.seal(epoch, next.sequence());
        Invariant.hold(!isFullFor(count), "a group of %d bytes at %s", count, next);
        var part = parts.get(next.file());
        var file = part.file.orElseThrow();
        long end = align(next.position() + (long) count);
        fillTo(part, file, end);
        file.write(next.position(), group.slice(0, count));
        file.force();
        part.lastSequence = next.sequence();
        next = new Place(next.file(), (int) end, next.sequence() + 1);
    }

    /// Any thread: groups up to this sequence will not be needed after a crash.
    void release(long sequence) {
        released = sequence;
    }

    void close() throws IOException {
        for (var part : parts) if (part.file.isPresent()) part.file.get().close();
    }

    static long align(long position) {
        return (position + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private void fillTo(Part part, DiskFile file, long end) throws IOException {
        if (end <= part.size) return;
        long until = Math.min(bytesMax, (end + FILL_BYTES - 1) / FILL_BYTES * FILL_BYTES);
        if (until > end) file.write(end, ByteBuffer.allocate((int) (until - end)));
        part.size = Math.max(until, end);
    }

    private void open(int index) throws IOException {
        var part = parts.get(index);
        if (part.file.isPresent()) return;
        var name = nameOf(writer, index);
        boolean isThere = disk.exists(name);
        if (!isThere) disk.createDirectory("journal");
        var file = isThere ? disk.open(name) : disk.create(name);
        try {
            begin(file, index);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        part.size = file.size();
        part.file = Optional.of(file);
    }

    /// Syncs in any case: an attempt before this one, or a life, may have ended between a call and its sync.
    private void begin(DiskFile file, int index) throws IOException {
        if (!JournalFileHeader.isFaultless(file, identity, writer, index))
            file.write(0, JournalFileHeader.of(identity, writer, index));
        file.force();
        disk.syncDirectory("journal");
        disk.syncDirectory("");
    }

    /// Names of all journal files there are.
    static List<String> all(Disk disk) throws IOException {
        var names = new ArrayList<String>();
        for (var name : disk.list("journal")) if (name.endsWith(".wal")) names.add("journal/" + name);
        return names;
    }
}
