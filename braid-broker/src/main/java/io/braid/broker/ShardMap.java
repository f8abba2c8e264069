package io.braid.broker;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;

/// The shards of a stream by index, and found by what is asked for most: the open one that takes a key, those that
/// lie open on a partition. Immutable. Looking costs a binary search and makes no objects.
///
/// The ranges of the open shards cover every hash key exactly once; whoever makes one is told if they do not. Indexes
/// rise, with gaps where shards have been forgotten.
final class ShardMap extends AbstractList<Shard> implements RandomAccess {
    private final Shard[] shards; // by index
    private final Shard[] open; // by the first key of their range
    private final long[] highs; // of those first keys; flipped, as they are unsigned
    private final long[] lows;
    private final BitSet writable; // partitions with an open shard

    private ShardMap(Shard[] shards) {
        this.shards = shards;
        open = Arrays.stream(shards)
                .filter(Shard::isOpen)
                .sorted(Comparator.comparing(shard -> shard.range().first()))
                .toArray(Shard[]::new);
        highs = Arrays.stream(open)
                .mapToLong(shard -> flipped(shard.range().first().high()))
                .toArray();
        lows = Arrays.stream(open)
                .mapToLong(shard -> flipped(shard.range().first().low()))
                .toArray();
        writable = new BitSet();
        for (var shard : open) {
            if (writable.get(shard.partition()))
                throw new IllegalArgumentException("two open shards on partition %d".formatted(shard.partition()));
            writable.set(shard.partition());
        }
        checkIndexes();
        checkCover();
    }

    /// `shards` itself if it is one of these.
    ///
    /// @throws IllegalArgumentException these are not the shards of a stream; the message says why
    static ShardMap of(List<Shard> shards) {
        return shards instanceof ShardMap map ? map : new ShardMap(shards.toArray(Shard[]::new));
    }

    @Override
    public Shard get(int place) {
        return shards[place];
    }

    @Override
    public int size() {
        return shards.length;
    }

    /// The open shard that takes this key.
    Shard taking(HashKey key) {
        long high = flipped(key.high());
        long low = flipped(key.low());
        int from = 0; // the first one begins with the first key of all
        for (int to = open.length - 1; from < to; ) {
            int middle = (from + to + 1) >>> 1;
            if (highs[middle] < high || highs[middle] == high && lows[middle] <= low) from = middle;
            else to = middle - 1;
        }
        return open[from];
    }

    private static long flipped(long unsigned) {
        return unsigned ^ Long.MIN_VALUE;
    }

    boolean isWritable(int partition) {
        return partition >= 0 && writable.get(partition);
    }

    /// By the first key of their range.
    List<Shard> open() {
        return List.of(open);
    }

    int openCount() {
        return open.length;
    }

    /// Empty if there never was one of this index, or it is forgotten.
    Optional<Shard> find(int index) {
        int low = 0;
        int high = shards.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (shards[middle].index() == index) return Optional.of(shards[middle]);
            if (shards[middle].index() < index) low = middle + 1;
            else high = middle - 1;
        }
        return Optional.empty();
    }

    private void checkIndexes() {
        for (int i = 1; i < shards.length; i++)
            if (shards[i].index() <= shards[i - 1].index())
                throw new IllegalArgumentException(
                        "shard %d stands after shard %d".formatted(shards[i].index(), shards[i - 1].index()));
    }

    private void checkCover() {
        if (open.length == 0) throw new IllegalArgumentException("no open shard");
        for (int i = 0; i < open.length; i++) {
            var range = open[i].range();
            boolean meets = i == 0
                    ? range.first().equals(HashKey.MIN)
                    : open[i - 1].range().isBefore(range);
            if (!meets)
                throw new IllegalArgumentException(
                        "open shards overlap or leave a gap before hash key %s".formatted(range.first()));
        }
        var last = open[open.length - 1].range().last();
        if (!last.equals(HashKey.MAX))
            throw new IllegalArgumentException("no open shard takes hash keys after %s".formatted(last));
    }
}
