package io.braid.log;

/// One segment of a partition as its manifest knows it: enough to read it without asking the tier what it has.
///
///     UPLOADING ──► UPLOADED ──► DELETING ──► no entry
///         └──────────────────────────┘
///
/// @param base           the offset of its first record
/// @param next           the offset after its last record
/// @param size           bytes, with the segment's header
/// @param maxTimestamp   the largest, -1 for none
/// @param maxTimestampAt the base offset of the first batch that has it
/// @param aborted        transactions whose abort is in it
/// @param nonce          tells objects for the same offsets apart
record TierEntry(
        long base, long next, int size, long maxTimestamp, long maxTimestampAt, int aborted, long nonce, State state) {
    enum State {
        /// Its object may be there, or not, or come while somebody looks.
        UPLOADING,
        /// Its object is there: the local file may go.
        UPLOADED,
        /// Its object may be there, and nobody needs it.
        DELETING
    }

    static TierEntry of(Segment segment, long nonce) {
        var extent = segment.extent();
        return new TierEntry(
                segment.base(),
                extent.next(),
                extent.size(),
                extent.maxTimestamp(),
                extent.maxTimestampAt(),
                extent.aborted().count(),
                nonce,
                State.UPLOADING);
    }

    TierEntry with(State changed) {
        return new TierEntry(base, next, size, maxTimestamp, maxTimestampAt, aborted, nonce, changed);
    }

    boolean isUploaded() {
        return state == State.UPLOADED;
    }

    /// Whether a segment is what this entry was made for. What compaction has made of it since is another.
    boolean isOf(Segment segment) {
        return segment.cleaning().isNever() && equals(of(segment, nonce).with(state));
    }

    /// All but the index, which is read when it is needed.
    Segment.Extent extent() {
        return new Segment.Extent(
                size, next, maxTimestamp, maxTimestampAt, SparseIndex.View.EMPTY, AbortedIndex.View.EMPTY);
    }
}
