package io.braid.log;

/// Who appends a batch, as far as it decides what is checked.
sealed interface Origin {
    Origin ANYBODY = new Anybody();
    Origin RETRY = new Retry();

    /// A client, outside of a transaction or in one that has begun here.
    record Anybody() implements Origin {}

    /// A client that sends once more what may be here, where nothing new is taken.
    record Retry() implements Origin {}

    /// A client in a transaction that its coordinator knows of: it may begin here, unless it has ended since the
    /// caller looked.
    ///
    /// @param seen what the caller saw before it asked the coordinator
    record InTransaction(TransactionStatus seen) implements Origin {}

    /// The one appender that a partition of the server's own has. It numbers its records itself, and has no sequence
    /// numbers.
    record Coordinator(long expectedOffset, Purpose purpose) implements Origin {}

    /// A coordinator of transactions that ends one.
    ///
    /// @param expectedOffset [#ANY_OFFSET] if it does not matter
    /// @param isNewEpoch     whether the marker must have a higher epoch than its transaction's records (KIP-890)
    record Ending(long expectedOffset, boolean isNewEpoch) implements Origin {}

    long ANY_OFFSET = -1;

    /// The offset that the batch must get; [#ANY_OFFSET] if it does not matter.
    default long offset() {
        return switch (this) {
            case Anybody _, Retry _, InTransaction _ -> ANY_OFFSET;
            case Coordinator(long expected, Purpose _) -> expected;
            case Ending(long expected, boolean _) -> expected;
        };
    }

    /// How far it may fill the disk: transactions must end also where no more records are taken.
    default Purpose purpose() {
        return switch (this) {
            case Anybody _, InTransaction _ -> Purpose.RECORDS;
            case Retry _ -> Purpose.RESCUE; // it takes no room
            case Coordinator(long _, Purpose purpose) -> purpose;
            case Ending _ -> Purpose.SERVICE;
        };
    }

    /// Whether the partition's own limit of a batch counts. What ends a transaction has its size from nobody, and must
    /// be taken wherever the transaction was.
    default boolean isLimitedHere() {
        return switch (this) {
            case Anybody _, Retry _, InTransaction _, Coordinator _ -> true;
            case Ending _ -> false;
        };
    }

    /// Whether a batch that is not here already is refused.
    default boolean isRefused(boolean isSuspended) {
        return switch (this) {
            case Anybody _, InTransaction _ -> isSuspended;
            case Retry _ -> true;
            case Coordinator _, Ending _ -> false;
        };
    }
}
