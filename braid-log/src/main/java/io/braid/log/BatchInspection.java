package io.braid.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.util.Optional;

/// Walks batches of a segment with all their bytes, and tells which are damaged: their checksums, and what lies
/// outside of those, offset and leader epoch. Behind damage it goes on with the next faultless batch, which is looked
/// for
///
/// 1. where the damaged batch's own length says,
/// 2. at each byte that follows, as the length may be what is damaged,
/// 3. where the index knows that one begins.
///
/// One thread, which holds the segment.
final class BatchInspection implements AutoCloseable {
    sealed interface Step {
        /// A faultless batch; its memory is valid until the next step.
        record Whole(Batch batch, int position) implements Step {}

        record Damaged(Damage damage) implements Step {}
    }

    /// Large enough that reads are cheap, small enough for each of many readers to have one.
    private static final int WINDOW_BYTES = 256 << 10;

    /// What looks like a batch's beginning behind damage, and turns out to be none, is looked at so many times: bytes
    /// may be made to look like beginnings, each of which would be summed.
    private static final int GUESSES_MAX = 64;

    private static final long MAGIC = 16; // in a batch
    private static final byte VERSION = 2;

    private final DiskFile file;
    private final SparseIndex.View known;
    private final Segment.Place to;
    private final Epochs epochs;
    private final boolean mayHaveGaps;
    private final Arena arena = Arena.ofConfined();

    private MemorySegment window = arena.allocate(WINDOW_BYTES);
    private int windowFrom;
    private int windowSize;
    private Optional<IOException> unreadable = Optional.empty(); // why the window ends where it does
    private int position;
    private long expected; // the offset of the batch at `position`
    private Batch batch = new Batch(window); // the last that was looked at as a whole

    /// @param known  where else batches are known to begin
    /// @param from   where a batch begins
    /// @param to     where the last one ends; no batch reaches beyond
    /// @param epochs the leader epochs that batches should carry
    /// @param mayHaveGaps whether compaction may have left out records, so that offsets only grow
    BatchInspection(
            DiskFile file,
            SparseIndex.View known,
            Segment.Place from,
            Segment.Place to,
            Epochs epochs,
            boolean mayHaveGaps) {
        this.file = file;
        this.known = known;
        this.to = to;
        this.epochs = epochs;
        this.mayHaveGaps = mayHaveGaps;
        this.position = from.position();
        this.expected = from.offset();
    }

    /// Empty at the end.
    ///
    /// @throws IOException the file was closed, or could not be opened; a place that cannot be read is damage
    Optional<Step> next() throws IOException {
        if (position >= to.position()) return Optional.empty();
        int at = position;
        var end = known.after(at)
                .filter(place -> place.position() < to.position())
                .orElse(to);
        var fault = faultAt(at, end, expected, mayHaveGaps ? end.offset() - 1 : expected);
        if (fault.isEmpty()) {
            goTo(new Segment.Place(batch.nextOffset(), at + batch.byteSize()), end);
            return Optional.of(new Step.Whole(batch, at));
        }
        long first = expected;
        var next = faultlessBehind(at, end);
        goTo(next, end);
        return Optional.of(
                new Step.Damaged(new Damage(at, next.position(), first, Math.max(first, next.offset()), fault.get())));
    }

    private void goTo(Segment.Place next, Segment.Place end) {
        position = next.position();
        expected = position == end.position() && end != to ? end.offset() : next.offset();
    }

    /// What is wrong with the batch that should begin here, with an offset in `[lowest, highest]`.
    private Optional<String> faultAt(int at, Segment.Place end, long lowest, long highest) throws IOException {
        int left = end.position() - at;
        var header = load(at, Math.min(left, Batch.HEADER_BYTES));
        if (header.byteSize() < Batch.HEADER_BYTES) return Optional.of(missing(Batch.HEADER_BYTES, header));
        long size = new Batch(header).sizeByHeader();
        if (size < Batch.HEADER_BYTES || size > left)
            return Optional.of("says %d bytes, %d are left up to the next batch that is known".formatted(size, left));
        var bytes = load(at, (int) size);
        if (bytes.byteSize() < size) return Optional.of(missing(size, bytes));
        batch = new Batch(bytes);
        var fault = mayHaveGaps ? batch.faultAsHeld() : batch.fault();
        return fault.or(() -> outOfOrder(batch, lowest, highest));
    }

