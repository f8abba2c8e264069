package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Reshard.Merge;
import io.braid.broker.Reshard.Scale;
import io.braid.broker.Reshard.Split;
import io.braid.broker.Reshard.Together;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A thousand changes by seed, with records coming in between: what must hold of the shards after each of them.
/// That open shards cover all keys once, on partitions of their own, every [Stream] checks when it is made.
class ReshapeTest {
    private static final int CHANGES = 300;
    private static final int SHARDS_MAX = 20;
    private static final BigInteger NEAR = BigInteger.valueOf(200_000);

    private final List<Long> ends = new ArrayList<>(List.of(0L)); // by partition
    private Stream stream;
    private int openMost = 1; // ever, and what growth has added
    private Instant now = Instant.ofEpochSecond(1_000);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyChangeKeepsWhatReadersRelyOn(long seed) {
        var random = new Random(seed);
        stream = new Stream(
                new UUID(0, 1),
                "s",
                Stream.Kind.USER,
                Stream.Mode.PROVISIONED,
                now,
                Map.of(),
                List.of(new Shard(0, 0, 0, new Shard.Open(), HashRange.WHOLE, List.of(), now)),
                1);
        for (int i = 0; i < CHANGES; i++) {
            now = now.plusMillis(random.nextInt(3_000));
            for (int p = 0; p < ends.size(); p++)
                if (stream.isWritable(p)) ends.set(p, ends.get(p) + random.nextInt(3));
            var horizon = now.minusSeconds(20);
            var kept = stream.shards().stream()
                    .filter(shard -> !shard.isClosedBefore(horizon))
                    .toList();
            if (random.nextInt(50) == 0) grow(kept);
            else change(kept, random);
        }
    }

    private void grow(List<Shard> kept) {
        var grown = Reshape.grown(stream, kept, stream.partitions() + 1, ends::get, now);
        assertEquals(stream.partitions() + 1, grown.partitions());
        openMost++;
        follow(kept, grown);
    }

    private void change(List<Shard> kept, Random random) {
        var change = chosen(random);
        var reshaped = Reshape.of(stream, kept, change, ends::get, now);
        var sketch = Reshape.of(stream, kept, change, p -> ends.get(p) + 1, now);
        assertEquals(places(sketch), places(reshaped), "partitions depend on offsets");
        follow(kept, reshaped);
        if (change instanceof Scale(int target)) assertEven(target);
        openMost = Math.max(openMost, stream.openShardCount());
        assertTrue(stream.partitions() <= openMost, "partitions that could be used again were not: " + change);
    }

    private Reshard chosen(Random random) {
        var open = stream.openShards();
        int place = random.nextInt(open.size());
        int kind = random.nextInt(4);
        if (kind == 3) return together(open, random);
        if (kind == 0 && open.size() < SHARDS_MAX) {
            var range = open.get(place).range();
            int bits = range.width().bitLength();
            if (bits < 4) return new Scale(open.size());
            var step = new BigInteger(bits - 1, random).max(BigInteger.ONE);
            return new Split(
                    open.get(place).index(),
                    HashKey.of(range.first().toBigInteger().add(step)));
        }
        if (kind == 1 && place + 1 < open.size())
            return new Merge(open.get(place).index(), open.get(place + 1).index());
        return new Scale(1 + random.nextInt(SHARDS_MAX));
    }

    /// Each shard is split, merged with the next one, or left.
    private static Reshard together(List<Shard> open, Random random) {
        var splits = new ArrayList<Split>();
        var merges = new ArrayList<Merge>();
        for (int place = 0; place < open.size(); place++) {
            var range = open.get(place).range();
            int kind = random.nextInt(4);
            if (kind == 0
                    && open.size() + splits.size() < SHARDS_MAX
                    && range.width().bitLength() > 3)
                splits.add(
                        new Split(open.get(place).index(), range.halves().get(1).first()));
            if (kind == 1 && place + 1 < open.size())
                merges.add(new Merge(open.get(place).index(), open.get(++place).index()));
        }
        return new Together(splits, merges);
    }

    private static List<List<Integer>> places(Reshape reshape) {
        return reshape.shards().stream()
                .map(shard -> List.of(shard.index(), shard.partition()))
                .toList();
    }

    private void follow(List<Shard> kept, Reshape after) {
        int next = stream.shards().getLast().index() + 1;
        var before = stream;
        stream = stream.withShards(after.shards(), after.partitions());
        while (ends.size() < stream.partitions()) ends.add(0L);
        for (var shard : stream.shards()) {
            if (shard.index() < next) continue;
            assertEquals(ends.get(shard.partition()), shard.firstOffset(), "begins where the records end: " + shard);
            for (int parent : shard.parents()) {
                var closed = stream.shard(parent).orElseThrow();
                assertTrue(shard.created().isAfter(closed.created()), shard + " is as old as " + closed);
                assertEquals(new Shard.Closed(ends.get(closed.partition()), shard.created()), closed.extent());
            }
            assertEquals(keysOfParents(shard), shard.range(), "takes other keys than its parents: " + shard);
        }
        for (var shard : kept)
            if (!shard.isOpen()) assertEquals(shard, stream.shard(shard.index()).orElseThrow(), "history changed");
        for (var shard : before.openShards())
            if (stream.shard(shard.index()).orElseThrow().isOpen())
                assertEquals(shard, stream.shard(shard.index()).orElseThrow());
        assertApart();
    }

    /// A merged shard has its parents' keys, a split one's siblings have them together.
    private HashRange keysOfParents(Shard shard) {
        var parents = shard.parents().stream()
                .map(parent -> stream.shard(parent).orElseThrow().range())
                .toList();
        if (parents.size() == 2)
            return new HashRange(parents.get(0).first(), parents.get(1).last());
        var siblings = stream.shards().stream()
                .filter(other -> other.parents().equals(shard.parents()))
                .map(Shard::range)
                .toList();
        assertEquals(2, siblings.size());
        assertTrue(siblings.get(0).isBefore(siblings.get(1)));
        assertEquals(
                parents.getFirst(),
                new HashRange(siblings.get(0).first(), siblings.get(1).last()));
        return shard.range();
    }

    /// No offset is in two shards; on a partition with an open shard the newest is that one's.
    private void assertApart() {
        var next = new long[stream.partitions()];
        Arrays.fill(next, -1);
        for (var shard : stream.shards()) {
            if (shard.extent() instanceof Shard.Closed(long end, Instant _) && end == shard.firstOffset()) continue;
            assertTrue(shard.firstOffset() >= next[shard.partition()], "overlaps another: " + shard);
            next[shard.partition()] =
                    shard.extent() instanceof Shard.Closed(long end, Instant _) ? end : Long.MAX_VALUE;
        }
    }

    private void assertEven(int target) {
        var even = HashRange.even(target);
        var open = stream.openShards();
        assertEquals(target, open.size());
        for (int i = 0; i < target; i++) {
            var off = open.get(i)
                    .range()
                    .first()
                    .toBigInteger()
                    .subtract(even.get(i).first().toBigInteger())
                    .abs();
            assertTrue(off.compareTo(NEAR) <= 0, () -> "not even: " + open);
        }
    }
}
