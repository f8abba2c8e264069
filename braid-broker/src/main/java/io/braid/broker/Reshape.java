package io.braid.broker;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.IntToLongFunction;

/// Decides what a stream's shards become. Decides only; nothing is done here, and the same arguments are always
/// answered with the same shards on the same partitions.
///
///     before   shard 0 on partition 0: offsets 0 ...            keys [0, 2^128)
///
///     after    shard 0 on partition 0: offsets 0 to X           keys [0, 2^128)      closed
///              shard 1 on partition 0: offsets X ...            keys [0, 2^127)      child of 0
///              shard 2 on partition 1: offsets 0 ...            keys [2^127, 2^128)  child of 0
///
/// @param shards     all as they become, by index
/// @param partitions how many there are then
record Reshape(List<Shard> shards, int partitions) {
    private static final Comparator<Shard> WIDEST_FIRST = Comparator.comparing(
                    (Shard shard) -> shard.range().width())
            .reversed()
            .thenComparingInt(Shard::index);

    /// A border as near as this to where one should be is good enough: what divisions of 2^128 leave over.
    private static final BigInteger NEAR = BigInteger.valueOf(100_000);

    /// The stream's shards once it has `partitions` partitions: one split of the widest open shard for each new
    /// partition.
    ///
    /// @param kept those not forgotten
    /// @param end  where the records of each of the present partitions end now
    /// @param now  children are created then, or a second after their parent if that is later
    static Reshape grown(Stream stream, List<Shard> kept, int partitions, IntToLongFunction end, Instant now) {
        var lineage = new Lineage(stream, kept, end, now);
        var open = new PriorityQueue<>(WIDEST_FIRST);
        open.addAll(stream.openShards());
        for (int added = stream.partitions(); added < partitions; added++) {
            var parent = open.remove();
            var upper = parent.range().halves().get(1);
            open.addAll(lineage.split(parent, upper.first(), parent.partition(), lineage.take(added)));
        }
        return new Reshape(lineage.shards(), lineage.partitions());
    }

    /// The stream's shards after `change`, which [fits][Rules#reshard] the stream.
    static Reshape of(Stream stream, List<Shard> kept, Reshard change, IntToLongFunction end, Instant now) {
        var lineage = new Lineage(stream, kept, end, now);
        switch (change) {
            case Reshard.Split split -> split(lineage, stream, split);
            case Reshard.Merge merge -> merge(lineage, stream, merge);
            case Reshard.Scale(int target) -> scale(lineage, stream, target);
            case Reshard.Together(var splits, var merges) -> {
                for (var merge : merges) merge(lineage, stream, merge);
                for (var split : splits) split(lineage, stream, split);
            }
        }
        return new Reshape(lineage.shards(), lineage.partitions());
    }

    private static void split(Lineage lineage, Stream stream, Reshard.Split split) {
        var parent = stream.shard(split.shard()).orElseThrow();
        lineage.split(parent, split.at(), parent.partition(), lineage.take());
    }

    private static void merge(Lineage lineage, Stream stream, Reshard.Merge merge) {
        var goesOn = stream.shard(merge.first()).orElseThrow();
        var ends = stream.shard(merge.second()).orElseThrow();
        lineage.merge(goesOn, ends, goesOn.partition());
        lineage.leave(ends.partition());
    }

    /// A part of an open shard that comes to lie in one of the new ones.
    private record Piece(Shard origin, HashKey first, int goal) {}

    /// Cuts the open shards at all new borders, and puts together what lies between two of those. What lives only in
    /// between lies, empty, on its origin's partition. Both go by halves, as each level costs a second.
    private static void scale(Lineage lineage, Stream stream, int target) {
        var pieces = pieces(stream, target);
        var byGoal = new HashMap<Integer, List<Piece>>();
        var byOrigin = new HashMap<Integer, List<Piece>>();
        for (var piece : pieces) {
            byGoal.computeIfAbsent(piece.goal(), _ -> new ArrayList<>()).add(piece);
            byOrigin.computeIfAbsent(piece.origin().index(), _ -> new ArrayList<>())
                    .add(piece);
        }
        var placing = placing(lineage, stream, byGoal, byOrigin);
        Map<Piece, Shard> made = new HashMap<>();
        for (var shard : stream.openShards()) {
            var parts = byOrigin.get(shard.index());
            cut(lineage, shard, parts, piece -> byGoal.get(piece.goal()).size() == 1, placing, made);
        }
        for (int goal = 0; goal < target; goal++) {
            var parts = byGoal.get(goal).stream().map(made::get).toList();
            join(lineage, parts, placing.get(goal));
        }
    }

