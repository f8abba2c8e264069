package io.braid.log;

/// What a read found.
public sealed interface ReadOutcome {

    /// A run of whole batches. The first may begin before the offset asked for, as batches are never cut; it is
    /// empty at the end of what may be read. Whoever gets it closes it.
    record Found(Slice slice) implements ReadOutcome {}

    /// The offset is outside what the partition holds: below `start` (deleted) or above `end`.
    record OutOfRange(long start, long end) implements ReadOutcome {}
}
