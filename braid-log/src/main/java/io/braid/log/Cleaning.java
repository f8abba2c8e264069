package io.braid.log;

/// What compaction has done to a segment; its header says so.
///
/// @param generation how many times in a row: the segment is newer than those of the same offsets that have less
/// @param next       the offset after those that the segment stands for, of which some or all are gone
/// @param below      of its records below this offset only those are left that had no newer one of their key below it
record Cleaning(int generation, long next, long below) {
    /// As its records came.
    static final Cleaning NEVER = new Cleaning(0, 0, 0);

    boolean isNever() {
        return generation == 0;
    }
}
