package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.broker.Catalog;
import io.braid.broker.Stream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// Who is subscribed to which shard. A consumer has one subscription to a shard: another one within
/// [Limits#takeOverAfter] of the first is refused, whether that still goes on or not; a later one takes over, and the
/// first ends with a ResourceInUseException. Any thread.
public final class Subscriptions implements AutoCloseable {
    /// Records above an event's usual size are whole in memory while they are sent, so many at once.
    private static final int LARGE_EVENTS_MAX = 8;

    /// @param max           subscriptions at once, of all consumers to all shards
    /// @param life          how long one lasts
    /// @param heartbeat     how long one is silent at most
    /// @param takeOverAfter how long one is safe from the next
    public record Limits(int max, Duration life, Duration heartbeat, Duration takeOverAfter) {}

    /// @param registered when the consumer was: its name may be another's later
    record Key(UUID stream, String consumer, Instant registered, int shard) {}

    private final Limits limits;
    private final InstantSource clock;
    private final Traffic traffic;
    private final Rates rates;
    private final Semaphore free;
    private final Semaphore freeLarge = new Semaphore(LARGE_EVENTS_MAX, true);
    private final ReentrantLock lock = new ReentrantLock(); // guards `newest` and `closed`
    private final Map<Key, Subscription> newest = new HashMap<>(); // those that are over until takeOverAfter, only
    private boolean closed;

    Subscriptions(Limits limits, InstantSource clock, Traffic traffic, Rates rates) {
        this.limits = limits;
        this.clock = clock;
        this.traffic = traffic;
        this.rates = rates;
        this.free = new Semaphore(limits.max());
    }

    Limits limits() {
        return limits;
    }

    Rates rates() {
        return rates;
    }

    /// Lets a subscription begin, perhaps in another one's place.
    ///
    /// @param name what messages call it
    /// @throws AwsFault there is one that is too young to be taken over, or it is tried too often, or
    ///     there are as many as there may be
    void begin(Subscription subscription, String name) {
        long now = clock.millis();
        boolean tooOften = !rates.takeSubscription(subscription.key());
        lock.lock();
        try {
            if (closed) throw AwsFault.busy("The server is stopping.");
            newest.values().removeIf(other -> other.isOver() && !isYoung(other, now));
            var other = newest.get(subscription.key());
            var inUse = AwsFault.of(
                    "ResourceInUseException", "Another active subscription exists for this consumer: " + name);
            if (other != null && isYoung(other, now)) throw inUse;
            if (tooOften)
                throw AwsFault.of("LimitExceededException", "Rate exceeded for subscription %s.".formatted(name));
            if (!free.tryAcquire())
                throw AwsFault.of(
                        "LimitExceededException",
                        "%d subscriptions are active, which is the most that this server has at once."
                                .formatted(limits.max()));
            newest.put(subscription.key(), subscription);
            traffic.subscribed(1);
            if (other != null) other.refuse(inUse);
        } finally {
            lock.unlock();
        }
    }

    private boolean isYoung(Subscription other, long now) {
        return now - other.beganMillis() < limits.takeOverAfter().toMillis();
    }

    /// One that began is over; once for each.
    void over() {
        free.release();
        traffic.subscribed(-1);
    }

    /// Asks for one of the places for large records, and waits for it no longer than it may be silent.
    boolean takeLarge() {
        try {
            return freeLarge.tryAcquire(limits.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the HTTP server stops
            return false;
        }
    }

    void giveLarge() {
        freeLarge.release();
    }

    /// Those whose stream is another now look at it.
    void changed(Catalog before, Catalog after) {
        each(key -> !before.stream(key.stream()).equals(after.stream(key.stream())), Subscription::ring);
    }

    /// A consumer is there no more, and its subscriptions end with this.
    void deregistered(Stream stream, Consumer consumer, AwsFault fault) {
        each(
                key -> key.stream().equals(stream.id()) && key.consumer().equals(consumer.name()),
                subscription -> subscription.refuse(fault));
    }

    /// Ends all, and lets no other begin; does not wait for them.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        each(_ -> true, Subscription::end);
    }

    private void each(Predicate<Key> concerned, java.util.function.Consumer<Subscription> act) {
        lock.lock();
        try {
            newest.forEach((key, subscription) -> {
                if (concerned.test(key)) act.accept(subscription);
            });
        } finally {
            lock.unlock();
        }
    }
}
