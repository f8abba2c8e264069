package io.braid.aws.scaling;

import io.braid.aws.scaling.Decision.Leave;
import io.braid.aws.scaling.Decision.Merge;
import io.braid.aws.scaling.Decision.Split;
import io.braid.broker.HashRange;
import io.braid.broker.Shard;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Decides how the shards of one stream follow its load. Decides only: no thread, no clock, nothing is done here. It
/// remembers of each open shard what it needs for the next turn, and nothing else.
///
/// - A shard that was **hot** over a whole window is split, the hottest first, while there is room below the
///   ceiling. Its children are judged when a window of their own is over.
/// - Two neighbours that were **cold** for as long as [ScalingPolicy#coldAfter] are merged, the narrowest pair
///   first, while there are more shards than the floor. What a merge makes is watched as long again.
/// - So a shard that was merged wrongly is split within a window, and merged again after the cold time at the
///   earliest: that bounds how often anything can go to and fro, whatever the load does.
/// - A shard whose load is **one key's** is left as it is, and said so: half of it would be as hot. Where the keys
///   do not tell, a line of [#VAIN_MAX] splits, each of which left nearly all of the load on one side, ends the
///   same way. Either is looked at again after the cold time.
/// - Where fewer shards are open than are to be ready, the widest are split, each at most once in a turn.
final class Scaler {
    /// Splits in one line that may be in vain before it is left alone.
    static final int VAIN_MAX = 3;
    /// A split is in vain for the child that takes more than this part of what both take.
    private static final double VAIN_PART = 0.8;

    /// One open shard.
    ///
    /// @param load empty until a whole window of it was seen
    record Seen(Shard shard, Optional<Load> load) {
        double part() {
            return load.map(Load::part).orElse(0.0);
        }
    }

    /// How far the stream may be changed now.
    ///
    /// @param ready   as many are made, whatever the load
    /// @param floor   merges end there; at least `ready`
    /// @param ceiling the most there may be of this stream; it wins over the other two
    /// @param room    more shards that there may be, by the limits of all streams together
    /// @param noMerge what forbids merges, if something does
    record Bounds(int ready, int floor, int ceiling, long room, Optional<String> noMerge) {}

    /// Looks into a shard that is hot: this costs some reads.
    interface KeySampler {
        KeySample of(Shard shard);
    }

    /// What is remembered of an open shard.
    private static final class Memory {
        int vain; // splits in its line, one after the other
        boolean isJudged; // whether the split that made it was in vain
        long warmMillis; // when it was last not cold
        long aloneUntilMillis; // left as it is until then

        Memory(long nowMillis) {
            warmMillis = nowMillis;
            aloneUntilMillis = nowMillis;
        }
    }

    private final ScalingPolicy policy;
    private Map<Integer, Memory> memories = new HashMap<>(); // by shard
    private boolean saidFull;
    private boolean saidNoMerge;

    Scaler(ScalingPolicy policy) {
        this.policy = policy;
    }

    /// @param open by the first key of their ranges
    /// @param nowMillis not before that of the last turn
    /// @return what to do, each shard in one at most; whether it was done shows in the next turn's shards
    List<Decision> turn(List<Seen> open, Bounds bounds, KeySampler keys, long nowMillis) {
        remember(open, nowMillis);
        for (var seen : open) judge(seen, open, nowMillis);
        var decisions = new ArrayList<Decision>();
        int room = (int) Math.clamp(bounds.ceiling() - open.size(), 0, Math.max(0, bounds.room()));
        int left = splitHot(open, room, keys, nowMillis, decisions);
        splitToBeReady(open, bounds, left, decisions);
        if (decisions.stream().noneMatch(Split.class::isInstance)) mergeCold(open, bounds, nowMillis, decisions);
        return decisions;
    }

    /// New shards go on where their parent was, closed ones are forgotten.
    private void remember(List<Seen> open, long nowMillis) {
        var after = new HashMap<Integer, Memory>();
        for (var seen : open) {
            var shard = seen.shard();
            var known = memories.get(shard.index());
            after.put(shard.index(), known != null ? known : begun(shard, nowMillis));
        }
        memories = after;
    }

    private Memory begun(Shard shard, long nowMillis) {
        var memory = new Memory(nowMillis);
        boolean isSplit = shard.parents().size() == 1;
        if (isSplit && memories.containsKey(shard.parents().getFirst()))
            memory.vain = memories.get(shard.parents().getFirst()).vain;
        else memory.isJudged = true; // a merge, or what was there before
        return memory;
    }

    private void judge(Seen seen, List<Seen> open, long nowMillis) {
        if (seen.load().isEmpty()) return;
        var memory = memories.get(seen.shard().index());
        double part = seen.part();
        if (part >= policy.cold()) memory.warmMillis = nowMillis;
        if (memory.isJudged) return;
        memory.isJudged = true;
        var sibling = open.stream()
                .filter(other -> other.shard().index() != seen.shard().index()
                        && other.shard().parents().equals(seen.shard().parents()))
                .findFirst();
        double both = part + sibling.map(Seen::part).orElse(0.0);
        boolean isInVain = sibling.isPresent() && both > 0 && part > VAIN_PART * both;
        memory.vain = isInVain ? memory.vain + 1 : 0;
    }

    /// @return how much room is left
    private int splitHot(List<Seen> open, int room, KeySampler keys, long nowMillis, List<Decision> decisions) {
        var hot = open.stream()
                .filter(seen -> seen.part() > policy.hot())
                .filter(seen -> memories.get(seen.shard().index()).aloneUntilMillis <= nowMillis)
                .sorted(Comparator.comparingDouble(Seen::part).reversed())
                .toList();
        if (room > 0) saidFull = false;
        int left = room;
        for (var seen : hot) {
            if (left == 0) {
                sayFull(hot.size(), open.size(), decisions);
                return 0;
            }
            var decision = hotShard(seen, keys, nowMillis);
            decisions.add(decision);
            if (decision instanceof Split) left--;
        }
        return left;
    }

