package io.braid.broker;

import java.util.List;

/// A change of a stream's shards that keeps every hash key in exactly one open shard.
///
///     shards 0 and 1, on partitions 0 and 1, merged at X and Y into shard 2; later that one split at key k
///
///       partition 0   ├── shard 0 ──┤├── shard 2 ──┤├── shard 3, keys below k ──►
///                     0             X              Z
///       partition 1   ├── shard 1 ────┤   (nothing)  ├── shard 4, keys from k on ──►
///                     0               Y
public sealed interface Reshard {
    /// An open shard becomes two. The lower one goes on where the shard lay, the upper one begins at the end of a
    /// partition that no open shard lies on, or on a new partition if there is none.
    ///
    /// @param shard its index
    /// @param at    the first key of the upper one; above the first key of the shard, at most its last
    record Split(int shard, HashKey at) implements Reshard {}

    /// Two open shards become one, that goes on where the first lay. The partition of the second can be read, and
    /// takes no more records until an open shard lies on it again.
    ///
    /// @param first  index of the one whose keys end where the other's begin
    /// @param second index of the other
    record Merge(int first, int second) implements Reshard {}

    /// As many open shards as asked for, each with its even share of the keys. A border that is there already, to one
    /// part in 10^33, stays where it is.
    ///
    /// @param shards at least 1
    record Scale(int shards) implements Reshard {}

    /// Several at once, each of other shards: whoever puts waits once. None at all changes nothing.
    record Together(List<Split> splits, List<Merge> merges) implements Reshard {
        public Together {
            splits = List.copyOf(splits);
            merges = List.copyOf(merges);
        }
    }
}
