package io.braid.testkit.history;

/// What no history of a faultless log has.
///
/// @param detail which records, where, and whose
public record Anomaly(Kind kind, String detail) {
    /// The faults by the names that Jepsen gives them.
    public enum Kind {
        /// Two records at one offset.
        INCONSISTENT_OFFSETS,
        /// One record at two offsets.
        DUPLICATE,
        /// A record that nobody sent.
        UNWRITTEN_READ,
        /// A record of a transaction that failed was polled.
        ABORTED_READ,
        /// A transaction polled what it had sent itself.
        PRECOMMITTED_READ,
        /// An acknowledged record that nobody ever polled, not even the final read.
        LOST_WRITE,
        /// A part of a transaction was polled, another part never.
        TORN_TRANSACTION,
        /// A consumer passed over a record that others have polled.
        POLL_SKIP,
        /// A consumer went back by itself.
        NONMONOTONIC_POLL,
        /// A process's records stand in another order than it sent them in.
        NONMONOTONIC_SEND,
        /// Transactions, or steps outside of them, each of which saw what another one of them wrote: a circle (G1c).
        CIRCULAR_READ
    }
}
