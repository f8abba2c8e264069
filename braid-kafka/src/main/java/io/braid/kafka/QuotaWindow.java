package io.braid.kafka;

/// What one payer of a quota has used up lately, and how long it must wait so that it keeps to its limit: Kafka's
/// sampled rate, over eleven samples of a second. Any thread; its monitor guards all of it.
///
///     limit 100 a second, 1,500 used up at once: counted over 10 s, which is 5 s too early
final class QuotaWindow {
    static final int SAMPLE_MILLIS = 1_000;
    private static final int SAMPLES = 11;

    private static final int SPAN_MILLIS = SAMPLES * SAMPLE_MILLIS;
    private static final int SLOTS = SAMPLES + 1; // the last sample still counts while the next one begins

    private final double[] used = new double[SLOTS];
    private final long[] begins = new long[SLOTS]; // milliseconds since 1970; 0: nothing yet
    private final long[] lasts = new long[SLOTS]; // when something was used up, by which a sample grows old
    private int current;
    private long latest; // a clock that is set back does not count backwards

    /// Counts, and tells how many milliseconds to wait.
    ///
    /// @param amount    used up now
    /// @param perSecond the limit, above 0
    synchronized long take(double amount, double perSecond, long now) {
        latest = Math.max(latest, now);
        if (begins[current] == 0) begins[current] = latest;
        if (latest - begins[current] >= SAMPLE_MILLIS) {
            current = (current + 1) % SLOTS;
            used[current] = 0;
            begins[current] = latest;
        }
        used[current] += amount;
        lasts[current] = latest;
        double sum = 0;
        long first = latest;
        for (int i = 0; i < SLOTS; i++) {
            if (latest - lasts[i] >= SPAN_MILLIS) continue;
            sum += used[i];
            first = Math.min(first, begins[i]);
        }
        return Math.max(0, Math.round(sum / perSecond * 1_000 - span(latest - first)));
    }

    /// Milliseconds over which the sum counts: full ones, but for the one that is not over, as Kafka's `Rate` has it.
    private static long span(long elapsed) {
        long full = elapsed / SAMPLE_MILLIS;
        return elapsed + Math.max(0, SAMPLES - 1 - full) * SAMPLE_MILLIS;
    }

    /// Whether all that was used up is so long ago that it does not count any more.
    synchronized boolean isPast(long now) {
        return now - latest >= SPAN_MILLIS;
    }
}
