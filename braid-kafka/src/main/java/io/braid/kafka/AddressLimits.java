package io.braid.kafka;

import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.Quotas;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// How many connections come from where, and how fast: decides, and waits for nobody. Any thread.
///
/// Numbers of connections are settings, rates of addresses are quotas in the catalog. Addresses are told apart as the
/// peers of sockets; names of hosts among quotas are looked up when quotas change ([#refresh]), those among settings
/// once.
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

    private final LimitSettings settings;
    private final Map<InetAddress, Integer> perAddress;
    private final Supplier<Quotas> quotas;
    private final InstantSource clock;
    private final QuotaWindow listener;
    private final Accounts<InetAddress, QuotaWindow> windows;
    private final Object refreshing = new Object(); // guards that rates never go back to older ones
    private volatile Rates rates = new Rates(Map.of(), Optional.empty());
    private final Map<InetAddress, Integer> open = new HashMap<>(); // under this; as many as connections at most

    /// @throws UnknownHostException a host among the settings cannot be found
    AddressLimits(LimitSettings settings, Supplier<Quotas> quotas, InstantSource clock) throws UnknownHostException {
        this.settings = settings;
        this.quotas = quotas;
        this.clock = clock;
        this.listener = new QuotaWindow(settings.requests());
        this.windows = new Accounts<>(ADDRESSES_MAX, () -> new QuotaWindow(settings.requests()));
        var named = new HashMap<InetAddress, Integer>();
        for (var host : settings.perNamedAddress().entrySet()) named.put(address(host.getKey()), host.getValue());
        this.perAddress = Map.copyOf(named);
        refresh();
    }

    private static InetAddress address(String host) throws UnknownHostException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UnknownHostException("max.connections.per.ip.overrides: there is no host " + host);
        }
    }

    /// Takes over the quotas as they are now. Blocks while names of hosts are looked up.
    void refresh() {
        synchronized (refreshing) {
            var own = new HashMap<InetAddress, Double>();
            Optional<Double> byDefault = Optional.empty();
            for (var quota : quotas.get().limits().entrySet()) {
                var rate = quota.getValue().get(RATE);
                if (rate == null) continue;
                switch (quota.getKey().address()) {
                    case Anybody _ -> {}
                    case Default _ -> byDefault = Optional.of(rate);
                    case Named(String name) -> {
                        try {
                            own.put(InetAddress.getByName(name), rate);
                        } catch (UnknownHostException e) {
                            LOG.log(Level.WARNING, "kafka leaves out the quota of {0}: there is no such host", name);
                        }
                    }
                }
            }
            rates = new Rates(Map.copyOf(own), byDefault);
        }
    }

    /// Counts a connection that wants to come in.
    ///
    /// @return milliseconds that it must wait, so that the listener keeps to its rate; nobody waits for longer
    ///     than one window, as with Kafka
    long arrived() {
        return isRateLimited() ? count(listener, settings.connectionsPerSecond()) : 0;
    }

    private boolean isRateLimited() {
        return settings.connectionsPerSecond() != Integer.MAX_VALUE;
    }

    /// After [#arrived]. Whoever is admitted must be reported to [#left] once.
    Verdict admit(InetAddress address) {
        var rate = rates.of(address);
        if (rate.isPresent()) {
            var window = windows.of(address, clock.millis());
            long wait = count(window, rate.get());
            if (wait > 0) {
                window.take(-1, rate.get(), clock.millis()); // it does not come in
                if (isRateLimited()) listener.take(-1, settings.connectionsPerSecond(), clock.millis());
                return new TooFast(wait);
            }
        }
        int max = perAddress.getOrDefault(address, settings.perAddress());
        synchronized (open) {
            int before = open.getOrDefault(address, 0);
            if (before >= max) return new TooMany(max);
            open.put(address, before + 1);
        }
        return new Admitted();
    }

    private long count(QuotaWindow window, double perSecond) {
        return Math.min(settings.requests().millis(), window.take(1, perSecond, clock.millis()));
    }

    /// A connection that was admitted has ended.
    void left(InetAddress address) {
        synchronized (open) {
            open.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
        }
    }
}
