package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.Quotas;
import io.braid.kafka.AddressLimits.Admitted;
import io.braid.kafka.AddressLimits.TooFast;
import io.braid.kafka.AddressLimits.TooMany;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AddressLimitsTest {
    private static final InetAddress ONE = address(1);
    private static final InetAddress TWO = address(2);

    /// So that what may be used up at once is that of one second.
    private static final Map<String, String> TWO_WINDOWS = Map.of("quota.window.num", "2");

    private final TestClock clock = new TestClock();
    private final Map<QuotaEntity, Map<String, Double>> set = new HashMap<>();

    @Test
    void anAddressHasAsManyConnectionsAsItMay() throws Exception {
        var limits = limits(Map.of("max.connections.per.ip", "2"));

        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooMany(2), limits.admit(ONE));
        assertEquals(new Admitted(), limits.admit(TWO));

        limits.left(ONE);
        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooMany(2), limits.admit(ONE));
    }

    @Test
    void anAddressMayHaveANumberOfItsOwn() throws Exception {
        var limits = limits(
                Map.of("max.connections.per.ip", "0", "max.connections.per.ip.overrides", "10.0.0.1:1, localhost:2"));

        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooMany(1), limits.admit(ONE));
        assertEquals(new TooMany(0), limits.admit(TWO));
        assertEquals(new Admitted(), limits.admit(InetAddress.getByName("localhost")));
    }

    @Test
    void eachAddressHasTheDefaultRateUnlessItHasItsOwn() throws Exception {
        set.put(QuotaEntity.ofAddress(new Default()), rate(1));
        set.put(QuotaEntity.ofAddress(new Named("10.0.0.2")), rate(4));
        var limits = limits(TWO_WINDOWS);

        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooFast(1_000), limits.admit(ONE));
        for (int i = 0; i < 4; i++) assertEquals(new Admitted(), limits.admit(TWO));
        assertEquals(new TooFast(250), limits.admit(TWO));
        assertEquals(new Admitted(), limits.admit(address(3)));
    }

    @Test
    void whoIsRefusedForItsRateIsNotCountedAndComesInWhenItHasWaited() throws Exception {
        set.put(QuotaEntity.ofAddress(new Default()), rate(4));
        var limits = limits(TWO_WINDOWS);
        for (int i = 0; i < 4; i++) limits.admit(ONE);

        for (int i = 0; i < 100; i++) assertEquals(new TooFast(250), limits.admit(ONE));
        clock.move(Duration.ofMillis(250));

        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooFast(250), limits.admit(ONE));
    }

    @Test
    void aChangedRateCountsAtOnce() throws Exception {
        set.put(QuotaEntity.ofAddress(new Default()), rate(1));
        var limits = limits(TWO_WINDOWS);
        limits.admit(ONE);
        assertEquals(new TooFast(1_000), limits.admit(ONE));

        set.put(QuotaEntity.ofAddress(new Named("10.0.0.1")), rate(2));
        limits.refresh();
        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooFast(500), limits.admit(ONE));

        set.clear();
        limits.refresh();
        for (int i = 0; i < 100; i++) assertEquals(new Admitted(), limits.admit(ONE));
    }

    @Test
    void quotasOfClientsAndOfUnknownHostsAreNoRates() throws Exception {
        set.put(new QuotaEntity(new Default(), new Anybody()), Map.of("producer_byte_rate", 1.0));
        set.put(QuotaEntity.ofAddress(new Named("no such host")), rate(1));
        var limits = limits(TWO_WINDOWS);

        for (int i = 0; i < 100; i++) assertEquals(new Admitted(), limits.admit(ONE));
    }

    @Test
    void theListenersRateMakesAllWaitForOneWindowAtMost() throws Exception {
        var limits = limits(Map.of("quota.window.num", "2", "max.connection.creation.rate", "4"));

        for (int i = 0; i < 4; i++) assertEquals(0, limits.arrived());
        assertEquals(250, limits.arrived());
        for (int i = 0; i < 20; i++) limits.arrived();
        assertEquals(1_000, limits.arrived());
    }

    /// An address that comes too often takes nothing from the others.
    @Test
    void whoIsRefusedForItsRateDoesNotCountForTheListener() throws Exception {
        set.put(QuotaEntity.ofAddress(new Named("10.0.0.1")), rate(1));
        var limits = limits(Map.of("quota.window.num", "2", "max.connection.creation.rate", "2"));
        limits.arrived();
        limits.admit(ONE);

        for (int i = 0; i < 100; i++) {
            limits.arrived();
            assertEquals(new TooFast(1_000), limits.admit(ONE));
        }

        assertEquals(0, limits.arrived());
    }

    @Test
    void aHostAmongTheSettingsMustBeThereWhenItIsSetAndMayGoLater() throws Exception {
        var hosts = Set.of("10.0.0.1", "no-such-host.invalid");
        assertEquals(
                "max.connections.per.ip.overrides: there is no host no-such-host.invalid",
                assertThrows(UnknownHostException.class, () -> AddressLimits.checkHosts(hosts))
                        .getMessage());

        var limits = limits(Map.of("max.connections.per.ip.overrides", "no-such-host.invalid:0,10.0.0.1:1"));
        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooMany(1), limits.admit(ONE));
    }

    @Test
    void settingsThatChangeCountFromTheNextConnectionOn() throws Exception {
        var settings = new AtomicReference<>(LimitSettings.of(Map.of("max.connections.per.ip", "1")));
        var limits = new AddressLimits(settings::get, () -> new Quotas(set), clock);
        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooMany(1), limits.admit(ONE));

        settings.set(LimitSettings.of(Map.of("max.connections.per.ip", "2")));
        limits.refresh();

        assertEquals(new Admitted(), limits.admit(ONE));
        assertEquals(new TooMany(2), limits.admit(ONE));
    }

    private AddressLimits limits(Map<String, String> settings) {
        return new AddressLimits(() -> LimitSettings.of(settings), () -> new Quotas(set), clock);
    }

    private static Map<String, Double> rate(double perSecond) {
        return Map.of("connection_creation_rate", perSecond);
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
