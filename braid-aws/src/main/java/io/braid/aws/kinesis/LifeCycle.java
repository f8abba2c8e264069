package io.braid.aws.kinesis;

import io.braid.broker.Stream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;

/// What streams and consumers are said to be: CREATING, UPDATING or DELETING for
/// `kinesis.lifecycle-delay` after they were changed, so that tests meet the states and the
/// refusals that Amazon's users meet. The changes themselves are done, and durable, when they are
/// answered; only the telling is late (docs/decisions/0082).
///
///                    created                changed
///     (nothing) ──► CREATING ──► ACTIVE ──────────► UPDATING ──► ACTIVE
///                       └───────────┴── deleted ───────┴──► DELETING ──► (nothing)
///
/// It is computed from when the catalog says that the change was, so a restart changes nothing, but
/// for DELETING: what is deleted is in no catalog, and the telling of it ends with the process. Any
/// thread.
final class LifeCycle {
    enum Status {
        CREATING,
        ACTIVE,
        UPDATING,
        DELETING
    }

    /// Deleted streams that are still told, and as many consumers; of more the oldest are told no
    /// longer.
    private static final int GONE_MAX = 1000;

    private record StreamKey(Home home, String name) {}

    private record ConsumerKey(UUID stream, Consumer consumer) {}

    private record Gone<T>(T thing, long untilMillis) {}

    private final long delayMillis;
    private final InstantSource clock;
    // oldest first, guarded by this:
    private final SequencedMap<StreamKey, Gone<Stream>> streams = new LinkedHashMap<>();
    private final SequencedMap<ConsumerKey, Gone<Consumer>> consumers = new LinkedHashMap<>();

    LifeCycle(Duration delay, InstantSource clock) {
        this.delayMillis = delay.toMillis();
        this.clock = clock;
    }

    /// Whether there is anything but ACTIVE.
    boolean isSlow() {
        return delayMillis > 0;
    }

    /// Of a stream that is there. Those of Kafka are nobody's to wait for: they are never CREATING.
    Status of(Stream stream) {
        if (!isSlow()) return Status.ACTIVE;
        var attributes = StreamAttributes.of(stream);
        if (attributes.home().isPresent() && isRecent(stream.created().toEpochMilli())) return Status.CREATING;
        return attributes.updated().filter(this::isRecent).isPresent() ? Status.UPDATING : Status.ACTIVE;
    }

    /// Of a consumer that is there.
    Status of(Stream stream, Consumer consumer) {
        if (!isSlow()) return Status.ACTIVE;
        var registered = stream.attributes().getOrDefault(consumer.attribute(), "");
        return !registered.isEmpty() && isRecent(Long.parseLong(registered)) ? Status.CREATING : Status.ACTIVE;
    }

    private boolean isRecent(long millis) {
        return clock.millis() - millis < delayMillis;
    }

    /// The attributes of a stream that is UPDATING from now on.
    StreamAttributes updating(StreamAttributes attributes) {
        return isSlow() ? attributes.withUpdated(clock.millis()) : attributes;
    }

    /// What the attribute says that a consumer is one of: when it became that, for [#of(Stream,
    /// Consumer)].
    String registration() {
        return isSlow() ? Long.toString(clock.millis()) : "";
    }

    synchronized void deleted(Home home, Stream stream) {
        tell(streams, new StreamKey(home, Lookup.shownName(stream)), stream);
    }

    synchronized void deregistered(Stream stream, Consumer consumer) {
        tell(consumers, new ConsumerKey(stream.id(), consumer), consumer);
    }

    private <K, T> void tell(SequencedMap<K, Gone<T>> gone, K key, T thing) {
        if (!isSlow()) return;
        gone.remove(key); // to its end
        gone.put(key, new Gone<>(thing, clock.millis() + delayMillis));
        forget(gone);
    }

    private <K, T> void forget(SequencedMap<K, Gone<T>> gone) {
        long now = clock.millis();
        gone.values().removeIf(one -> one.untilMillis() <= now);
        while (gone.size() > GONE_MAX) gone.pollFirstEntry();
    }

    /// A stream that is DELETING, as it was.
    synchronized Optional<Stream> deleting(Home home, String name) {
        forget(streams);
        return Optional.ofNullable(streams.get(new StreamKey(home, name))).map(Gone::thing);
    }

    /// All those of a home.
    synchronized List<Stream> deleting(Home home) {
        forget(streams);
        var found = new ArrayList<Stream>();
        streams.forEach((key, gone) -> {
            if (key.home().equals(home)) found.add(gone.thing());
        });
        return found;
    }

    /// The consumers of a stream that are DELETING.
    synchronized List<Consumer> deregistering(Stream stream) {
        forget(consumers);
        var found = new ArrayList<Consumer>();
        consumers.forEach((key, gone) -> {
            if (key.stream().equals(stream.id())) found.add(gone.thing());
        });
        return found;
    }
}
