package io.braid.aws.scaling;

import io.braid.broker.HashKey;
import io.braid.broker.HashRange;
import io.braid.broker.Shard;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/// A stream without a broker: shards that do what was decided, and a meter of counters that grow as they are told.
final class ModelStream {
    private static final double WIDTH = Math.pow(2, 128);

    private final LoadMeter meter;
    private final Scaler scaler;
    private final Map<Integer, double[]> written = new HashMap<>(); // bytes and records, by shard
    private List<Shard> open = new ArrayList<>(); // by first key
    private final Map<Integer, Double> parts = new HashMap<>(); // of all keys, by shard
    private int next;

    ModelStream(ScalingPolicy policy, int shards) {
        meter = new LoadMeter(policy.window().toMillis());
        scaler = new Scaler(policy);
        for (var range : HashRange.even(shards)) open.add(shard(range, List.of()));
    }

    private Shard shard(HashRange range, List<Integer> parents) {
        int index = next++;
        parts.put(index, part(range));
        return new Shard(index, index, 0, new Shard.Open(), range, parents, Instant.EPOCH);
    }

    List<Shard> open() {
        return open;
    }

    /// The part of all keys that a shard takes.
    double part(Shard shard) {
        return parts.get(shard.index());
    }

    private static double part(HashRange range) {
        return range.last()
                        .toBigInteger()
                        .subtract(range.first().toBigInteger())
                        .doubleValue()
                / WIDTH;
    }

    void write(Shard shard, double bytes, double records) {
        var counters = written.computeIfAbsent(shard.index(), _ -> new double[2]);
        counters[0] += bytes;
        counters[1] += records;
    }

    /// Bytes spread over all keys as evenly as `noise` of one lets them be.
    void writeEvenly(double bytes, DoubleUnaryOperator noise) {
        for (var shard : open) write(shard, noise.applyAsDouble(bytes * part(shard)), 0);
    }

    List<Decision> turn(Scaler.Bounds bounds, Scaler.KeySampler keys, long nowMillis) {
        var counters = new HashMap<Integer, LoadMeter.Counters>();
        for (var shard : open) {
            var of = written.getOrDefault(shard.index(), new double[2]);
            counters.put(shard.index(), new LoadMeter.Counters((long) of[0], (long) of[1]));
        }
        meter.sample(nowMillis, counters);
        var seen = open.stream()
                .map(shard -> new Scaler.Seen(shard, meter.load(shard.index())))
                .toList();
        var decisions = scaler.turn(seen, bounds, keys, nowMillis);
        for (var decision : decisions) {
            switch (decision) {
                case Decision.Split(int shard, HashKey at, String _) -> split(find(shard), at);
                case Decision.Merge(int first, int second, String _) -> merge(find(first), find(second));
                case Decision.Leave _ -> {}
            }
        }
        return decisions;
    }

    Optional<Load> load(Shard shard) {
        return meter.load(shard.index());
    }

    private Shard find(int index) {
        return open.stream().filter(shard -> shard.index() == index).findFirst().orElseThrow();
    }

    private void split(Shard parent, HashKey at) {
        var before = HashKey.of(at.toBigInteger().subtract(BigInteger.ONE));
        replace(
                List.of(parent),
                List.of(
                        shard(new HashRange(parent.range().first(), before), List.of(parent.index())),
                        shard(new HashRange(at, parent.range().last()), List.of(parent.index()))));
    }

    private void merge(Shard first, Shard second) {
        if (!first.range().isBefore(second.range())) throw new AssertionError(first + " is not before " + second);
        var range = new HashRange(first.range().first(), second.range().last());
        replace(List.of(first, second), List.of(shard(range, List.of(first.index(), second.index()))));
    }

    private void replace(List<Shard> parents, List<Shard> children) {
        var after = new ArrayList<>(open);
        after.removeAll(parents);
        after.addAll(children);
        after.sort(Comparator.comparing(shard -> shard.range().first()));
        open = after;
    }
}
