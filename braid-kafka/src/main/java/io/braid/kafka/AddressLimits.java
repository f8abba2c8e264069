package io.braid.kafka;

import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.Quotas;
import io.braid.kafka.LimitSettings.Samples;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// How many connections come from where, and how fast: decides, and waits for nobody. Any thread.
///
/// Numbers of connections are settings, rates of addresses are quotas in the catalog. Addresses are told apart as the
/// peers of sockets; names of hosts are looked up when one of the two has changed ([#refresh]).
final class AddressLimits {
    private static final Logger LOG = System.getLogger(AddressLimits.class.getName());

    /// What Kafka calls the limit of an address.
    static final String RATE = "connection_creation_rate";

    /// Addresses whose rate is counted by itself; those on top share one count.
    private static final int ADDRESSES_MAX = 10_000;

    /// What becomes of a connection.
    sealed interface Verdict {}

    record Admitted() implements Verdict {}

    /// There are as many from this address as may be.
    record TooMany(int max) implements Verdict {}

    /// This address connects too often: it is to be closed, after this time.
    record TooFast(long waitMillis) implements Verdict {}

    /// @param byDefault of each address without one of its own
    private record Rates(Map<InetAddress, Double> own, Optional<Double> byDefault) {
        Optional<Double> of(InetAddress address) {
            return Optional.ofNullable(own.get(address)).or(() -> byDefault);
        }
    }

    /// @param ofAddresses connections at once of addresses that have a number of their own
    private record Limits(LimitSettings settings, Map<InetAddress, Integer> ofAddresses, Rates rates) {
        int of(InetAddress address) {
            return ofAddresses.getOrDefault(address, settings.perAddress());
        }

        boolean isRateLimited() {
            return settings.connectionsPerSecond() != Integer.MAX_VALUE;
        }
    }

    private final Supplier<LimitSettings> settings;
    private final Supplier<Quotas> quotas;
    private final InstantSource clock;
    private final QuotaWindow listener;
    private final Accounts<InetAddress, QuotaWindow> windows;
    private final Object refreshing = new Object(); // guards that limits never go back to older ones
    private final Samples samples;
    private volatile Limits limits;
    private final Map<InetAddress, Integer> open = new HashMap<>(); // under this; as many as connections at most

    /// @param settings as they are now; over which time is counted stays as it is at first
    AddressLimits(Supplier<LimitSettings> settings, Supplier<Quotas> quotas, InstantSource clock) {
        this.settings = settings;
        this.quotas = quotas;
        this.clock = clock;
        this.samples = settings.get().requests();
        this.listener = new QuotaWindow(samples);
        this.windows = new Accounts<>(ADDRESSES_MAX, () -> new QuotaWindow(samples));
        refresh();
    }

    /// Blocks while names are looked up.
    ///
    /// @param hosts among [LimitSettings#OVERRIDES]
    /// @throws UnknownHostException one cannot be found
    static void checkHosts(Set<String> hosts) throws UnknownHostException {
        for (var host : hosts) {
            if (find(host).isEmpty())
                throw new UnknownHostException("%s: there is no host %s".formatted(LimitSettings.OVERRIDES, host));
        }
    }

    private static Optional<InetAddress> find(String host) {
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (UnknownHostException _) {
            return Optional.empty();
        }
    }

    /// Takes over settings and quotas as they are now. Blocks while names of hosts are looked up.
    void refresh() {
        synchronized (refreshing) {
            var now = settings.get();
            limits = new Limits(now, addresses("limit", now.perNamedAddress()), rates(quotas.get()));
        }
    }

    private static Rates rates(Quotas quotas) {
        var own = new HashMap<String, Double>();
        Optional<Double> byDefault = Optional.empty();
        for (var quota : quotas.limits().entrySet()) {
            var rate = quota.getValue().get(RATE);
            if (rate == null) continue;
            switch (quota.getKey().address()) {
                case Anybody _ -> {}
                case Default _ -> byDefault = Optional.of(rate);
                case Named(String name) -> own.put(name, rate);
            }
        }
        return new Rates(addresses("quota", own), byDefault);
    }

    /// @param what is left out where a host is not there any more
    private static <T> Map<InetAddress, T> addresses(String what, Map<String, T> byHost) {
        var found = new HashMap<InetAddress, T>();
        byHost.forEach((host, value) -> find(host)
                .ifPresentOrElse(
                        address -> found.put(address, value),
                        () -> LOG.log(
                                Level.WARNING, "kafka leaves out the {0} of {1}: there is no such host", what, host)));
        return Map.copyOf(found);
    }

    /// Counts a connection that wants to come in.
    ///
    /// @return milliseconds that it must wait, so that the listener keeps to its rate; nobody waits for longer
    ///     than one window, as with Kafka
    long arrived() {
        var now = limits;
        return now.isRateLimited() ? count(listener, now.settings().connectionsPerSecond()) : 0;
    }

    /// After [#arrived]. Whoever is admitted must be reported to [#left] once.
    Verdict admit(InetAddress address) {
        var now = limits;
        var rate = now.rates().of(address);
        if (rate.isPresent()) {
            var window = windows.of(address, clock.millis());
            long wait = count(window, rate.get());
            if (wait > 0) {
                window.take(-1, rate.get(), clock.millis()); // it does not come in
                if (now.isRateLimited()) listener.take(-1, now.settings().connectionsPerSecond(), clock.millis());
                return new TooFast(wait);
            }
        }
        int max = now.of(address);
        synchronized (open) {
            int before = open.getOrDefault(address, 0);
            if (before >= max) return new TooMany(max);
            open.put(address, before + 1);
        }
        return new Admitted();
    }

    private long count(QuotaWindow window, double perSecond) {
        return Math.min(samples.millis(), window.take(1, perSecond, clock.millis()));
    }

    /// A connection that was admitted has ended.
    void left(InetAddress address) {
        synchronized (open) {
            open.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
        }
    }
}
