package io.braid.broker;

import io.braid.log.Batch;

/// What a stream says of a batch that a client made.
public sealed interface Admission {
    /// @param batch what is to be appended: the one that was asked about, or another with the same records
    record In(Batch batch) implements Admission {}

    /// The same bytes will be refused again.
    record Out(BatchFault fault) implements Admission {}
}
