package io.braid.log;

import java.util.Arrays;
import java.util.List;

/// The aborted transactions whose end markers lie in one segment, in the order of the markers. One thread notes; any
/// thread looks at the views it was given, which later notes do not change.
final class AbortedIndex {
    private static final AbortedTransaction[] NONE = {};

    private AbortedTransaction[] entries = NONE;
    private int count;

    /// The first `count` entries of an array whose entries never change once they are counted.
    record View(AbortedTransaction[] entries, int count) {
        static final View EMPTY = new View(NONE, 0);

        /// Adds those that have records in offsets `[from, to)`; false if no later marker can end such a one.
        boolean collect(long from, long to, List<AbortedTransaction> found) {
            for (int i = 0; i < count; i++) {
                var each = entries[i];
                if (each.lastOffset() >= from && each.firstOffset() < to) found.add(each);
                if (each.stable() >= to) return false;
            }
            return true;
        }
    }

    /// Notes the end of a transaction, if it is one that was aborted and had records.
    void note(Batch marker) throws CorruptBatchException {
        var end = EndMarker.of(marker);
        if (end.isCommit() || end.firstOffset() == EndMarker.NO_RECORDS) return;
        if (count == entries.length) entries = Arrays.copyOf(entries, Math.max(4, count * 2));
        entries[count++] =
                new AbortedTransaction(marker.producerId(), end.firstOffset(), marker.baseOffset(), end.stable());
    }

    /// Begins with what another has noted.
    void adopt(View view) {
        entries = Arrays.copyOf(view.entries(), view.count());
        count = view.count();
    }

    View view() {
        return new View(entries, count);
    }
}
