package io.braid.kafka;

import org.apache.kafka.common.protocol.Errors;

/// How a partition comes to be in a transaction whose producer wants to write to it, by what the producer knows
/// (KIP-890).
enum PartitionEntry {
    /// The client has added it, with a request of its own, and knows no error that tells it to abort.
    VERIFIED_BEFORE,
    /// The client has added it.
    VERIFIED,
    /// Writing to it adds it.
    ADDED;

    static PartitionEntry ofProduce(int version) {
        if (version >= 12) return ADDED;
        return version >= 11 ? VERIFIED : VERIFIED_BEFORE;
    }

    static PartitionEntry ofOffsetCommit(int version) {
        if (version >= 5) return ADDED;
        return version >= 4 ? VERIFIED : VERIFIED_BEFORE;
    }

    /// What the client is told instead of what the transaction's coordinator said.
    Errors told(Errors error) {
        if (error == Errors.PRODUCER_FENCED) return Errors.INVALID_PRODUCER_EPOCH;
        return error == Errors.TRANSACTION_ABORTABLE && this == VERIFIED_BEFORE ? Errors.INVALID_TXN_STATE : error;
    }
}