    private static List<Piece> pieces(Stream stream, int target) {
        var borders = borders(stream, target);
        var pieces = new ArrayList<Piece>();
        int goal = 0; // the one that holds the next piece
        for (var shard : stream.openShards()) {
            var first = shard.range().first();
            if (goal + 1 < target && borders.get(goal + 1).equals(first)) goal++;
            pieces.add(new Piece(shard, first, goal));
            while (goal + 1 < target
                    && borders.get(goal + 1).compareTo(shard.range().last()) <= 0) {
                goal++;
                pieces.add(new Piece(shard, borders.get(goal), goal));
            }
        }
        return pieces;
    }

    /// The first key of each new shard.
    private static List<HashKey> borders(Stream stream, int target) {
        var present = new TreeSet<HashKey>();
        for (var shard : stream.openShards()) present.add(shard.range().first());
        var borders = new ArrayList<HashKey>(target);
        for (var range : HashRange.even(target)) {
            var wanted = range.first();
            var near = present.floor(wanted);
            var above = present.ceiling(wanted);
            if (above != null && distance(wanted, above).compareTo(distance(wanted, near)) < 0) near = above;
            borders.add(distance(wanted, near).compareTo(NEAR) <= 0 ? near : wanted);
        }
        return borders;
    }

    private static BigInteger distance(HashKey one, HashKey other) {
        return one.toBigInteger().subtract(other.toBigInteger()).abs();
    }

    /// The partition of each new shard: where an old one that it continues lay, as far as there are enough of those.
    private static Map<Integer, Integer> placing(
            Lineage lineage, Stream stream, Map<Integer, List<Piece>> byGoal, Map<Integer, List<Piece>> byOrigin) {
        var placing = new HashMap<Integer, Integer>();
        for (var shard : stream.openShards()) {
            var parts = byOrigin.get(shard.index());
            int goal = parts.getFirst().goal();
            boolean stays = parts.size() == 1 && byGoal.get(goal).size() == 1;
            if (stays) placing.put(goal, shard.partition());
            else lineage.leave(shard.partition());
        }
        for (int goal = 0; goal < byGoal.size(); goal++)
            for (var piece : byGoal.get(goal)) {
                int partition = piece.origin().partition();
                if (placing.containsKey(goal) || lineage.isTaken(partition)) continue;
                placing.put(goal, lineage.take(partition));
            }
        for (int goal = 0; goal < byGoal.size(); goal++)
            if (!placing.containsKey(goal)) placing.put(goal, lineage.take());
        return placing;
    }

    private interface Question {
        boolean isAlone(Piece piece);
    }

    private static void cut(
            Lineage lineage,
            Shard shard,
            List<Piece> pieces,
            Question question,
            Map<Integer, Integer> placing,
            Map<Piece, Shard> made) {
        if (pieces.size() == 1) {
            made.put(pieces.getFirst(), shard);
            return;
        }
        int middle = pieces.size() / 2;
        var lower = pieces.subList(0, middle);
        var upper = pieces.subList(middle, pieces.size());
        var children = lineage.split(
                shard, upper.getFirst().first(), place(lower, question, placing), place(upper, question, placing));
        cut(lineage, children.get(0), lower, question, placing, made);
        cut(lineage, children.get(1), upper, question, placing, made);
    }

    private static int place(List<Piece> pieces, Question question, Map<Integer, Integer> placing) {
        var first = pieces.getFirst();
        boolean isFinal = pieces.size() == 1 && question.isAlone(first);
        return isFinal ? placing.get(first.goal()) : first.origin().partition();
    }

    private static Shard join(Lineage lineage, List<Shard> parts, int partition) {
        if (parts.size() == 1) return parts.getFirst();
        int middle = parts.size() / 2;
        var lower = parts.subList(0, middle);
        var upper = parts.subList(middle, parts.size());
        var first = join(lineage, lower, lower.getFirst().partition());
        var second = join(lineage, upper, upper.getFirst().partition());
        return lineage.merge(first, second, partition);
    }
}
