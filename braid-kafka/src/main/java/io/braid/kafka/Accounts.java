package io.braid.kafka;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// What is counted for each of many, in bounded number: those for whom nothing counts any more are forgotten, and who
/// finds no place shares one account with all others of that kind, so that inventing names does not escape. Any
/// thread.
///
/// @param <K> who it is counted for
final class Accounts<K, A extends Accounts.Account> {
    interface Account {
        /// Whether it is as a new one would be.
        boolean isPast(long now);
    }

    private final int max;
    private final Supplier<A> maker;
    private final ConcurrentHashMap<Optional<K>, A> accounts = new ConcurrentHashMap<>(); // max, and the shared one

    Accounts(int max, Supplier<A> maker) {
        this.max = max;
        this.maker = maker;
    }

    A of(K key, long now) {
        var own = Optional.of(key);
        var known = accounts.get(own);
        if (known != null) return known;
        if (accounts.size() >= max) accounts.values().removeIf(account -> account.isPast(now));
        return accounts.computeIfAbsent(accounts.size() < max ? own : Optional.empty(), _ -> maker.get());
    }
}
