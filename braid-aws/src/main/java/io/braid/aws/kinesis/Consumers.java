package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The consumers of streams (enhanced fan-out), as the catalog keeps them: they outlive a restart, and go with their
/// stream. Any thread.
///
/// https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
final class Consumers {
    /// Of one stream. Amazon's default.
    static final int PER_STREAM_MAX = 20;
    /// Of one stream that are CREATING at once, if Amazon's limits hold.
    private static final int CREATING_MAX = 5;

    private final Broker broker;
    private final Lookup lookup;
    private final Subscriptions subscriptions;
    private final InstantSource clock;

    Consumers(Broker broker, Lookup lookup, Subscriptions subscriptions, InstantSource clock) {
        this.broker = broker;
        this.lookup = lookup;
        this.subscriptions = subscriptions;
        this.clock = clock;
    }

    record Found(Stream stream, Consumer consumer) {}

    /// By name.
    List<Consumer> of(Stream stream) {
        return stream.attributes().keySet().stream()
                .flatMap(attribute -> Consumer.read(attribute).stream())
                .sorted(Comparator.comparing(Consumer::name))
                .toList();
    }

    /// The same with those that are DELETING.
    List<Consumer> told(Stream stream) {
        return java.util.stream.Stream.concat(of(stream).stream(), lookup.life().deregistering(stream).stream())
                .sorted(Comparator.comparing(Consumer::name))
                .toList();
    }

    /// The state that users are told of a consumer, which may be gone already.
    LifeCycle.Status status(Found found) {
        boolean isThere =
                found.stream().attributes().containsKey(found.consumer().attribute());
        return isThere ? lookup.life().of(found.stream(), found.consumer()) : LifeCycle.Status.DELETING;
    }

    /// @throws AwsFault it is being registered or deregistered
    void requireActive(Found found) {
        if (status(found) != LifeCycle.Status.ACTIVE)
            throw AwsFault.of(
                    "ResourceInUseException",
                    "Consumer %s with creation timestamp %d under stream: %s , account %s is not in ACTIVE status."
                            .formatted(
                                    found.consumer().name(),
                                    found.consumer().registered().getEpochSecond(),
                                    Lookup.shownName(found.stream()),
                                    lookup.account()));
    }

    /// By `ConsumerARN`, or by `StreamARN` and `ConsumerName`; if all are there they must agree.
    Found find(Params params) {
        var arn = params.text("ConsumerARN");
        var streamArn = params.text("StreamARN");
        var name = params.text("ConsumerName");
        if (arn.isEmpty() && (streamArn.isEmpty() || name.isEmpty()))
            throw AwsFault.invalidArgument("Either ConsumerARN, or StreamARN and ConsumerName should be provided.");
        var found = arn.isPresent() ? find(arn.get()) : find(lookup.stream(params), name.orElseThrow());
        boolean isOther =
                name.isPresent() && !name.get().equals(found.consumer().name())
                        || streamArn.isPresent() && !Lookup.name(params).equals(Lookup.shownName(found.stream()));
        if (isOther)
            throw AwsFault.invalidArgument(
                    "ConsumerARN %s does not have the StreamARN or the ConsumerName that was given with it."
                            .formatted(arn.orElseThrow()));
        return found;
    }

    Found find(String arn) {
        var parsed = ConsumerArn.parse(arn).orElseThrow(() -> noConsumer(arn));
        var stream = lookup.stream(Optional.empty(), Optional.of(ConsumerArn.streamArn(arn)));
        return named(stream, parsed.consumer())
                .filter(parsed::names)
                .map(consumer -> new Found(stream, consumer))
                .orElseThrow(() -> noConsumer(arn));
    }

    private Found find(Stream stream, String name) {
        return new Found(stream, named(stream, name).orElseThrow(() -> noConsumer(name)));
    }

    private Optional<Consumer> named(Stream stream, String name) {
        return told(stream).stream()
                .filter(consumer -> consumer.name().equals(name))
                .findFirst();
    }

    AwsFault noConsumer(String what) {
        return AwsFault.notFound("Consumer %s, account %s not found.".formatted(what, lookup.account()));
    }

    /// Durable when this returns.
    Consumer register(Stream stream, String name, Map<String, String> tags) throws IOException {
        var consumer = new Consumer(name, clock.instant().truncatedTo(ChronoUnit.SECONDS));
        change(stream, now -> {
            lookup.requireCreated(now);
            var others = told(now);
            if (others.stream().anyMatch(other -> other.name().equals(name)))
                throw AwsFault.of(
                        "ResourceInUseException",
                        "Consumer %s under stream %s already exists for account %s."
                                .formatted(name, Lookup.shownName(now), lookup.account()));
            if (others.size() >= PER_STREAM_MAX)
                throw AwsFault.of(
                        "LimitExceededException",
                        "Stream %s under account %s has %d consumers, which is the most that it may have."
                                .formatted(Lookup.shownName(now), lookup.account(), others.size()));
            checkCreating(now, others);
            var attributes = new HashMap<>(now.attributes());
            attributes.put(consumer.attribute(), lookup.life().registration());
            tags.forEach((key, value) -> attributes.put(consumer.tagAttribute(key), value));
            return attributes;
        });
        return consumer;
    }

    private void checkCreating(Stream stream, List<Consumer> consumers) {
        if (!lookup.rates().areLimited()) return;
        long creating = consumers.stream()
                .filter(consumer -> status(new Found(stream, consumer)) == LifeCycle.Status.CREATING)
                .count();
        if (creating >= CREATING_MAX)
            throw AwsFault.of(
                    "LimitExceededException",
                    "Stream %s under account %s has %d consumers in CREATING status, which is the most."
                            .formatted(Lookup.shownName(stream), lookup.account(), creating));
    }

    /// Durable when this returns; its subscriptions end.
    void deregister(Stream stream, Consumer consumer) throws IOException {
        change(stream, now -> {
            if (!of(now).contains(consumer)) throw noConsumer(consumer.name()); // somebody else was faster
            var attributes = new HashMap<>(now.attributes());
            attributes.keySet().removeIf(consumer::has);
            return attributes;
        });
        lookup.life().deregistered(stream, consumer);
        subscriptions.deregistered(stream, consumer, noConsumer(consumer.name()));
    }

    private void change(Stream stream, Function<Stream, Map<String, String>> change) throws IOException {
        try {
            broker.describe(stream.id(), now -> new StreamDescription(now.mode(), change.apply(now)))
                    .orElseThrow(() -> lookup.noStream(Lookup.shownName(stream)));
        } catch (IllegalArgumentException e) { // more than is kept of a stream
            throw AwsFault.of("LimitExceededException", e.getMessage());
        }
    }
}
