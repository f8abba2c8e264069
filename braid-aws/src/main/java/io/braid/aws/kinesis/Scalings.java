package io.braid.aws.kinesis;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// When streams were scaled in the last 24 hours, as far as this life of the server knows. Any thread.
final class Scalings {
    static final int PER_DAY_MAX = 10;

    private static final Duration DAY = Duration.ofHours(24);

    private final InstantSource clock;

    /// At most [#PER_DAY_MAX] for each stream that was scaled in the last day. Guarded by this.
    private final Map<UUID, ArrayDeque<Instant>> begun = new HashMap<>();

    Scalings(InstantSource clock) {
        this.clock = clock;
    }

    /// False if the stream has been scaled as often as it may be.
    synchronized boolean begin(UUID stream) {
        var now = clock.instant();
        var horizon = now.minus(DAY);
        begun.values().removeIf(times -> !times.getLast().isAfter(horizon));
        var times = begun.computeIfAbsent(stream, _ -> new ArrayDeque<>());
        while (!times.isEmpty() && !times.getFirst().isAfter(horizon)) times.removeFirst();
        if (times.size() == PER_DAY_MAX) return false;
        times.addLast(now);
        return true;
    }
}
