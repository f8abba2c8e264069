package io.braid.log;

/// What recovery may meet, and what it does about it. Each has a test of its name in `RecoveryTest`; the reasons are
/// in `docs/decisions/0012-recovery.md`.
///
/// *Promised* is what was acknowledged: all below a partition's point in the checkpoint, and all in journal groups
/// that are followed by another. *Beyond* is what comes after: it may be there or not.
enum RecoveryCase {
    /// Nothing is there at all.
    EMPTY_DIRECTORY(Verdict.KEEP),
    /// The checkpoint is missing, other files are there.
    CHECKPOINT_MISSING(Verdict.REFUSE),
    /// The checkpoint says that the log was closed: the journal is not read.
    CLOSED_CLEANLY(Verdict.KEEP),
    /// The journal file that the checkpoint names is missing.
    JOURNAL_MISSING(Verdict.REFUSE),
    /// After the last faultless group nothing follows: the next one was never acknowledged.
    JOURNAL_ENDS(Verdict.KEEP),
    /// A group is missing or damaged, and a later one is faultless: it was acknowledged.
    JOURNAL_DAMAGED(Verdict.REFUSE),
    /// A run of the journal is written to its segment again.
    RUN_REDONE(Verdict.KEEP),
    /// A run of the journal stands behind the end of its segment: bytes before it, which were promised, are gone.
    RUN_BEHIND_END(Verdict.REFUSE),
    /// Segments are in the tier and not here, as the partition's manifest says: they are read from there.
    SEGMENT_TIERED(Verdict.KEEP),
    /// A segment is in the tier and here again, below others that are only there: its file goes again.
    SEGMENT_RETURNED(Verdict.CUT),
    /// Segments are in the tier, and the log was told of none.
    TIER_MISSING(Verdict.REFUSE),
    /// A segment with promised records is missing or shorter than the checkpoint says, and is not in the tier.
    SEGMENT_SHORT(Verdict.REFUSE),
    /// The header of a segment with promised records is damaged.
    SEGMENT_HEADER_DAMAGED(Verdict.REFUSE),
    /// A segment without promised records has no faultless header, or begins elsewhere than the last one ends.
    SEGMENT_UNBORN(Verdict.CUT),
    /// Promised segments leave offsets out.
    SEGMENT_GAP(Verdict.REFUSE),
    /// A faultless batch beyond the checkpoint's point, with the offset that comes next.
    BATCH_BEYOND(Verdict.KEEP),
    /// A damaged batch, or one out of order, and nothing promised from it on.
    TAIL_TORN(Verdict.CUT),
    /// A damaged batch, or one out of order, and promised records from it on.
    PROMISE_BROKEN(Verdict.REFUSE),
    /// An index file is absent, damaged, speaks of more than is promised, or has no segment: its segment, if there is
    /// one here, is walked. Those of segments in the tier are looked at when they are needed.
    INDEX_UNUSABLE(Verdict.KEEP),
    /// A compacted segment stands for this one, which was not deleted yet, or is there again.
    SEGMENT_SUPERSEDED(Verdict.CUT),
    /// Records below the start were deleted, but their segment is there again.
    SEGMENT_DELETED(Verdict.CUT),
    /// A partition that the journal says was deleted has files left.
    PARTITION_DELETED(Verdict.CUT),
    /// All records were deleted, and their segment with them; or those of a partition without journal were lost, even
    /// deleted ones. It goes on empty at its start, as offsets are never reused.
    START_ABOVE_END(Verdict.KEEP);

    enum Verdict {
        /// Go on with what is there.
        KEEP,
        /// Remove it: nobody was told that it is there.
        CUT,
        /// Somebody was told that it is there: people must decide, and the log stays closed until they did.
        REFUSE
    }

    final Verdict verdict;

    RecoveryCase(Verdict verdict) {
        this.verdict = verdict;
    }

    DamagedFileException refusal(String where, String what) {
        return refusal(where, what, "acknowledged records would be lost; restore the data directory from a copy");
    }

    DamagedFileException refusal(String where, String what, String advice) {
        Invariant.hold(verdict == Verdict.REFUSE, "%s is no reason to refuse", this);
        return new DamagedFileException("%s: %s (%s): %s"
                .formatted(
                        where, what, name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'), advice));
    }
}
