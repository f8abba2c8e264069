package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/// The batches of one partition as its segments hold them, one at a time, with what is damaged between them. See
/// [LogFiles]. One thread.
public final class StoredBatches implements AutoCloseable {
    /// What stands at a position of a segment.
    public sealed interface Found {
        String file();

        int position();

        /// A faultless batch; its memory is valid until the next is asked for.
        record Whole(Batch batch, String file, int position) implements Found {}

        /// Records of offsets `[first, next)` cannot be read; none if it is the segment's header that is damaged.
        record Damaged(long first, long next, String file, int position, String detail) implements Found {}

        /// The last segment goes on with what is no whole batch: the beginning of one that was never finished or is
        /// being written now, or a damaged one. Nothing follows.
        record Ends(String file, int position, String detail) implements Found {}
    }

    /// What is known of a partition besides its files.
    ///
    /// @param end empty if only the files tell
    record Known(long start, Optional<Long> end, Epochs epochs) {
        static final Known NOTHING = new Known(0, Optional.empty(), new Epochs(List.of()));
    }

    private final Disk disk;
    private final PartitionId id;
    private long from; // what ends below was found already, or is not asked for
    private final Known known;
    private final Queue<SegmentFiles.One> left = new ArrayDeque<>(); // the segments that are not opened yet
    private final Queue<Found> waiting = new ArrayDeque<>(); // at most one
    private Optional<OpenSegment> open = Optional.empty();

    /// @param end where the file ended when it was opened
    private record OpenSegment(String file, DiskFile bytes, Segment.Place end, BatchInspection inspection) {
        void close() throws IOException {
            inspection.close();
            bytes.close();
        }
    }

    StoredBatches(Disk disk, PartitionId id, long from, Known known) throws IOException {
        this.disk = disk;
        this.id = id;
        this.from = Math.max(from, known.start());
        this.known = known;
        list();
    }

    private void list() throws IOException {
        left.clear();
        var all = SegmentFiles.of(disk, id).counting();
        for (int i = 0; i < all.size(); i++)
            if (i == all.size() - 1 || all.get(i + 1).base() > from) left.add(all.get(i));
    }

    /// Empty at the end.
    ///
    /// @throws IOException the disk failed, or a segment is of a format that this version does not read
    public Optional<Found> next() throws IOException {
        while (true) {
            if (!waiting.isEmpty()) return Optional.of(waiting.remove());
            if (open.isEmpty() && left.isEmpty()) return Optional.empty();
            if (open.isEmpty()) {
                openNext();
                continue;
            }
            var segment = open.get();
            var step = segment.inspection().next();
            if (step.isEmpty()) closeSegment();
            else {
                var found = found(step.get(), segment);
                if (found.isEmpty()) continue;
                if (found.get() instanceof Found.Whole whole)
                    from = whole.batch().nextOffset();
                if (found.get() instanceof Found.Damaged damaged) from = Math.max(from, damaged.next());
                return found;
            }
        }
    }

    private Optional<Found> found(BatchInspection.Step step, OpenSegment segment) {
        return switch (step) {
            case BatchInspection.Step.Whole(var batch, int position) ->
                batch.nextOffset() <= from
                        ? Optional.empty()
                        : Optional.of(new Found.Whole(batch, segment.file(), position));
            case BatchInspection.Step.Damaged(var damage) -> {
                boolean isEnd = damage.end() == segment.end().position() && damage.next() == Long.MAX_VALUE;
                if (isEnd) yield Optional.of(new Found.Ends(segment.file(), damage.position(), damage.detail()));
                if (damage.next() <= from) yield Optional.empty();
                yield Optional.of(new Found.Damaged(
                        damage.first(), damage.next(), segment.file(), damage.position(), damage.detail()));
            }
        };
    }

    private void openNext() throws IOException {
        var one = left.remove();
        long base = one.base();
        var name = disk.describe(one.name());
        DiskFile file;
        try {
            file = disk.open(one.name());
        } catch (NoSuchFileException _) {
            list(); // deleted since, as a running server may do: what it has made of it is there now
            return;
        }
        try {
            int size = Math.toIntExact(file.size());
            boolean isLast = left.isEmpty();
            long next =
                    isLast ? known.end().orElse(Long.MAX_VALUE) : left.element().base();
            if (size < SegmentHeader.BYTES && isLast) {
                waiting.add(new Found.Ends(
                        name,
                        0,
                        "a header of %d bytes expected, the file has %d".formatted(SegmentHeader.BYTES, size)));
                file.close();
                return;
            }
            checkHeader(file, name, base);
            var segment = new Segment(disk, id, base, new Cleaning(one.generation(), next, next));
            var index = IndexFile.read(disk, segment, size).map(Segment.Extent::index);
            var view = index.orElseGet(() -> new SparseIndex().view());
            var end = new Segment.Place(next, size);
            var inspection =
                    new BatchInspection(file, view, view.atOffset(from, base), end, known.epochs(), one.mayHaveGaps());
            open = Optional.of(new OpenSegment(name, file, end, inspection));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void checkHeader(DiskFile file, String name, long base) throws IOException {
        var header = ByteBuffer.allocate(SegmentHeader.BYTES);
        file.read(0, header);
        if (SegmentHeader.isWhole(header)) SegmentHeader.check(header, name, id, base);
        else waiting.add(new Found.Damaged(base, base, name, 0, "the segment's header is damaged"));
    }

    private void closeSegment() throws IOException {
        if (open.isPresent()) open.get().close();
        open = Optional.empty();
    }

    @Override
    public void close() throws IOException {
        closeSegment();
        left.clear();
        waiting.clear();
    }
}
