package io.braid.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Looks at every byte of a data directory that a server would rely on: checkpoint, journals, segments, index files.
/// Nothing is changed, and no server may start meanwhile.
///
///     recovery itself, on an OverlayDisk     what it would repair, or why it would refuse to open
///     then every batch that would be there   what readers would be refused
///
/// As it runs the code that servers run, there is no second opinion about what is right. One thread.
public final class Verification {
    /// What becomes of what was found.
    public enum Kind {
        /// Records that somebody was promised cannot be read, or the server refuses to start to save them.
        LOST,
        /// The next start repairs it: nobody was promised what is cut, and the rest is there twice.
        REPAIRED,
        /// Nobody will ever look at it.
        HARMLESS
    }

    /// @param where file and position
    /// @param what  what was expected and found, and what follows from it
    public record Finding(Kind kind, Optional<PartitionId> partition, String where, String what) {}

    /// What there is, and what was found.
    ///
    /// @param tiered    segments that are in the tier, which is not looked at
    /// @param wasClosed whether the last server ended in order
    public record Summary(
            int partitions, int segments, int tiered, long byteSize, boolean wasClosed, long lost, long repaired) {}

    /// Is told while it runs.
    public interface Listener {
        void found(Finding finding);

        /// So many bytes of so many have been read.
        void progress(long done, long all);
    }

    private static final long PROGRESS_BYTES = 1 << 20;
    private static final String REFUSES = "the server refuses to start: ";

    private final Disk disk;
    private final OverlayDisk overlay;
    private final Listener listener;
    private final Set<PartitionId> refused = new LinkedHashSet<>();
    private boolean isAllRefused; // so that nothing is known of any partition
    private boolean wasClosed;
    private int segments;
    private int tiered;
    private long lost;
    private long repaired;
    private long all;
    private long done;
    private long told;

    private Verification(Disk disk, OverlayDisk overlay, Listener listener) {
        this.disk = disk;
        this.overlay = overlay;
        this.listener = listener;
    }

    /// @throws IOException a server is using the directory (the message names the process), it is none of Braid's, it
    ///     is of a format that this version does not read, or the disk failed
    public static Summary of(Path directory, Listener listener) throws IOException {
        return of(LogFiles.diskOf(directory), listener);
    }

    static Summary of(Disk disk, Listener listener) throws IOException {
        try (var _ = disk.share("lock");
                var overlay = new OverlayDisk(disk)) {
            return new Verification(disk, overlay, listener).run();
        }
    }

    private Summary run() throws IOException {
        var recovered = recover();
        var others = others(recovered);
        for (var partition : recovered)
            for (var segment : partition.tail().segments())
                if (segment.isTiered()) tiered++;
                else all += segment.size() - SegmentHeader.BYTES;
        for (var id : others) all += sizeOf(id);
        listener.progress(0, all);
        for (var partition : recovered) {
            for (var segment : partition.tail().segments())
                if (segment.isOnDisk() && !segment.isTiered()) verify(partition, segment);
            partition.tail().release();
        }
        for (var id : others) verify(id);
        listener.progress(all, all);
        return new Summary(recovered.size() + others.size(), segments, tiered, all, wasClosed, lost, repaired);
    }

    // What recovery would do.

    private List<Recovery.Partition> recover() throws IOException {
        try {
            var recovered =
                    new Recovery(overlay, new LogConfig(Path.of("")), TierReader.unread(), 0, this::refuse).run();
            for (var finding : recovered.findings()) tell(finding);
            for (var change : overlay.changes())
                found(
                        Kind.REPAIRED,
                        Optional.empty(),
                        "%s at %d".formatted(disk.describe(change.name()), change.position()),
                        "not what the journal says: the next start writes it again");
            return recovered.partitions();
        } catch (DamagedFileException | ForeignFileException e) {
            isAllRefused = true;
            found(Kind.LOST, Optional.empty(), disk.describe(""), REFUSES + e.getMessage());
            return List.of();
        }
    }

    private void refuse(PartitionId id, IOException refusal) throws IOException {
        switch (refusal) {
            case DamagedFileException _, ForeignFileException _, CorruptBatchException _ -> {
                refused.add(id);
                found(
                        Kind.LOST,
                        Optional.of(id),
                        disk.describe(Segment.directoryOf(id)),
                        REFUSES + refusal.getMessage());
            }
            default -> throw refusal;
        }
    }

    private void tell(Recovery.Finding finding) throws IOException {
        switch (finding.what()) {
            case CLOSED_CLEANLY -> wasClosed = true;
            case TAIL_TORN, SEGMENT_UNBORN ->
                repaired(finding, "no whole batch, and nobody was promised one: it is cut");
            case SEGMENT_DELETED, SEGMENT_RETURNED, PARTITION_DELETED ->
                repaired(finding, "was deleted, and is there again: it goes");
            case SEGMENT_SUPERSEDED -> repaired(finding, "what compaction has left of it is in another file: it goes");
            case START_ABOVE_END -> repaired(finding, "without a journal all records were lost: it goes on empty");
            case INDEX_UNUSABLE -> {
                var index = finding.where().replace(".log", ".index");
                if (disk.exists(index))
                    found(
                            Kind.REPAIRED,
                            Optional.empty(),
                            disk.describe(index),
                            "cannot be used: the next start walks the segment instead");
            }
            case EMPTY_DIRECTORY,
                    JOURNAL_ENDS,
                    RUN_REDONE,
                    BATCH_BEYOND,
                    SEGMENT_TIERED -> {} // as it ends when a process is killed
            case CHECKPOINT_MISSING,
                    JOURNAL_MISSING,
                    JOURNAL_DAMAGED,
                    TIER_MISSING,
                    RUN_BEHIND_END,
                    SEGMENT_SHORT,
                    SEGMENT_HEADER_DAMAGED,
                    SEGMENT_GAP,
                    PROMISE_BROKEN -> throw new IllegalStateException(finding + " is a refusal");
        }
    }

