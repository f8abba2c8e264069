package io.braid.kafka;

import io.braid.kafka.LimitSettings.Samples;

/// What one payer of a quota has used up lately, and how long it must wait so that it keeps to its limit: Kafka's
/// sampled rate, by default over eleven samples of a second. Any thread; its monitor guards all of it.
///
///     limit 100 a second, 1,500 used up at once: counted over 10 s, which is 5 s too early
final class QuotaWindow implements Accounts.Account {
    private final Samples samples;
    private final long spanMillis;
    private final int slots;

    private final double[] used;
    private final long[] begins; // milliseconds since 1970; 0: nothing yet
    private final long[] lasts; // when something was used up, by which a sample grows old
    private int current;
    private long latest; // a clock that is set back does not count backwards

    QuotaWindow(Samples samples) {
        this.samples = samples;
        this.spanMillis = (long) samples.count() * samples.millis();
        this.slots = samples.count() + 1; // the last sample still counts while the next one begins
        this.used = new double[slots];
        this.begins = new long[slots];
        this.lasts = new long[slots];
    }

    /// Counts, and tells how many milliseconds to wait.
    ///
    /// @param amount    used up now; below 0, given back
    /// @param perSecond the limit; with 0 the wait is endless
    synchronized long take(double amount, double perSecond, long now) {
        latest = Math.max(latest, now);
        if (begins[current] == 0) begins[current] = latest;
        if (latest - begins[current] >= samples.millis()) {
            current = (current + 1) % slots;
            used[current] = 0;
            begins[current] = latest;
        }
        used[current] += amount;
        lasts[current] = latest;
        double sum = 0;
        long first = latest;
        for (int i = 0; i < slots; i++) {
            if (latest - lasts[i] >= spanMillis) continue;
            sum += used[i];
            first = Math.min(first, begins[i]);
        }
        return Math.max(0, Math.round(sum / perSecond * 1_000 - span(latest - first)));
    }

    /// Milliseconds over which the sum counts: full ones, but for the one that is not over, as Kafka's `Rate` has it.
    private long span(long elapsed) {
        long full = elapsed / samples.millis();
        return elapsed + Math.max(0, samples.count() - 1 - full) * samples.millis();
    }

    /// Whether all that was used up is so long ago that it does not count any more.
    @Override
    public synchronized boolean isPast(long now) {
        return now - latest >= spanMillis;
    }
}
