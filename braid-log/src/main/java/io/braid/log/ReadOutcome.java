package io.braid.log;

/// What a read found.
public sealed interface ReadOutcome {

    /// A run of whole batches. The first may begin before the offset asked for, as batches are never cut; it is
    /// empty at the end of what may be read. Whoever gets it closes it.
    record Found(Slice slice) implements ReadOutcome {}

    /// The offset is outside what the partition holds: below `start` (deleted) or above `end`.
    record OutOfRange(long start, long end) implements ReadOutcome {}

    /// The batch that holds the offset is damaged on the disk, and was not when it was written. Whoever goes on at
    /// `next` gets what lies behind.
    ///
    /// @param first  the offset of the first record that cannot be read
    /// @param next   the offset after the last one
    /// @param detail file, position, what was expected and what was found, for people
    record Damaged(long first, long next, String detail) implements ReadOutcome {
        /// The same as an exception, for those who cannot go on without these records.
        public CorruptBatchException failure() {
            return new CorruptBatchException(
                    "the records of offsets %d to %d are damaged on the disk: %s".formatted(first, next - 1, detail));
        }
    }
}