    private Optional<String> outOfOrder(Batch found, long lowest, long highest) {
        long base = found.baseOffset();
        if (base < lowest || base > highest)
            return Optional.of("begins with offset %d, should be %d".formatted(base, lowest));
        var epoch = epochs.at(base);
        if (epoch.isPresent() && epoch.getAsInt() != found.leaderEpoch())
            return Optional.of("leader epoch %d, should be %d".formatted(found.leaderEpoch(), epoch.getAsInt()));
        return Optional.empty();
    }

    private String missing(long size, MemorySegment found) {
        return unreadable
                .map(cause -> "cannot be read: " + cause.getMessage())
                .orElseGet(() -> "%d bytes expected, the file ends after %d".formatted(size, found.byteSize()));
    }

    private Segment.Place faultlessBehind(int damaged, Segment.Place end) throws IOException {
        long lowest = expected + 1; // a batch has at least one record
        long highest = end.offset() - 1;
        var header = load(damaged, Math.min(end.position() - damaged, Batch.HEADER_BYTES));
        if (header.byteSize() < Batch.HEADER_BYTES) return end;
        long byLength = damaged + new Batch(header).sizeByHeader();
        if (byLength == end.position()) return end;
        if (byLength > damaged
                && byLength < end.position()
                && faultAt((int) byLength, end, lowest, highest).isEmpty())
            return new Segment.Place(batch.baseOffset(), (int) byLength);
        int guesses = 0;
        for (int at = damaged + 1; at <= end.position() - Batch.HEADER_BYTES && guesses < GUESSES_MAX; at++) {
            header = load(at, Batch.HEADER_BYTES);
            if (header.byteSize() < Batch.HEADER_BYTES) return end;
            if (header.get(ValueLayout.JAVA_BYTE, MAGIC) != VERSION) continue;
            var guess = new Batch(header);
            long size = guess.sizeByHeader();
            if (size < Batch.HEADER_BYTES || size > end.position() - at) continue;
            if (guess.baseOffset() < lowest || guess.baseOffset() > highest) continue;
            guesses++;
            if (faultAt(at, end, lowest, highest).isEmpty()) return new Segment.Place(batch.baseOffset(), at);
        }
        return end;
    }

    /// The bytes from a position on; fewer if the file ends or cannot be read there. Valid until the next call.
    private MemorySegment load(int at, int count) throws IOException {
        if (at < windowFrom || at + count > windowFrom + windowSize) fill(at, count);
        int there = Math.clamp((long) windowFrom + windowSize - at, 0, count);
        return window.asSlice(at - windowFrom, there);
    }

    private void fill(int at, int count) throws IOException {
        int kept = at < windowFrom ? 0 : Math.max(0, windowFrom + windowSize - at);
        var target = window;
        if (count > window.byteSize()) target = arena.allocate(Math.max(count, 2 * window.byteSize()));
        if (kept > 0) MemorySegment.copy(window, at - windowFrom, target, 0, kept);
        window = target;
        windowFrom = at;
        windowSize = kept;
        unreadable = Optional.empty();
        var rest = window.asSlice(kept, Math.min(window.byteSize(), (long) to.position() - at) - kept)
                .asByteBuffer();
        try {
            file.readInBackground((long) at + kept, rest);
        } catch (ClosedChannelException | FileSystemException | TierException e) {
            throw e; // says nothing about the bytes
        } catch (IOException e) {
            unreadable = Optional.of(e);
        }
        windowSize = kept + rest.position();
    }

    @Override
    public void close() {
        arena.close();
    }
}
