package io.braid.testkit.history;

import java.util.OptionalLong;

/// Something that happened within an [Operation], in its order.
public sealed interface Step {
    /// A record was given to a producer.
    ///
    /// @param value  no other record of the history has it
    /// @param offset where it is, if that was told
    record Sent(String partition, long value, OptionalLong offset) implements Step {}

    /// A record was given to a consumer.
    record Polled(String partition, long offset, long value) implements Step {}

    /// From here on the process's consumer reads the partition from an offset on, and passes over nothing.
    record Positioned(String partition, long offset) implements Step {}
}
