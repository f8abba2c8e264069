package io.braid.log;

/// How it stands with one producer's transaction in one partition.
public sealed interface TransactionStatus {
    /// Nothing is known of any.
    record None() implements TransactionStatus {}

    /// It has records here, from this offset on, and has not ended.
    record Open(long firstOffset) implements TransactionStatus {}

    /// The last one ended, with the marker at this offset.
    record Ended(long marker) implements TransactionStatus {}
}
