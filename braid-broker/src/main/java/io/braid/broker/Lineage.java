package io.braid.broker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;

/// The shards of a stream while a change to them is decided: parents close, children begin. One thread; nothing is
/// done here.
///
/// All that closes or begins on a partition does so at one offset, where that partition's records end. Children are
/// created a second after their parents at least, as their sequence numbers begin with it.
final class Lineage {
    private final Map<Integer, Integer> places = new HashMap<>(); // by index, in `shards`
    private final List<Shard> shards; // by index
    private final BitSet occupied = new BitSet(); // partitions with an open shard
    private final Map<Integer, Long> ends = new HashMap<>(); // by partition; read once, as records may be coming
    private final int before;
    private final IntToLongFunction end;
    private final Instant second;
    private int partitions;

    /// @param shards of the stream, without those that are to be forgotten
    /// @param end    where the records of each of the present partitions end now
    Lineage(Stream stream, List<Shard> shards, IntToLongFunction end, Instant now) {
        this.shards = new ArrayList<>(shards);
        this.end = end;
        before = stream.partitions();
        partitions = before;
        second = now.truncatedTo(ChronoUnit.SECONDS);
        for (int place = 0; place < shards.size(); place++)
            places.put(shards.get(place).index(), place);
        for (var shard : stream.openShards()) occupied.set(shard.partition());
    }

    /// @return by index
    List<Shard> shards() {
        return List.copyOf(shards);
    }

    int partitions() {
        return partitions;
    }

    /// A partition that no open shard lies on, the lowest there is; a new one if there is none. It is taken now.
    int take() {
        return take(occupied.nextClearBit(0));
    }

    int take(int partition) {
        occupied.set(partition);
        partitions = Math.max(partitions, partition + 1);
        return partition;
    }

    boolean isTaken(int partition) {
        return occupied.get(partition);
    }

    void leave(int partition) {
        occupied.clear(partition);
    }

    /// @param lower the partition of the child with the keys below `at`
    /// @param upper that of the other
    /// @return the two
    List<Shard> split(Shard parent, HashKey at, int lower, int upper) {
        var created = close(List.of(parent));
        var range = parent.range();
        return List.of(
                begin(lower, new HashRange(range.first(), at.previous()), List.of(parent.index()), created),
                begin(upper, new HashRange(at, range.last()), List.of(parent.index()), created));
    }

    /// @param first its keys end where those of the second begin
    Shard merge(Shard first, Shard second, int partition) {
        var created = close(List.of(first, second));
        var range = new HashRange(first.range().first(), second.range().last());
        return begin(partition, range, List.of(first.index(), second.index()), created);
    }

    private Instant close(List<Shard> parents) {
        var created = second;
        for (var parent : parents) {
            var earliest = parent.created().plusSeconds(1);
            if (earliest.isAfter(created)) created = earliest;
        }
        for (var parent : parents)
            shards.set(places.get(parent.index()), parent.closedAt(endOf(parent.partition()), created));
        return created;
    }

    private Shard begin(int partition, HashRange range, List<Integer> parents, Instant created) {
        int index = shards.getLast().index() + 1; // the last one is never forgotten: it is open
        var child = new Shard(index, partition, endOf(partition), new Shard.Open(), range, parents, created);
        places.put(index, shards.size());
        shards.add(child);
        return child;
    }

    private long endOf(int partition) {
        return partition < before ? ends.computeIfAbsent(partition, end::applyAsLong) : 0;
    }
}
