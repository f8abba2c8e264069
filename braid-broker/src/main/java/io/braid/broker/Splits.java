package io.braid.broker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntToLongFunction;

/// Decides how a stream's shards are split to lie on more partitions. Decides only; nothing is done here.
///
///     before   shard 0 on partition 0: offsets 0 ...            keys [0, 2^128)
///
///     after    shard 0 on partition 0: offsets 0 to X           keys [0, 2^128)      closed
///              shard 1 on partition 0: offsets X ...            keys [0, 2^127)      child of 0
///              shard 2 on partition 1: offsets 0 ...            keys [2^127, 2^128)  child of 0
final class Splits {
    private static final Comparator<Shard> WIDEST_FIRST = Comparator.comparing(
                    (Shard shard) -> shard.range().width())
            .reversed()
            .thenComparingInt(Shard::index);

    private Splits() {}

    /// The stream's shards once it has `partitions` partitions: one split of the widest open shard for each new
    /// partition.
    ///
    /// @param end where the records of each of the present partitions end now
    /// @param now children are created then, or a second after their parent if that is later
    static List<Shard> upTo(Stream stream, int partitions, IntToLongFunction end, Instant now) {
        var shards = new ArrayList<>(stream.shards());
        var open = new PriorityQueue<>(WIDEST_FIRST);
        shards.stream().filter(Shard::isOpen).forEach(open::add);
        for (int added = stream.partitions(); added < partitions; added++) {
            var parent = open.remove();
            boolean isNew = parent.partition() >= stream.partitions(); // itself a child of this change: still empty
            long x = isNew ? 0 : end.applyAsLong(parent.partition());
            var created = laterOf(
                    now.truncatedTo(ChronoUnit.SECONDS), parent.created().plusSeconds(1));
            shards.set(parent.index(), parent.closedAt(x, created));
            var halves = parent.range().halves();
            var stays = child(shards.size(), parent, parent.partition(), x, halves.get(0), created);
            var moves = child(shards.size() + 1, parent, added, 0, halves.get(1), created);
            shards.addAll(List.of(stays, moves));
            open.addAll(List.of(stays, moves));
        }
        return List.copyOf(shards);
    }

    private static Shard child(int index, Shard parent, int partition, long first, HashRange range, Instant created) {
        return new Shard(index, partition, first, new Shard.Open(), range, List.of(parent.index()), created);
    }

    private static Instant laterOf(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
