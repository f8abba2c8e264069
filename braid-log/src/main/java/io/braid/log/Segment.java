package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// A file with a contiguous run of one partition's batches.
///
///     header, 64 bytes              batches in Kafka's v2 layout, one after the other
///     [magic|version|who|base|crc]  [batch][batch][batch] ...
///
/// The writer appends and then publishes an [Extent]; readers look no further than the extent they took. The file
/// is closed when the partition and every [Slice] have let go of it, so it may be deleted while somebody reads.
///
/// Sealed segments never change. What compaction leaves of some is a new segment with a name of its own, in which the
/// [generation][Cleaning] stands behind the base offset. Offsets may be missing in it, but its last batch always ends
/// where the last of the old ones did.
final class Segment {
    /// What readers may see: all of it is on the disk or in the page cache, and is answered for.
    ///
    /// @param size            bytes, with the header
    /// @param next            the offset after the last record
    /// @param maxTimestamp    the largest, -1 for none
    /// @param maxTimestampAt  the base offset of the first batch that has it
    /// @param index           where batches begin
    /// @param aborted         transactions whose abort is in it
    record Extent(
            int size,
            long next,
            long maxTimestamp,
            long maxTimestampAt,
            SparseIndex.View index,
            AbortedIndex.View aborted) {}

    /// Where a batch begins.
    record Place(long offset, int position) {}

    private static final int OFFSET_DIGITS = 20; // so that names sort as offsets do

    private final PartitionId partition;
    private final long base;
    private final Cleaning cleaning;
    private final Disk disk;
    private final String name;
    private final AtomicInteger holders = new AtomicInteger(1); // the partition is the first
    private final ReentrantLock naming = new ReentrantLock(); // guards `deleted`, and the index file's name
    private boolean deleted;
    private volatile DiskFile file; // written once, by the writer thread or recovery, before the first extent

    private final SparseIndex index = new SparseIndex(); // writer thread only
    private final AbortedIndex aborted = new AbortedIndex(); // writer thread only
    private int size = SegmentHeader.BYTES; // writer thread only
    private long next; // writer thread only
    private long maxTimestamp = -1; // writer thread only
    private long maxTimestampAt = -1; // writer thread only
    private boolean dirty; // writer thread only: written since the last checkpoint looked

    private volatile Extent extent;
    private volatile Place lastEnd; // where the newest read stopped, which is where the next often begins

    Segment(Disk disk, PartitionId partition, long base) {
        this(disk, partition, base, Cleaning.NEVER);
    }

    Segment(Disk disk, PartitionId partition, long base, Cleaning cleaning) {
        this.disk = disk;
        this.partition = partition;
        this.base = base;
        this.cleaning = cleaning;
        this.name = nameOf(partition, base, cleaning.generation());
        this.next = base;
        this.extent = new Extent(size, base, -1, -1, index.view(), AbortedIndex.View.EMPTY);
        this.lastEnd = new Place(base, size);
    }

    static String directoryOf(PartitionId partition) {
        return "partitions/" + partition;
    }

    static String nameOf(PartitionId partition, long base) {
        return nameOf(partition, base, 0);
    }

    static String nameOf(PartitionId partition, long base, int generation) {
        return generation == 0
                ? "%s/%020d.log".formatted(directoryOf(partition), base)
                : "%s/%020d-%d.log".formatted(directoryOf(partition), base, generation);
    }

    /// The base offset in a segment's name, without its directory.
    static long baseIn(String name) {
        return Long.parseLong(name.substring(0, OFFSET_DIGITS));
    }

    static int generationIn(String name) {
        return name.charAt(OFFSET_DIGITS) == '-'
                ? Integer.parseInt(name.substring(OFFSET_DIGITS + 1, name.length() - ".log".length()))
                : 0;
    }

    String name() {
        return name;
    }

    PartitionId partition() {
        return partition;
    }

    long base() {
        return base;
    }

    /// What compaction has done to it.
    Cleaning cleaning() {
        return cleaning;
    }

    /// From here on nobody has looked for records that newer ones of their key make superfluous.
    long firstDirty() {
        return cleaning.isNever() ? base : cleaning.below();
    }

    Extent extent() {
        return extent;
    }

    // Writing. Writer thread only.

    int size() {
        return size;
    }

    long next() {
        return next;
    }

    boolean isDirty() {
        return dirty;
    }

    /// Whether compaction has left no record in it: one batch without any at most.
    boolean isHollow() {
        return size <= SegmentHeader.BYTES + Batch.HEADER_BYTES;
    }

    /// Syncs what was written since.
    void sync() throws IOException {
        if (dirty) file.force();
        dirty = false;
    }

    /// The same, left to whoever takes the answer: the caller holds the segment for it.
    Checkpoint.Written handOver() {
        dirty = false;
        return new Checkpoint.Written(this, extent);
    }

    /// Whether it has a file; one that was never written to has none.
    boolean isOnDisk() {
        return file != null;
    }

    DiskFile file() {
        return file;
    }

