package io.braid.log;

import java.util.Arrays;
import java.util.Optional;

/// Where in a segment batches begin: one entry for every [#EVERY] bytes or so. One thread notes; any thread looks
/// at the views it was given, which later notes do not change.
final class SparseIndex {
    /// Between finding the entry and the batch at most this many bytes of headers are walked; an entry costs 20
    /// bytes of memory, so 512 MiB of records cost 320 KiB.
    private static final int EVERY = 32 << 10;

    /// The first `count` entries of arrays whose entries never change once they are counted.
    record View(long[] offsets, int[] positions, long[] timestampsBefore, int count) {
        static final View EMPTY = new View(new long[0], new int[0], new long[0], 0);

        /// The last entry not after `offset`, or the beginning.
        Segment.Place atOffset(long offset, long base) {
            int found = Arrays.binarySearch(offsets, 0, count, offset);
            int at = found >= 0 ? found : -found - 2;
            return at < 0 ? beginning(base) : place(at);
        }

        /// The last entry that is neither behind `position` nor above the offset `limit`.
        Segment.Place atPosition(int position, long limit) {
            int found = Arrays.binarySearch(positions, 0, count, position);
            int at = found >= 0 ? found : -found - 2;
            while (at >= 0 && offsets[at] > limit) at = lastNotAbove(limit);
            return at < 0 ? beginning(0) : place(at);
        }

        /// The last entry before which no batch is as new as `timestamp`, or the beginning.
        Segment.Place beforeTime(long timestamp, long base) {
            int low = 0; // the entries below this have only older batches before them
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (timestampsBefore[middle] < timestamp) low = middle + 1;
                else high = middle;
            }
            return low == 0 ? beginning(base) : place(low - 1);
        }

        /// The position of the last entry not behind `position`, or of the beginning.
        int at(int position) {
            int found = Arrays.binarySearch(positions, 0, count, position);
            int at = found >= 0 ? found : -found - 2;
            return at < 0 ? SegmentHeader.BYTES : positions[at];
        }

        /// The first entry behind `position`; empty if there is none.
        Optional<Segment.Place> after(long position) {
            if (position >= Integer.MAX_VALUE) return Optional.empty();
            int found = Arrays.binarySearch(positions, 0, count, (int) position);
            int at = found >= 0 ? found + 1 : -found - 1;
            return at < count ? Optional.of(place(at)) : Optional.empty();
        }

        private int lastNotAbove(long limit) {
            int found = Arrays.binarySearch(offsets, 0, count, limit);
            return found >= 0 ? found : -found - 2;
        }

        private Segment.Place place(int at) {
            return new Segment.Place(offsets[at], positions[at]);
        }

        private static Segment.Place beginning(long base) {
            return new Segment.Place(base, SegmentHeader.BYTES);
        }
    }

    private static final int ENTRIES_AT_FIRST = 4;

    private long[] offsets = new long[ENTRIES_AT_FIRST];
    private int[] positions = new int[ENTRIES_AT_FIRST];
    private long[] timestampsBefore = new long[ENTRIES_AT_FIRST];
    private int count;
    private int lastPosition = SegmentHeader.BYTES;

    /// Notes that a batch begins here, and the largest timestamp of the batches before it.
    void note(long offset, int position, long timestampBefore) {
        if (position - lastPosition < EVERY) return;
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            positions = Arrays.copyOf(positions, count * 2);
            timestampsBefore = Arrays.copyOf(timestampsBefore, count * 2);
        }
        offsets[count] = offset;
        positions[count] = position;
        timestampsBefore[count] = timestampBefore;
        count++;
        lastPosition = position;
    }

    /// Begins with what another has noted.
    void adopt(View view) {
        count = view.count();
        offsets = Arrays.copyOf(view.offsets(), Math.max(ENTRIES_AT_FIRST, count));
        positions = Arrays.copyOf(view.positions(), offsets.length);
        timestampsBefore = Arrays.copyOf(view.timestampsBefore(), offsets.length);
        if (count > 0) lastPosition = positions[count - 1];
    }

    View view() {
        return new View(offsets, positions, timestampsBefore, count);
    }
}
