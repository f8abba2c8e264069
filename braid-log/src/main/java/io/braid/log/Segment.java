package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

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
            AbortedIndex.View aborted) {
        /// The same for those who must not see a damaged batch and what lies behind.
        Extent before(Damage damage) {
            return new Extent(damage.position(), damage.first(), maxTimestamp, maxTimestampAt, index, aborted);
        }
    }

    /// Of one slice from the tier, which is held in memory until it has gone to its client.
    private static final int TIERED_SLICE_BYTES_MAX = 1 << 20;

    /// Where a batch begins.
    record Place(long offset, int position) {}

    /// A batch's base offset, and the time of its newest record.
    record Newest(long offset, long timestamp) {}

    private static final int OFFSET_DIGITS = 20; // so that names sort as offsets do
    private static final Pattern NAME = Pattern.compile("\\d{" + OFFSET_DIGITS + "}(-\\d+)?\\.log");
    private static final String ZEROS = "0".repeat(OFFSET_DIGITS);

    /// With a thousand partitions, whose segments grow slowly, index files would otherwise be most of what a checkpoint
    /// does. To walk this much takes half a millisecond or so.
    private static final int INDEXED_EVERY = 1 << 20;

    private static final int NOTHING_WRITTEN = -1;

    private final PartitionId partition;
    private final long base;
    private final Cleaning cleaning;
    private final Disk disk;
    private final String name;
    private final AtomicInteger holders = new AtomicInteger(1); // the partition is the first
    private final ReentrantLock naming = new ReentrantLock(); // guards the names of files, and these:
    private final Regions regions = new Regions();
    private boolean deleted;
    private int indexedSize; // what the index file covers
    private volatile boolean sealed;
    private volatile DiskFile file; // written once, by the writer thread or recovery, before the first extent

    private final SparseIndex index = new SparseIndex(); // writer thread only
    private final AbortedIndex aborted = new AbortedIndex(); // writer thread only
    private int size = SegmentHeader.BYTES; // writer thread only
    private long next; // writer thread only
    private long maxTimestamp = -1; // writer thread only
    private long maxTimestampAt = -1; // writer thread only
    private int takenBack = NOTHING_WRITTEN; // writer thread only: up to here it was offered for writing back
    private boolean dirty; // writer thread only: written since the last checkpoint looked

    private volatile Extent extent;
    private int abortedCount; // of one in the tier: written once, before anybody else sees it
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
        var digits = Long.toString(base); // by hand, as ten thousand partitions make many names at start
        var which = generation == 0 ? "" : "-" + generation;
        return directoryOf(partition) + "/" + ZEROS.substring(digits.length()) + digits + which + ".log";
    }

    /// Whether a file of this name, without its directory, is a segment.
    static boolean isNameOfOne(String name) {
        return NAME.matcher(name).matches();
    }

    /// The base offset in the name of a segment or its index file, without its directory.
    static long baseIn(String name) {
        return Long.parseLong(name.substring(0, OFFSET_DIGITS));
    }

    /// The same of the [generation][Cleaning], 0 if it was never compacted.
    static int generationIn(String name) {
        return name.charAt(OFFSET_DIGITS) == '-'
                ? Integer.parseInt(name.substring(OFFSET_DIGITS + 1, name.indexOf('.')))
                : 0;
    }

    /// A sealed segment that is in the tier. It is on the disk there, and all of it may be read.
    static Segment tiered(Disk disk, PartitionId partition, TierEntry entry, TieredFile file) {
        var segment = new Segment(disk, partition, entry.base());
        segment.adopt(file);
        segment.adopt(entry.extent());
        segment.extent = entry.extent();
        segment.abortedCount = entry.aborted();
        return segment;
    }

    /// Whether its records are in the tier, and only there.
    boolean isTiered() {
        return file instanceof TieredFile;
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

    /// Which of its bytes have been looked at lately.
    Regions regions() {
        return regions;
    }

    /// File and position, for messages.
    String placeOf(Damage damage) {
        var place = isTiered() ? file.name() : disk.describe(name);
        return "%s at %d".formatted(place, damage.position());
    }

    // Writing. Writer thread only.

    int size() {
        return size;
    }

    long next() {
        return next;
    }

    long maxTimestamp() {
        return maxTimestamp;
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
        if (takenBack == NOTHING_WRITTEN) takenBack = position & -WriteBack.PAGE_BYTES_MAX; // not what was there before
        file.write(position, bytes);
    }

    /// Offers what was written, so that not all of it waits for the next sync.
    void offer(WriteBack writeBack) {
        takenBack = writeBack.offer(this, takenBack);
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

    /// Recovery: notes the batches behind what it knows already, by their headers.
    void noteAll(int end) throws IOException {
        var walk = new BatchWalk(this, end);
        for (walk.moveTo(size); walk.here(); walk.step())
            if (walk.header().isControl()) note(walk.load());
            else note(walk.header(), walk.byteSize());
    }

    private void createFile() throws IOException {
        disk.createDirectory(directoryOf(partition));
        var created = disk.create(name);
        try {
            created.write(0, SegmentHeader.of(partition, base));
        } catch (IOException e) {
            created.close();
            if (e instanceof DiskFullException) disk.delete(name); // the next attempt finds nothing in its way
            throw e;
        }
        file = created;
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

    /// Nothing more will be written to it. Writer thread only.
    void seal() {
        sealed = true;
    }

    /// Writes the index file, unless the segment was deleted meanwhile. That of a segment that still grows is written
    /// now and then only: what it lacks is walked when the log is opened. Any thread.
    ///
    /// @param isLast whether the log is about to be closed, or the segment to go to the tier
    void writeIndex(Extent known, boolean isLast) throws IOException {
        naming.lock();
        try {
            if (deleted || !sealed && !isLast && known.size() - indexedSize < INDEXED_EVERY) return;
            IndexFile.write(disk, this, known);
            indexedSize = known.size();
        } finally {
            naming.unlock();
        }
    }

    /// The run of whole batches from the one that holds `offset` on, below `limit`, of at most `bytesMax` bytes, but
    /// at least one batch, if there is one; it ends before the first damaged one. The caller holds the segment, and
    /// gives that hold to the slice, if there is one.
    ///
    /// What is in the tier is read at once, and so no more than [#TIERED_SLICE_BYTES_MAX], or one batch.
    ReadOutcome read(long offset, long limit, int bytesMax, ColdReads cold, Epochs epochs) throws IOException {
        var seen = indexed();
        int most = isTiered() ? Math.min(bytesMax, TIERED_SLICE_BYTES_MAX) : bytesMax;
        var known = lastEnd;
        if (known.offset() != offset) known = seen.index().atOffset(offset, base);
        for (var damage : cold.damages(this, seen, known, most, epochs)) {
            if (damage.first() > offset) {
                seen = seen.before(damage);
                break;
            }
            if (damage.next() > offset)
                return new ReadOutcome.Damaged(
                        damage.first(), damage.next(), "%s: %s".formatted(placeOf(damage), damage.detail()));
            if (damage.end() > known.position()) known = new Place(damage.next(), damage.end());
        }
        var run = slice(seen, known, offset, Math.min(limit, seen.next()), most);
        boolean isRemote = file instanceof TieredFile && run instanceof SegmentSlice;
        return new ReadOutcome.Found(isRemote ? load((SegmentSlice) run, (TieredFile) file) : run);
    }

    /// `known`: where a batch begins that does not lie behind the offset.
    private Slice slice(Extent seen, Place known, long offset, long limit, int bytesMax) throws IOException {
        var walk = new BatchWalk(this, seen.size());
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

    private SegmentSlice sliceTo(int from, long first, Place end) {
        lastEnd = end;
        return new SegmentSlice(this, from, end.position() - from, first, end.offset());
    }

    private Slice load(SegmentSlice run, TieredFile remote) throws IOException {
        var lease = remote.lease(run.byteSize());
        boolean isWhole = false;
        try {
            var bytes = ByteBuffer.allocate(run.byteSize());
            remote.read(run.from(), bytes);
            remote.readAhead(run.from(), run.from() + run.byteSize());
            isWhole = true;
            return new MemorySlice(this, bytes.flip(), run.firstOffset(), run.nextOffset(), lease);
        } finally {
            if (!isWhole) lease.close();
        }
    }

    /// These bytes were damaged: who asks for them again gets them from where they are.
    void forget(int from, int to) {
        if (file instanceof TieredFile remote) remote.forget(from, to);
    }

    /// What readers may see, with where batches begin.
    private Extent indexed() throws IOException {
        return file instanceof TieredFile remote ? remote.indexed(disk, this) : extent;
    }

    /// Transactions whose abort is in it.
    AbortedIndex.View aborted() throws IOException {
        return isTiered() && abortedCount == 0
                ? AbortedIndex.View.EMPTY
                : indexed().aborted();
    }

    /// The first batch with offsets from `from` on that has a record of this time or later, below `limit`. A damaged
    /// batch may have one: nobody is led past it without being told.
    Optional<Newest> batchAt(long timestamp, long from, long limit, ColdReads cold, Epochs epochs) throws IOException {
        if (extent.maxTimestamp() < timestamp) return Optional.empty();
        var seen = indexed();
        var byTime = seen.index().beforeTime(timestamp, base);
        var byOffset = seen.index().atOffset(from, base);
        var known = byTime.position() > byOffset.position() ? byTime : byOffset;
        var damage = cold.damages(this, seen, known, 1, epochs).stream()
                .filter(found -> found.end() > known.position() && found.next() > from)
                .findFirst();
        var walk = new BatchWalk(this, damage.map(Damage::position).orElse(seen.size()));
        walk.moveTo(known.position());
        for (; walk.here() && walk.baseOffset() < limit; walk.step())
            if (walk.nextOffset() > from && walk.maxTimestamp() >= timestamp)
                return Optional.of(new Newest(walk.baseOffset(), walk.maxTimestamp()));
        return damage.filter(found -> found.first() < limit).map(found -> new Newest(found.first(), timestamp));
    }

    /// The first batch with the largest timestamp of those that begin from `from` on, below `limit`; `known` if none
    /// is newer.
    Optional<Newest> newer(Optional<Newest> known, long from, long limit) throws IOException {
        var seen = indexed();
        var newest = known;
        var walk = new BatchWalk(this, seen.size());
        walk.moveTo(seen.index().atOffset(from, base).position());
        for (; walk.here() && walk.baseOffset() < limit; walk.step())
            if (walk.baseOffset() >= from
                    && walk.maxTimestamp() > newest.map(Newest::timestamp).orElse(-1L))
                newest = Optional.of(new Newest(walk.baseOffset(), walk.maxTimestamp()));
        return newest;
    }
}
