package io.braid.log;

import java.io.IOException;

/// What became of one append.
///
/// Callers switch over the cases without a `default`, so a new case is a compile error at both protocol edges
/// instead of a surprise in production. Each case answers two questions and no others: are the records in the
/// log, and what should the client do next?
public sealed interface AppendOutcome {

    /// The records are in the log, as durable as the partition promises, and readable.
    record Appended(long firstOffset, long lastOffset) implements AppendOutcome {}

    /// A retry of records that were already in the log; the offsets are those of the first attempt.
    record Duplicate(long firstOffset, long lastOffset) implements AppendOutcome {}

    /// Nothing was written. Programs act on `reason`; `detail` is for people and may be reworded.
    record Refused(Reason reason, String detail) implements AppendOutcome {}

    /// The storage failed part-way, so nobody can say yet. The partition stays closed until the log is opened
    /// again.
    record Unknown(IOException cause) implements AppendOutcome {}

    /// Named by what the client has to do differently; a reason nobody would act on is only a `detail`.
    enum Reason {
        /// Too much is waiting: retry later.
        OVERLOADED,
        /// The disk is (nearly) full: retry later, somebody has to make room.
        DISK_FULL,
        /// The partition is closed or deleted here, or takes no more records: ask who owns it now.
        NOT_OWNER,
        /// The bytes are not a batch, or their checksum is wrong: the same bytes will be refused every time.
        CORRUPT,
        /// Larger than the partition takes: send less at once.
        TOO_LARGE,
        /// A sequence number is missing before this one: the producer lost a batch.
        OUT_OF_SEQUENCE,
        /// A newer incarnation of the same producer exists: this one must stop.
        FENCED,
        /// The batch does not fit its producer's transaction: it is in none that may begin here, or outside of one that
        /// is open. The producer must abort, and begin anew.
        NOT_IN_TRANSACTION,
        /// The caller expected another offset than the next one (see [PartitionLog#append(Batch, long)]).
        NOT_NEXT
    }
}
