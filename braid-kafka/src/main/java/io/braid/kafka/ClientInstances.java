package io.braid.kafka;

import io.braid.broker.ResourceConfigs;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/// The clients that push metrics or might: what each is asked for, and when it may speak again.
/// The rules of KIP-714 as Kafka's brokers keep them. Any thread, under one lock that is held
/// shortly.
///
/// | a client                              | is answered                    |
/// |---------------------------------------|--------------------------------|
/// | asks before its interval has passed   | `THROTTLING_QUOTA_EXCEEDED`    |
/// | the same, as it was told to ask       | what it is to push             |
/// | pushes before its interval has passed | `THROTTLING_QUOTA_EXCEEDED`    |
/// | the same, for the last time           | taken                          |
/// | pushes after its last push            | `INVALID_REQUEST`              |
/// | pushes what is not wanted any more    | `UNKNOWN_SUBSCRIPTION_ID`      |
/// | pushes by a codec that is not known   | `UNSUPPORTED_COMPRESSION_TYPE` |
/// | pushes more than may be               | `TELEMETRY_TOO_LARGE`          |
///
/// A client is forgotten with its connection, after three intervals of silence, or when there are
/// too many, of which it was silent for longest. It loses nothing by that: it is asked for the
/// same again.
final class ClientInstances {
    /// Kafka's.
    static final int INSTANCES_MAX = 16_384;

    private static final Duration SILENCE_MIN = Duration.ofMinutes(1);
    private static final int INTERVALS_OF_SILENCE = 3;
    private static final Set<Errors> ASK_AGAIN =
            Set.of(Errors.UNKNOWN_SUBSCRIPTION_ID, Errors.UNSUPPORTED_COMPRESSION_TYPE);

    /// Who asks.
    ///
    /// @param connection by which it asks
    /// @param attributes it is matched by, under the names of Kafka's `match`
    record Client(String connection, Map<String, String> attributes) {}

    /// A push as its envelope tells of it.
    ///
    /// @param isLast  the client is about to leave
    /// @param isKnown whether its codec is
    /// @param bytes   compressed
    record Push(int subscription, boolean isLast, boolean isKnown, int bytes) {}

    /// What a client is told.
    ///
    /// @param wanted what it shall push, or should have
    record Verdict(Errors error, TelemetrySubscriptions.Request wanted) {}

    private static final class Instance {
        final String connection;
        final TelemetrySubscriptions subscriptions;
        final TelemetrySubscriptions.Request wanted;
        Instant asked = Instant.MIN;
        Instant pushed = Instant.MIN;
        boolean isInvited; // has asked, and not pushed since
        Instant heard;
        boolean hasLeft;
        Errors last = Errors.NONE;

        Instance(String connection, TelemetrySubscriptions subscriptions, TelemetrySubscriptions.Request wanted) {
            this.connection = connection;
            this.subscriptions = subscriptions;
            this.wanted = wanted;
        }

        boolean isDue(Instant since, Instant now) {
            return since.equals(Instant.MIN)
                    || !since.plusMillis(wanted.intervalMillis()).isAfter(now);
        }
    }

    private final Supplier<ResourceConfigs> configs;
    private final int bytesMax;
    private final int instancesMax;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<Uuid, Instance> instances = new LinkedHashMap<>(16, 0.75f, true); // silent for longest first
    private final Map<String, Uuid> byConnection = new HashMap<>(); // the last of each that is open
    private TelemetrySubscriptions subscriptions;

    /// @param configs      the subscriptions there are; another object after each change
    /// @param bytesMax     of one push
    /// @param instancesMax remembered at once
    /// @param random       used under the lock only, so it must be nobody else's
    ClientInstances(
            Supplier<ResourceConfigs> configs,
            int bytesMax,
            int instancesMax,
            InstantSource clock,
            RandomGenerator random) {
        this.configs = configs;
        this.bytesMax = bytesMax;
        this.instancesMax = instancesMax;
        this.clock = clock;
        this.random = random;
        this.subscriptions = new TelemetrySubscriptions(configs.get());
    }

    /// An id for a client that has none.
    synchronized Uuid fresh() {
        Uuid id;
        do id = new Uuid(random.nextLong(), random.nextLong());
        while (Uuid.RESERVED.contains(id) || id.toString().startsWith("-") || instances.containsKey(id));
        return id;
    }

    /// A client asks what it shall push.
    synchronized Verdict ask(Uuid id, Client client) {
        var now = clock.instant();
        var instance = heard(id, client, now);
        var before = instance.asked.isAfter(instance.pushed) ? instance.asked : instance.pushed;
        if (!instance.isDue(before, now) && !ASK_AGAIN.contains(instance.last))
            return new Verdict(Errors.THROTTLING_QUOTA_EXCEEDED, instance.wanted);
        instance.asked = now;
        instance.isInvited = true;
        instance.last = Errors.NONE;
        return new Verdict(Errors.NONE, instance.wanted);
    }

    /// A client pushes. `NONE` says that its metrics may be looked at.
    synchronized Verdict push(Uuid id, Client client, Push push) {
        var now = clock.instant();
        var instance = heard(id, client, now);
        instance.last = fault(instance, push, now);
        instance.hasLeft |= push.isLast();
        return new Verdict(instance.last, instance.wanted);
    }

    private Errors fault(Instance instance, Push push, Instant now) {
        if (instance.hasLeft) return Errors.INVALID_REQUEST;
        boolean isDue = instance.isInvited || instance.isDue(instance.pushed, now);
        if (!isDue && !push.isLast()) return Errors.THROTTLING_QUOTA_EXCEEDED;
        instance.pushed = now;
        instance.isInvited = false;
        if (push.subscription() != instance.wanted.id()) return Errors.UNKNOWN_SUBSCRIPTION_ID;
        if (!push.isKnown()) return Errors.UNSUPPORTED_COMPRESSION_TYPE;
        if (push.bytes() > bytesMax) return Errors.TELEMETRY_TOO_LARGE;
        return Errors.NONE;
    }

    /// A connection has ended.
    synchronized void disconnected(String connection) {
        var id = byConnection.remove(connection);
        if (id != null) instances.remove(id);
    }

    /// How many are remembered.
    synchronized int size() {
        return instances.size();
    }

    /// The client's instance, a new one if there is none, or the subscriptions have changed since.
    private Instance heard(Uuid id, Client client, Instant now) {
        if (!subscriptions.areOf(configs.get())) subscriptions = new TelemetrySubscriptions(configs.get());
        var instance = instances.get(id);
        if (instance == null || instance.subscriptions != subscriptions || isForgotten(instance, now)) {
            if (instance != null) forget(id, instance);
            instance = new Instance(client.connection(), subscriptions, subscriptions.of(id, client.attributes()));
            instances.put(id, instance);
            byConnection.put(client.connection(), id);
            if (instances.size() > instancesMax) {
                var eldest = instances.entrySet().iterator().next();
                forget(eldest.getKey(), eldest.getValue());
            }
        }
        instance.heard = now;
        return instance;
    }

    private void forget(Uuid id, Instance instance) {
        instances.remove(id);
        byConnection.remove(instance.connection, id);
    }

    private static boolean isForgotten(Instance instance, Instant now) {
        return instance.heard.plus(silence(instance.wanted.intervalMillis())).isBefore(now);
    }

    /// How long nothing is heard of a client before it counts as gone.
    static Duration silence(int intervalMillis) {
        var intervals = Duration.ofMillis((long) intervalMillis * INTERVALS_OF_SILENCE);
        return intervals.compareTo(SILENCE_MIN) > 0 ? intervals : SILENCE_MIN;
    }
}