    private void repaired(Recovery.Finding finding, String what) {
        found(Kind.REPAIRED, Optional.empty(), disk.describe(finding.where()), what + " at the next start");
    }

    /// Those that recovery did not get through to, and those it knows nothing of.
    private Set<PartitionId> others(List<Recovery.Partition> recovered) throws IOException {
        var known = new HashSet<PartitionId>();
        for (var partition : recovered) known.add(partition.id());
        known.addAll(refused);
        var others = new LinkedHashSet<>(refused);
        for (var name : overlay.list("partitions")) {
            var id = PartitionId.parse(name);
            if (id.isPresent() && isAllRefused) others.add(id.get());
            else if (id.filter(known::contains).isEmpty())
                found(
                        Kind.HARMLESS,
                        Optional.empty(),
                        disk.describe("partitions/" + name),
                        "no partition that the checkpoint or the journal knows");
        }
        return others;
    }

    private long sizeOf(PartitionId id) throws IOException {
        long size = 0;
        for (var one : SegmentFiles.of(disk, id).counting())
            try (var file = disk.open(one.name())) {
                size += Math.max(0, file.size() - SegmentHeader.BYTES);
            }
        return size;
    }

    // What is there.

    private void verify(Recovery.Partition partition, Segment segment) throws IOException {
        var extent = segment.extent();
        var id = partition.id();
        var said = IndexFile.read(overlay, segment, extent.size());
        var index = said.map(found -> new IndexCheck(overlay, segment, found));
        boolean isWhole = true;
        var from = new Segment.Place(segment.base(), SegmentHeader.BYTES);
        var to = new Segment.Place(extent.next(), extent.size());
        var nothing = new SparseIndex().view(); // which may be what is wrong
        var offsets = new OffsetSum();
        segments++;
        boolean mayHaveGaps = !segment.cleaning().isNever();
        try (var inspection = new BatchInspection(
                segment.file(), nothing, from, to, partition.tail().epochs(), mayHaveGaps)) {
            for (var step = inspection.next(); step.isPresent(); step = inspection.next()) {
                switch (step.get()) {
                    case BatchInspection.Step.Whole(var batch, int position) -> {
                        if (index.isPresent() && isWhole) index.get().meet(batch, position);
                        offsets.add(batch);
                        read(batch.byteSize());
                    }
                    case BatchInspection.Step.Damaged(var damage) -> {
                        isWhole = false;
                        damaged(id, partition.start(), segment.placeOf(damage), damage);
                        read(damage.end() - damage.position());
                    }
                }
            }
        }
        if (mayHaveGaps && isWhole && !offsets.agreesWith(segment))
            found(
                    Kind.LOST,
                    Optional.of(id),
                    disk.describe(segment.name()),
                    OffsetSum.DISAGREES + ": readers get some record at a wrong offset");
        if (index.isPresent() && isWhole) index.get().fault().ifPresent(fault -> wrong(id, segment, fault));
    }

    private void damaged(PartitionId id, long start, String where, Damage damage) {
        if (damage.next() <= start)
            found(Kind.HARMLESS, Optional.of(id), where, damage.detail() + ": its records were deleted");
        else found(Kind.LOST, Optional.of(id), where, lost(damage.first(), damage.next(), damage.detail()));
    }

    private static String lost(long first, long next, String detail) {
        return "%s: readers of offsets %d to %d are refused, all others are served".formatted(detail, first, next - 1);
    }

    private void wrong(PartitionId id, Segment segment, String fault) {
        found(
                Kind.LOST,
                Optional.of(id),
                disk.describe(IndexFile.nameOf(segment)),
                fault + ": readers may be led to wrong places; delete the file, the next start does without");
    }

    /// A partition that recovery refuses: all there is.
    private void verify(PartitionId id) throws IOException {
        segments += SegmentFiles.of(disk, id).counting().size();
        try (var batches = new StoredBatches(disk, id, 0, StoredBatches.Known.NOTHING)) {
            for (var found = batches.next(); found.isPresent(); found = batches.next()) {
                var where = "%s at %d".formatted(found.get().file(), found.get().position());
                switch (found.get()) {
                    case StoredBatches.Found.Whole whole -> read(whole.batch().byteSize());
                    case StoredBatches.Found.Damaged(long first, long next, var _, int _, var detail) ->
                        found(Kind.LOST, Optional.of(id), where, first == next ? detail : lost(first, next, detail));
                    case StoredBatches.Found.Ends(var _, int _, var detail) ->
                        found(Kind.HARMLESS, Optional.of(id), where, detail + ": there its last segment ends");
                }
            }
        }
    }

    private void found(Kind kind, Optional<PartitionId> partition, String where, String what) {
        switch (kind) {
            case LOST -> lost++;
            case REPAIRED -> repaired++;
            case HARMLESS -> {}
        }
        listener.found(new Finding(kind, partition, where, what));
    }

    private void read(int bytes) {
        done += bytes;
        if (done - told < PROGRESS_BYTES) return;
        told = done;
        listener.progress(Math.min(done, all), all);
    }
}
