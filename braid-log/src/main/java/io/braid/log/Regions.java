package io.braid.log;

import java.util.Arrays;

/// When each mebibyte of a segment was last known to be whole, because it was written or checked. Any thread.
///
/// A mark says that all bytes of the region were written or checked at that minute or later, so what is appended to a
/// marked region needs no mark of its own. Two threads that mark at once may lose one of their marks: that costs
/// another check, and nothing else.
final class Regions {
    /// A region costs 4 bytes of memory once it is marked: 4 MiB for a terabyte.
    private static final int BITS = 20;

    /// What was written or checked is believed for so long: it is in the page cache, and a reader that stays behind
    /// by less pays nothing. Longer would be cheap, too, but what has left the page cache should be read by the
    /// check, which asks the disk for little at a time, and not by `sendfile`, for which the kernel reads ahead.
    private static final int FRESH_MINUTES = 2;

    private static final int[] NONE = {};

    private volatile int[] minutes = NONE; // 0 for never; replaced when it must grow

    static int of(int position) {
        return position >>> BITS;
    }

    /// The first position of a region; the one after the last may lie beyond what an `int` holds.
    static long beginOf(int region) {
        return (long) region << BITS;
    }

    boolean isFresh(int region, int minute) {
        int[] known = minutes;
        if (region >= known.length || known[region] == 0) return false;
        int age = minute - known[region];
        return age >= 0 && age < FRESH_MINUTES; // a clock that was set back makes all cold
    }

    void mark(int region, int minute) {
        int[] known = minutes;
        if (region >= known.length) {
            known = Arrays.copyOf(known, Math.max(region + 1, Math.min(known.length * 2, of(Integer.MAX_VALUE) + 1)));
            minutes = known;
        }
        known[region] = minute;
    }
}
