package io.braid.kafka;

import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.QuotaEntity.Party;
import io.braid.broker.Quotas;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
    /// Payers that are counted by themselves. Those who come on top share one count for each kind of quota.
    private static final int PAYERS_MAX = 10_000;

    private static final String SHARED = "";
    private static final double PERCENT_SECONDS_PER_NANO = 100 / 1e9;
    /// Kafka's: the quota for the first ten seconds, which is what one may use up at once.
    private static final int BURST_SECONDS = 10;

    /// What is counted, and what Kafka calls its limit.
    enum Kind {
        PRODUCE("producer_byte_rate"),
        FETCH("consumer_byte_rate"),
        REQUEST("request_percentage");

        final String limit;

        Kind(String limit) {
            this.limit = limit;
        }
    }

    /// @param user     as the listener knows it
    /// @param clientId what the client calls itself
    record Caller(String user, String clientId) {}

    /// Who a limit is counted for; a side that does not matter is empty.
    private record Payer(Kind kind, String user, String clientId) {}

    private record Limit(double perSecond, Payer payer) {}

    private final Supplier<Quotas> quotas;
    private final InstantSource clock;
    private final ConcurrentHashMap<Payer, QuotaWindow> windows = new ConcurrentHashMap<>(); // at most PAYERS_MAX + 3

    Throttles(Supplier<Quotas> quotas, InstantSource clock) {
        this.quotas = quotas;
        this.clock = clock;
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
        return Math.min(
                QuotaWindow.SAMPLE_MILLIS, used(Kind.REQUEST, caller, time.toNanos() * PERCENT_SECONDS_PER_NANO));
    }

    /// What one response should hold at most, so that it is not more than may be used up at once.
    int fetchBytesMax(Caller caller, int asked) {
        return limit(Kind.FETCH, caller)
                .map(limit -> (int) Math.min(asked, Math.max(1, limit.perSecond * BURST_SECONDS)))
                .orElse(asked);
    }

    private long used(Kind kind, Caller caller, double amount) {
        var limit = limit(kind, caller);
        if (limit.isEmpty()) return 0;
        long now = clock.millis();
        return window(limit.get().payer, now).take(amount, limit.get().perSecond, now);
    }

    private QuotaWindow window(Payer payer, long now) {
        var known = windows.get(payer);
        if (known != null) return known;
        if (windows.size() >= PAYERS_MAX) windows.values().removeIf(window -> window.isPast(now));
        var counted = windows.size() < PAYERS_MAX ? payer : new Payer(payer.kind, SHARED, SHARED);
        return windows.computeIfAbsent(counted, _ -> new QuotaWindow());
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
