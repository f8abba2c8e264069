package io.braid.aws.kinesis;

import java.time.InstantSource;

/// Tokens that come at a steady rate and are taken: a limit of so many in a second. It holds a
/// second's tokens and is full at first. Not thread-safe.
///
/// It can be taken from in two ways. [#tryTake] refuses what is too much. [#take] does not, for
/// things whose size is known when it is too late: the bucket then owes, and [#isSpent] says so
/// until all is paid back and it is full again, so that what went through keeps to the rate
/// whatever the size of its pieces.
final class TokenBucket {
    private static final long MILLIS = 1000; // in a second
    /// Longer than any debt takes to pay: what passes beyond it changes nothing.
    private static final long ELAPSED_MILLIS_MAX = 24 * 3600 * MILLIS;

    private final InstantSource clock;
    private final long perSecond;
    private long thousandths; // of tokens that are there; below 0: owed
    private long seenMillis;
    private boolean spent;

    TokenBucket(long perSecond, InstantSource clock) {
        this.perSecond = perSecond;
        this.clock = clock;
        this.thousandths = perSecond * MILLIS;
        this.seenMillis = clock.millis();
    }

    /// Takes so many, or nothing and answers false. More than a bucket holds are taken from a full
    /// one, which then owes the rest.
    boolean tryTake(long tokens) {
        if (!has(tokens)) return false;
        take(tokens);
        return true;
    }

    /// Whether [#tryTake] would take so many.
    boolean has(long tokens) {
        refill();
        return thousandths >= Math.min(tokens, perSecond) * MILLIS;
    }

    /// Takes so many, there or not.
    void take(long tokens) {
        refill();
        thousandths -= tokens * MILLIS;
        if (tokens > 0 && thousandths <= 0) spent = true;
    }

    /// Whether it was emptied by [#take], and has not been full since.
    boolean isSpent() {
        refill();
        return spent;
    }

    /// Milliseconds until nothing is owed any more; 0 if nothing is.
    long millisInDebt() {
        refill();
        return thousandths >= 0 ? 0 : Math.ceilDiv(-thousandths, perSecond);
    }

    /// Whether it is as a new one would be.
    boolean isFull() {
        refill();
        return thousandths == perSecond * MILLIS;
    }

    private void refill() {
        long now = clock.millis();
        long elapsed = Math.clamp(now - seenMillis, 0, ELAPSED_MILLIS_MAX); // clocks may be set back
        seenMillis = now;
        thousandths = Math.min(perSecond * MILLIS, thousandths + elapsed * perSecond);
        if (thousandths == perSecond * MILLIS) spent = false;
    }
}
