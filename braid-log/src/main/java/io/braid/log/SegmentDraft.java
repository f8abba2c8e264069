package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A compacted segment while it is being written, under a name that means nothing to recovery. One thread; there is
/// one at a time.
///
///     begin ──► add, add ... ──► complete ──► place (writer thread)
///                   └────────────────┴──────► close without: as if it had never been
final class SegmentDraft implements AutoCloseable {
    /// Not in the partition's directory, which may be deleted meanwhile, but on the same file system.
    static final String NAME = "partitions/compaction.new";

    private static final int WINDOW_BYTES = 256 << 10;

    /// Synced in pieces of this size: all at once would make the journal's syncs wait for as long as it takes.
    private static final int SYNC_BYTES = 8 << 20;

    private final Disk disk;
    private final Segment segment;
    private final Pace pace;
    private final DiskFile file;
    private final OffsetSum offsets = new OffsetSum();
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    private long written;
    private long synced;

    private SegmentDraft(Disk disk, Segment segment, Pace pace, DiskFile file) {
        this.disk = disk;
        this.segment = segment;
        this.pace = pace;
        this.file = file;
    }

    static SegmentDraft begin(Disk disk, PartitionId partition, long base, Cleaning cleaning, Pace pace)
            throws IOException {
        disk.delete(NAME);
        var segment = new Segment(disk, partition, base, cleaning);
        var draft = new SegmentDraft(disk, segment, pace, disk.create(NAME));
        draft.write(ByteBuffer.allocate(SegmentHeader.BYTES)); // told when it is complete
        return draft;
    }

    void add(Batch batch) throws IOException {
        Invariant.hold(
                batch.baseOffset() >= segment.next()
                        && batch.nextOffset() <= segment.cleaning().next(),
                "%s: batch %d..%d after %d",
                segment.name(),
                batch.baseOffset(),
                batch.lastOffset(),
                segment.next());
        Math.addExact(segment.size(), batch.byteSize());
        segment.note(batch);
        offsets.add(batch);
        write(batch.bytes().asByteBuffer());
    }

    long next() {
        return segment.next();
    }

    /// Answers the segment, all of which is on the disk now, but without a name.
    Segment complete() throws IOException {
        Invariant.hold(
                segment.next() == segment.cleaning().next(),
                "%s: ends at %d, should at %d",
                segment.name(),
                segment.next(),
                segment.cleaning().next());
        flush();
        file.write(0, SegmentHeader.of(segment.partition(), segment.base(), segment.cleaning(), offsets.value()));
        file.force();
        segment.seal();
        segment.publish();
        return segment;
    }

    /// Gives the complete segment its name, which is sure to last when this returns.
    void place() throws IOException {
        disk.rename(NAME, segment.name());
        segment.adopt(disk.open(segment.name()));
        disk.syncDirectory(Segment.directoryOf(segment.partition()));
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > window.remaining()) flush();
        if (bytes.remaining() <= window.remaining()) {
            window.put(bytes);
            return;
        }
        writeThrough(bytes);
    }

    private void flush() throws IOException {
        writeThrough(window.flip());
        window.clear();
    }

    private void writeThrough(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (count == 0) return;
        file.write(written, bytes);
        written += count;
        if (written - synced >= SYNC_BYTES) {
            file.force();
            synced = written;
        }
        pace.moved(count);
    }

    /// Deletes what was written, unless it was placed.
    @Override
    public void close() throws IOException {
        file.close();
        disk.delete(NAME);
    }
}
