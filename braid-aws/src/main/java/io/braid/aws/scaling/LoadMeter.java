package io.braid.aws.scaling;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Makes loads of counters that only grow: what was added in the last window, and how fast. One thread.
final class LoadMeter {
    /// A window is looked at in so many steps: it begins up to a step earlier than it should, and keeps so many
    /// samples however often they are taken.
    private static final int STEPS = 12;

    /// What a shard's partition counts.
    ///
    /// @param bytes   appended since the process began
    /// @param records the partition's end
    record Counters(long bytes, long records) {}

    private record Sample(long millis, Counters counters) {}

    private static final class Samples {
        final Deque<Sample> kept = new ArrayDeque<>(); // at most STEPS + 1, and one more
        Sample newest;

        Samples(Sample first) {
            newest = first;
            kept.add(first);
        }
    }

    private final long windowMillis;
    private final Map<Integer, Samples> byShard = new HashMap<>(); // those of the last sample

    LoadMeter(long windowMillis) {
        this.windowMillis = windowMillis;
    }

    /// @param counters of each open shard by its index; others are forgotten
    void sample(long nowMillis, Map<Integer, Counters> counters) {
        byShard.keySet().retainAll(counters.keySet());
        counters.forEach((shard, counted) -> sample(shard, new Sample(nowMillis, counted)));
    }

    private void sample(int shard, Sample now) {
        var samples = byShard.get(shard);
        if (samples == null || now.millis() < samples.newest.millis()) { // a clock that was set back begins anew
            byShard.put(shard, new Samples(now));
            return;
        }
        samples.newest = now;
        var kept = samples.kept;
        if (now.millis() - kept.getLast().millis() >= windowMillis / STEPS) kept.addLast(now);
        while (kept.size() > 1 && second(kept).millis() <= now.millis() - windowMillis) kept.removeFirst();
    }

    private static Sample second(Deque<Sample> kept) {
        var all = kept.iterator();
        all.next();
        return all.next();
    }

    /// Empty until a whole window of the shard was seen.
    Optional<Load> load(int shard) {
        var samples = byShard.get(shard);
        if (samples == null) return Optional.empty();
        var first = samples.kept.getFirst();
        long millis = samples.newest.millis() - first.millis();
        if (millis < windowMillis) return Optional.empty();
        double seconds = millis / 1000.0;
        var from = first.counters();
        var to = samples.newest.counters();
        return Optional.of(new Load((to.bytes() - from.bytes()) / seconds, (to.records() - from.records()) / seconds));
    }
}
