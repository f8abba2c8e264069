package io.braid.kafka;

import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.QuotaEntity.Party;
import io.braid.broker.Quotas;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Holds clients to their quotas: counts what they use up and says how long each must wait. Any thread.
///
/// The quota of a request is the first that is set, in Kafka's order:
///
/// |   | user    | client id | counted for              |
/// |---|---------|-----------|--------------------------|
/// | 1 | named   | named     | the user's client id     |
/// | 2 | named   | default   | the user's client id     |
/// | 3 | named   |           | the user                 |
/// | 4 | default | named     | the user's client id     |
/// | 5 | default | default   | the user's client id     |
/// | 6 | default |           | the user                 |
/// | 7 |         | named     | the client id            |
/// | 8 |         | default   | the client id            |
final class Throttles {
    /// Payers that are counted by themselves for each kind of quota.
    private static final int PAYERS_MAX = 10_000;

    private static final String SHARED = "";
    private static final double PERCENT_SECONDS_PER_NANO = 100 / 1e9;

    /// What is counted, and what Kafka calls its limit.
    enum Kind {
        PRODUCE("producer_byte_rate"),
        FETCH("consumer_byte_rate"),
        REQUEST("request_percentage"),
        CHANGES("controller_mutation_rate");

        final String limit;

        Kind(String limit) {
            this.limit = limit;
        }
    }

    /// @param user     as the listener knows it
    /// @param clientId what the client calls itself
    record Caller(String user, String clientId) {
        static Caller of(Request request) {
            var clientId = request.context().clientId();
            return new Caller(request.context().principal.getName(), clientId == null ? "" : clientId);
        }
    }

    /// Who a limit is counted for; a side that does not matter is empty.
    private record Payer(Kind kind, String user, String clientId) {}

    private record Limit(double perSecond, Payer payer) {}

    private final Supplier<Quotas> quotas;
    private final InstantSource clock;
    private final int sampleMillis;
    private final double burstSeconds; // what one may use up at once
    private final Map<Kind, Accounts<Payer, QuotaWindow>> windows = new EnumMap<>(Kind.class); // never changed
    private final Accounts<Payer, TokenBucket> buckets;

    Throttles(Supplier<Quotas> quotas, LimitSettings settings, InstantSource clock) {
        this.quotas = quotas;
        this.clock = clock;
        var samples = settings.requests();
        this.sampleMillis = samples.millis();
        this.burstSeconds = (samples.count() - 1) * (samples.millis() / 1_000.0);
        for (var kind : List.of(Kind.PRODUCE, Kind.FETCH, Kind.REQUEST))
            windows.put(kind, new Accounts<>(PAYERS_MAX, () -> new QuotaWindow(samples)));
        this.buckets = new Accounts<>(
                PAYERS_MAX, () -> new TokenBucket(settings.changes().seconds()));
    }

    /// Milliseconds to wait after a produce request of this size.
    long produced(Caller caller, long bytes) {
        return used(Kind.PRODUCE, caller, bytes);
    }

    /// Milliseconds to wait after a response with this many bytes of records.
    long fetched(Caller caller, long bytes) {
        return used(Kind.FETCH, caller, bytes);
    }

    /// Milliseconds to wait after a request that took so long to serve; Kafka lets nobody wait longer than a sample
    /// for this.
    long worked(Caller caller, Duration time) {
        return Math.min(sampleMillis, used(Kind.REQUEST, caller, time.toNanos() * PERCENT_SECONDS_PER_NANO));
    }

    /// What one response should hold at most, so that it is not more than may be used up at once.
    int fetchBytesMax(Caller caller, int asked) {
        return limit(Kind.FETCH, caller)
                .map(limit -> (int) Math.min(asked, Math.max(1, limit.perSecond * burstSeconds)))
                .orElse(asked);
    }

    /// What one request changes of topics, counted against the quota of whoever sent it.
    ///
    /// @param isStrict whether what comes after the quota is used up is refused, or done and waited for (KIP-599)
    TopicChanges changes(Caller caller, boolean isStrict) {
        var limit = limit(Kind.CHANGES, caller);
        if (limit.isEmpty()) return TopicChanges.UNLIMITED;
        var bucket = buckets.of(limit.get().payer, clock.millis());
        return new TopicChanges(Optional.of(bucket), limit.get().perSecond, isStrict, clock);
    }

    private long used(Kind kind, Caller caller, double amount) {
        var limit = limit(kind, caller);
        if (limit.isEmpty()) return 0;
        long now = clock.millis();
        return windows.get(kind).of(limit.get().payer, now).take(amount, limit.get().perSecond, now);
    }

    private Optional<Limit> limit(Kind kind, Caller caller) {
        var set = quotas.get();
        if (set.limits().isEmpty()) return Optional.empty();
        Party user = new Named(caller.user);
        Party clientId = new Named(caller.clientId);
        for (var users : List.<Party>of(user, new Default(), new Anybody()))
            for (var clients : List.<Party>of(clientId, new Default(), new Anybody())) {
                if (users instanceof Anybody && clients instanceof Anybody) continue;
                var perSecond = set.of(new QuotaEntity(users, clients)).get(kind.limit);
                if (perSecond == null) continue;
                var payer = new Payer(
                        kind,
                        users instanceof Anybody ? SHARED : caller.user,
                        clients instanceof Anybody ? SHARED : caller.clientId);
                return Optional.of(new Limit(perSecond, payer));
            }
        return Optional.empty();
    }
}
