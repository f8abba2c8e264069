package io.braid.log;

/// How it stands with one producer's transaction in one partition.
public sealed interface TransactionStatus {
    /// Nothing is known of any.
    record None() implements TransactionStatus {}

    /// It has records here, from this offset on and all of this epoch, and has not ended.
    record Open(long firstOffset, short producerEpoch) implements TransactionStatus {}

    /// The last one ended, with the marker at this offset, of this epoch.
    record Ended(long marker, short producerEpoch) implements TransactionStatus {}
}
