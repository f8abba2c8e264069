package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.QuotaEntity.Party;
import io.braid.broker.Quotas;
import io.braid.kafka.Throttles.Caller;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThrottlesTest {
    private static final String CHANGES = "controller_mutation_rate";
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

    private final TestClock clock = new TestClock();

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
    void theMostParticularQuotaOfChangesCounts() {
        for (int first = 0; first < ORDER.size(); first++) {
            var set = new HashMap<QuotaEntity, Map<String, Double>>();
            for (int i = first; i < ORDER.size(); i++) set.put(ORDER.get(i), Map.of(CHANGES, i + 1.0));
            var changes = throttles(set).changes(ANN, false);

            double rate = first + 1;
            assertTrue(changes.allow((int) (11 * rate)), ORDER.get(first).toString());
            assertEquals(0, changes.waitMillis(), ORDER.get(first).toString());
            assertTrue(changes.allow((int) rate), ORDER.get(first).toString());
            assertEquals(1_000, changes.waitMillis(), ORDER.get(first).toString());
        }
    }

    @Test
    void aStrictQuotaRefusesWhatComesAfterItIsUsedUpAndCountsNothingOfIt() {
        var throttles = throttles(Map.of(new QuotaEntity(USER, new Anybody()), Map.of(CHANGES, 2.0)));
        var changes = throttles.changes(ANN, true);

        assertTrue(changes.allow(30)); // of 22: the last one may be larger than what is left
        assertEquals(0, changes.waitMillis());
        assertFalse(changes.allow(1_000));
        assertFalse(changes.allow(1));
        assertEquals(4_000, changes.waitMillis());

        clock.move(Duration.ofSeconds(3));
        assertEquals(1_000, changes.waitMillis());
        clock.move(Duration.ofSeconds(1));
        assertTrue(throttles.changes(ANN, true).allow(1));
    }

    @Test
    void aPermissiveQuotaRefusesNothingAndIsWaitedForLonger() {
        var throttles = throttles(Map.of(new QuotaEntity(USER, new Anybody()), Map.of(CHANGES, 2.0)));
        var changes = throttles.changes(ANN, false);

        assertTrue(changes.allow(30));
        assertTrue(changes.allow(30));

        assertEquals(19_000, changes.waitMillis());
    }

    @Test
    void aChangedQuotaOfChangesCountsAtOnce() {
        var set = new HashMap<QuotaEntity, Map<String, Double>>();
        set.put(new QuotaEntity(USER, new Anybody()), Map.of(CHANGES, 1.0));
        var throttles = new Throttles(() -> new Quotas(set), LimitSettings.DEFAULT, clock);
        assertTrue(throttles.changes(ANN, true).allow(21)); // 10 too many
        assertFalse(throttles.changes(ANN, true).allow(1));

        set.put(new QuotaEntity(USER, new Anybody()), Map.of(CHANGES, 10.0));
        clock.move(Duration.ofSeconds(1));
        assertTrue(throttles.changes(ANN, true).allow(1));

        set.clear();
        assertTrue(throttles.changes(ANN, true).allow(1_000_000));
        assertEquals(0, throttles.changes(ANN, true).waitMillis());
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

    private Throttles throttles(Map<QuotaEntity, Map<String, Double>> limits) {
        var quotas = new Quotas(limits);
        return new Throttles(() -> quotas, LimitSettings.DEFAULT, clock);
    }
}