    private void sayFull(int hot, int open, List<Decision> decisions) {
        if (!saidFull)
            decisions.add(new Leave(
                    "hot shards",
                    "%d of %d shards are hot and there may be no more: raise kinesis.scaling.shards-max, kinesis.shards-max or broker.partitions-max"
                            .formatted(hot, open)));
        saidFull = true;
    }

    private Decision hotShard(Seen seen, KeySampler keys, long nowMillis) {
        var shard = seen.shard();
        var memory = memories.get(shard.index());
        var measured = "%s for %s, more than %d %% of a shard"
                .formatted(seen.load().orElseThrow(), text(policy.window()), policy.hotPercent());
        if (memory.vain >= VAIN_MAX) {
            memory.vain = VAIN_MAX - 1; // one more split when the time is over
            return alone(
                    memory, shard, nowMillis, "%s, but the last %d splits did not help".formatted(measured, VAIN_MAX));
        }
        return switch (keys.of(shard).advise(shard.range())) {
            case KeySample.Advice.SplitAt(var key) -> new Split(shard.index(), key, measured);
            case KeySample.Advice.OneKey(var key, int percent) ->
                alone(
                        memory,
                        shard,
                        nowMillis,
                        "%s, but %d %% of that have the hash key %s: a split would not help"
                                .formatted(measured, percent, key));
        };
    }

    private Decision alone(Memory memory, Shard shard, long nowMillis, String why) {
        memory.aloneUntilMillis = nowMillis + policy.coldAfter().toMillis();
        return new Leave("shard %d".formatted(shard.index()), why);
    }

    private void splitToBeReady(List<Seen> open, Bounds bounds, int room, List<Decision> decisions) {
        int missing = Math.min(bounds.ready(), bounds.ceiling()) - open.size() - splits(decisions);
        var split = changed(decisions);
        open.stream()
                .filter(seen -> !split.contains(seen.shard().index()))
                .sorted(Comparator.comparing((Seen seen) -> width(seen.shard().range()))
                        .reversed())
                .limit(Math.clamp(missing, 0, room))
                .forEach(seen -> decisions.add(new Split(
                        seen.shard().index(),
                        KeySample.middle(seen.shard().range()),
                        "%d shards, %d are to be ready".formatted(open.size(), bounds.ready()))));
    }

    private static int splits(List<Decision> decisions) {
        return (int) decisions.stream().filter(Split.class::isInstance).count();
    }

    private static Set<Integer> changed(List<Decision> decisions) {
        var shards = new HashSet<Integer>();
        for (var decision : decisions) if (decision instanceof Split split) shards.add(split.shard());
        return shards;
    }

    private record Pair(Seen first, Seen second) {
        double part() {
            return first.part() + second.part();
        }

        BigInteger width() {
            return Scaler.width(first.shard().range())
                    .add(Scaler.width(second.shard().range()));
        }

        /// Whether a split in the middle may have made the two.
        boolean isAligned() {
            var start = first.shard().range().first().toBigInteger();
            return start.mod(width()).signum() == 0
                    && Scaler.width(first.shard().range())
                            .equals(Scaler.width(second.shard().range()));
        }
    }

    private void mergeCold(List<Seen> open, Bounds bounds, long nowMillis, List<Decision> decisions) {
        var pairs = coldPairs(open, nowMillis);
        int most = open.size() - bounds.floor();
        if (pairs.isEmpty() || most <= 0) {
            saidNoMerge = false;
            return;
        }
        if (bounds.noMerge().isPresent()) {
            if (!saidNoMerge)
                decisions.add(new Leave(
                        "%d pairs of cold shards".formatted(pairs.size()),
                        bounds.noMerge().get()));
            saidNoMerge = true;
            return;
        }
        saidNoMerge = false;
        var taken = new HashSet<Integer>();
        for (var pair : pairs) {
            int first = pair.first().shard().index();
            int second = pair.second().shard().index();
            if (taken.size() / 2 == most) return;
            if (taken.contains(first) || taken.contains(second)) continue;
            taken.add(first);
            taken.add(second);
            decisions.add(new Merge(first, second, whyCold(pair)));
        }
    }

    private String whyCold(Pair pair) {
        return String.format(
                Locale.ROOT,
                "both below %d %% of a shard for %s, now %.1f %% together",
                policy.coldPercent(),
                text(policy.coldAfter()),
                100 * pair.part());
    }

    /// The narrowest first, and of those the halves of a whole: splits in the middle go back the way they came.
    private List<Pair> coldPairs(List<Seen> open, long nowMillis) {
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i + 1 < open.size(); i++)
            if (isCold(open.get(i), nowMillis) && isCold(open.get(i + 1), nowMillis))
                pairs.add(new Pair(open.get(i), open.get(i + 1)));
        pairs.sort(Comparator.comparing(Pair::width)
                .thenComparing(Comparator.comparing(Pair::isAligned).reversed()));
        return pairs;
    }

    private boolean isCold(Seen seen, long nowMillis) {
        if (seen.load().isEmpty()) return false;
        return nowMillis - memories.get(seen.shard().index()).warmMillis
                >= policy.coldAfter().toMillis();
    }

    private static BigInteger width(HashRange range) {
        return range.last()
                .toBigInteger()
                .subtract(range.first().toBigInteger())
                .add(BigInteger.ONE);
    }

    /// `1h`, `90s`
    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
