package io.braid.aws.scaling;

import io.braid.broker.HashKey;

/// What is to be done about a stream's shards, and why.
sealed interface Decision {
    /// For people: what was measured, and the rule that it met.
    String why();

    /// @param at the first key of the upper child
    record Split(int shard, HashKey at, String why) implements Decision {}

    /// @param first its keys end where those of the second begin
    record Merge(int first, int second, String why) implements Decision {}

    /// Nothing, although the load asks for something.
    record Leave(String subject, String why) implements Decision {}

    /// `split shard 3 at 170141183460469231731687303715884105728`
    default String what() {
        return switch (this) {
            case Split(int shard, HashKey at, String _) -> "split shard %d at %s".formatted(shard, at);
            case Merge(int first, int second, String _) -> "merge shards %d and %d".formatted(first, second);
            case Leave(String subject, String _) -> "leave " + subject;
        };
    }
}
