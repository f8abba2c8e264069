package io.braid.kafka;

/// What one payer may still change of topics, by Kafka's arithmetic: tokens come in at the quota's rate, up to
/// what a few windows bring; a change takes one for each partition, and may take more than there are. Any thread;
/// its monitor guards all of it.
///
///     quota 2 a second, 10 windows of a second: 30 partitions at once, and the next one 5 seconds later
final class TokenBucket implements Accounts.Account {
    private final double burstSeconds;

    private double tokens;
    private double most; // as of the last use
    private double perSecond; // the same
    private long latest; // milliseconds since 1970; a clock that is set back takes nothing back

    /// Full.
    ///
    /// @param burstSeconds what comes in within this time may be used up at once
    TokenBucket(double burstSeconds) {
        this.burstSeconds = burstSeconds;
    }

    /// Takes tokens if the last one to do so left any.
    ///
    /// @param rate tokens a second, above 0
    /// @return milliseconds until there will be some again; 0 if `amount` was taken
    synchronized long takeIfAny(double amount, double rate, long now) {
        refill(rate, now);
        if (tokens < 0) return owed();
        tokens -= amount;
        return 0;
    }

    /// Takes tokens, whether there are any or not.
    ///
    /// @return milliseconds until there will be some again; 0 if there are
    synchronized long take(double amount, double rate, long now) {
        refill(rate, now);
        tokens -= amount;
        return tokens < 0 ? owed() : 0;
    }

    private void refill(double rate, long now) {
        boolean isNew = latest == 0;
        perSecond = rate;
        most = burstSeconds * rate;
        long elapsed = Math.max(0, now - latest);
        tokens = isNew ? most : Math.min(most, tokens + rate * elapsed / 1_000);
        latest = Math.max(latest, now);
    }

    private long owed() {
        return Math.max(1, Math.round(-tokens / perSecond * 1_000));
    }

    /// Whether it is full again, as a new one would be.
    @Override
    public synchronized boolean isPast(long now) {
        return tokens + perSecond * Math.max(0, now - latest) / 1_000 >= most;
    }
}
