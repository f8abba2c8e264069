package io.braid.broker;

import java.time.Duration;

/// Hours since 1970, by which usage is kept.
final class UsageHours {
    static final long MILLIS = Duration.ofHours(1).toMillis();

    /// For so long records are kept without being billed for.
    static final long DAY = 24;

    /// For so long keeping them is extended retention; from then on it is long-term.
    static final long WEEK = 7 * DAY;

    /// For so long it is known by the hour what came in.
    static final long MONTH = 31 * DAY;

    /// The longest that Amazon keeps records.
    static final long YEAR = 365 * DAY;

    private UsageHours() {}

    static long of(long millis) {
        return Math.floorDiv(millis, MILLIS);
    }

    static long start(long hour) {
        return hour * MILLIS;
    }
}
