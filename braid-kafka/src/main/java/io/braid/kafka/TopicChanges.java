package io.braid.kafka;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// What one request creates and deletes of partitions, counted against a quota of such changes (KIP-599).
///
/// Clients that know the word for it are refused what comes after the quota is used up, and may ask again later. For
/// older ones all is done, and they wait afterwards. One thread.
final class TopicChanges {
    /// Of somebody without such a quota, or of the server itself.
    static final TopicChanges UNLIMITED = new TopicChanges(Optional.empty(), 0, false, () -> Instant.EPOCH);

    private final Optional<TokenBucket> bucket;
    private final double perSecond;
    private final boolean isStrict;
    private final InstantSource clock;
    private long until; // milliseconds since 1970; 0: nobody needs to wait

    /// @param perSecond what comes into the bucket, above 0
    TopicChanges(Optional<TokenBucket> bucket, double perSecond, boolean isStrict, InstantSource clock) {
        this.bucket = bucket;
        this.perSecond = perSecond;
        this.isStrict = isStrict;
        this.clock = clock;
    }

    /// Whether anything is counted: if not, nobody needs to know how many partitions there would be.
    boolean isLimited() {
        return bucket.isPresent();
    }

    /// Counts partitions that are to be created or deleted. Kafka counts them also when they are only to be looked
    /// at.
    ///
    /// @return whether they may be; if not, none was counted
    boolean allow(int partitions) {
        if (bucket.isEmpty()) return true;
        long now = clock.millis();
        long wait = isStrict
                ? bucket.get().takeIfAny(partitions, perSecond, now)
                : bucket.get().take(partitions, perSecond, now);
        if (wait > 0) until = now + wait;
        return wait == 0 || !isStrict;
    }

    /// How long the client is to wait now, in milliseconds.
    int waitMillis() {
        return until == 0 ? 0 : Math.clamp(until - clock.millis(), 0, Integer.MAX_VALUE);
    }
}
