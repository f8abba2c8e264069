package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.QuotaEntity.Party;
import io.braid.broker.Quotas;
import io.braid.kafka.Throttles.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThrottlesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Caller ANN = new Caller("ann", "app");
    private static final Party USER = new Named("ann");
    private static final Party APP = new Named("app");

    /// Kafka's order, each with its rate a second: the first that is set counts.
    private static final List<QuotaEntity> ORDER = List.of(
            new QuotaEntity(USER, APP),
            new QuotaEntity(USER, new Default()),
            new QuotaEntity(USER, new Anybody()),
            new QuotaEntity(new Default(), APP),
            new QuotaEntity(new Default(), new Default()),
            new QuotaEntity(new Default(), new Anybody()),
            new QuotaEntity(new Anybody(), APP),
            new QuotaEntity(new Anybody(), new Default()));

    @Test
    void theMostParticularQuotaCounts() {
        for (int first = 0; first < ORDER.size(); first++) {
            var set = new HashMap<QuotaEntity, Map<String, Double>>();
            for (int i = first; i < ORDER.size(); i++)
                set.put(ORDER.get(i), Map.of("producer_byte_rate", 100.0 * (i + 1)));
            var throttles = throttles(set);

            double rate = 100.0 * (first + 1);
            assertEquals(
                    0,
                    throttles.produced(ANN, (long) rate * 10),
                    ORDER.get(first).toString());
            assertEquals(
                    1_000,
                    throttles.produced(ANN, (long) rate),
                    ORDER.get(first).toString());
        }
    }

    @Test
    void aUsersQuotaIsSharedByItsClientsAndADefaultIsEachOnesOwn() {
        var shared = throttles(Map.of(new QuotaEntity(USER, new Anybody()), Map.of("producer_byte_rate", 100.0)));
        shared.produced(ANN, 1_000);
        assertEquals(1_000, shared.produced(new Caller("ann", "other"), 100));
        assertEquals(0, shared.produced(new Caller("bob", "app"), 1_000_000));

        var own = throttles(Map.of(new QuotaEntity(new Anybody(), new Default()), Map.of("producer_byte_rate", 100.0)));
        own.produced(ANN, 1_000);
        assertEquals(0, own.produced(new Caller("ann", "other"), 1_000));
        assertEquals(1_000, own.produced(new Caller("bob", "app"), 100));
    }

    @Test
    void requestTimeIsAShareOfOneThreadAndWaitsForOneSecondAtMost() {
        var throttles = throttles(Map.of(new QuotaEntity(USER, new Anybody()), Map.of("request_percentage", 1.0)));

        assertEquals(0, throttles.worked(ANN, Duration.ofMillis(100)));
        assertEquals(500, throttles.worked(ANN, Duration.ofMillis(5)));
        assertEquals(1_000, throttles.worked(ANN, Duration.ofSeconds(5)));
    }

    @Test
    void aFetchTakesNoMoreThanMayBeUsedUpAtOnce() {
        var throttles = throttles(Map.of(new QuotaEntity(USER, new Anybody()), Map.of("consumer_byte_rate", 100.0)));

        assertEquals(1_000, throttles.fetchBytesMax(ANN, 50 << 20));
        assertEquals(10, throttles.fetchBytesMax(ANN, 10));
        assertEquals(50 << 20, throttles.fetchBytesMax(new Caller("bob", "app"), 50 << 20));
    }

    private static Throttles throttles(Map<QuotaEntity, Map<String, Double>> limits) {
        var quotas = new Quotas(limits);
        return new Throttles(() -> quotas, () -> NOW);
    }
}