    /// Notes a batch that stands, or is about to be written, at the end.
    ///
    /// @throws CorruptBatchException it is a control batch that does not say what it ends
    void note(Batch batch) throws CorruptBatchException {
        if (batch.isControl()) aborted.note(batch);
        note(batch, batch.byteSize());
    }

    /// The same for a batch of which only the header is at hand; not for control batches.
    void note(Batch batch, int byteSize) {
        index.note(batch.baseOffset(), size, maxTimestamp);
        size += byteSize;
        next = batch.nextOffset();
        if (batch.maxTimestamp() > maxTimestamp) {
            maxTimestamp = batch.maxTimestamp();
            maxTimestampAt = batch.baseOffset();
        }
    }

    /// Writes noted batches; the first write creates the file.
    void write(int position, ByteBuffer bytes) throws IOException {
        if (file == null) createFile();
        dirty = true;
        file.write(position, bytes);
    }

    void publish() {
        extent = new Extent(size, next, maxTimestamp, maxTimestampAt, index.view(), aborted.view());
    }

    /// Recovery: the file that is there already.
    void adopt(DiskFile opened) {
        file = opened;
    }

    /// Recovery: goes on behind what an index file covers.
    void adopt(Extent known) {
        index.adopt(known.index());
        aborted.adopt(known.aborted());
        size = known.size();
        next = known.next();
        maxTimestamp = known.maxTimestamp();
        maxTimestampAt = known.maxTimestampAt();
    }

    private void createFile() throws IOException {
        disk.createDirectory(directoryOf(partition));
        var created = disk.create(name);
        file = created;
        created.write(0, SegmentHeader.of(partition, base));
    }

    // Reading. Any thread that holds the segment.

    /// Counts the caller among those that keep the file open; false if it is closed already.
    boolean hold() {
        for (int count = holders.get(); count > 0; count = holders.get())
            if (holders.compareAndSet(count, count + 1)) return true;
        return false;
    }

    void release() throws IOException {
        if (holders.decrementAndGet() == 0 && file != null) file.close();
    }

    /// Deletes the file's name, and lets go of it; those who hold it may read on.
    void delete() throws IOException {
        deleteName();
        release();
    }

    /// The same, but the partition does not let go of it yet.
    void deleteName() throws IOException {
        naming.lock();
        try {
            deleted = true;
            disk.delete(name);
            disk.delete(IndexFile.nameOf(this));
        } finally {
            naming.unlock();
        }
    }

    /// Writes the index file, unless the segment was deleted meanwhile. Any thread.
    void writeIndex(Extent known) throws IOException {
        naming.lock();
        try {
            if (!deleted) IndexFile.write(disk, this, known);
        } finally {
            naming.unlock();
        }
    }

    /// The run of whole batches from the one that holds `offset` on, below `limit`, of at most `bytesMax` bytes, but
    /// at least one batch, if there is one. The caller holds the segment, and gives that hold to the slice.
    Slice slice(long offset, long limit, int bytesMax) throws IOException {
        var seen = extent;
        var walk = new BatchWalk(this, seen.size());
        var known = lastEnd;
        if (known.offset() != offset) known = seen.index().atOffset(offset, base);
        walk.moveTo(known.position());
        while (walk.here() && walk.nextOffset() <= offset) walk.step();
        if (walk.here() && walk.baseOffset() >= limit) { // compaction has left nothing in between
            release();
            return new EmptySlice(offset, limit);
        }
        int from = walk.position();
        long first = walk.here() ? walk.baseOffset() : offset;

        if (bytesMax >= seen.size() - from && limit >= seen.next())
            return sliceTo(from, first, new Place(seen.next(), seen.size()));

        var jump = seen.index().atPosition((int) Math.min(seen.size(), (long) from + bytesMax), limit);
        var end = new Place(walk.here() ? walk.nextOffset() : first, walk.here() ? walk.endPosition() : from);
        if (jump.position() > end.position()) end = jump;
        walk.moveTo(end.position());
        while (walk.here() && walk.baseOffset() < limit && walk.endPosition() - from <= bytesMax) {
            end = new Place(walk.nextOffset(), walk.endPosition());
            walk.step();
        }
        return sliceTo(from, first, end);
    }

    private Slice sliceTo(int from, long first, Place end) {
        lastEnd = end;
        return new SegmentSlice(this, from, end.position() - from, first, end.offset());
    }

    /// The base offset of the first batch with a record of this time or later, below `limit`.
    OptionalLong batchAt(long timestamp, long limit) throws IOException {
        var seen = extent;
        if (seen.maxTimestamp() < timestamp) return OptionalLong.empty();
        var walk = new BatchWalk(this, seen.size());
        walk.moveTo(seen.index().beforeTime(timestamp, base).position());
        for (; walk.here() && walk.baseOffset() < limit; walk.step())
            if (walk.maxTimestamp() >= timestamp) return OptionalLong.of(walk.baseOffset());
        return OptionalLong.empty();
    }
}
