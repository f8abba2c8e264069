package io.braid.broker;

import io.braid.broker.CatalogChange.ClientMetricsConfigured;
import io.braid.broker.CatalogChange.Described;
import io.braid.broker.CatalogChange.FeaturesSet;
import io.braid.broker.CatalogChange.GroupConfigured;
import io.braid.broker.CatalogChange.Limited;
import io.braid.broker.CatalogChange.Named;
import io.braid.broker.CatalogChange.PrincipalsChanged;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// How what is no stream is set: groups, subscriptions to clients' metrics, accounts, what clients may use up,
/// levels of features, and principals.
/// [Broker] says what each call promises. Any thread.
///
/// All of a kind is copied with each change, so there is a most of each kind.
final class NamedConfigs {
    private static final int QUOTA_ENTITIES_MAX = 10_000; // users, client ids and addresses
    private static final int GROUPS_MAX = 10_000;
    private static final int FEATURES_MAX = 100; // Kafka has half a dozen
    private static final int CLIENT_METRICS_MAX = 1_000; // each is matched with each client that asks

    private final LiveCatalog live;

    NamedConfigs(LiveCatalog live) {
        this.live = live;
    }

    void limit(QuotaEntity entity, UnaryOperator<Map<String, Double>> change) throws IOException {
        live.alone(() -> {
            var quotas = live.state().quotas();
            var before = quotas.of(entity);
            var after = change.apply(before);
            if (after.equals(before)) return;
            if (before.isEmpty() && quotas.limits().size() >= QUOTA_ENTITIES_MAX)
                throw new IllegalArgumentException(
                        "quotas of %d users, client ids and addresses are kept, which is the most:"
                                        .formatted(QUOTA_ENTITIES_MAX)
                                + " remove some, or use defaults");
            live.publish(new Limited(entity, after));
        });
    }

    void group(String group, UnaryOperator<Map<String, String>> change) throws IOException {
        put(
                () -> live.state().groups(),
                "groups",
                GROUPS_MAX,
                group,
                change,
                after -> new GroupConfigured(group, after));
    }

    void clientMetrics(String subscription, UnaryOperator<Map<String, String>> change) throws IOException {
        put(
                () -> live.state().clientMetrics(),
                "subscriptions",
                CLIENT_METRICS_MAX,
                subscription,
                change,
                after -> new ClientMetricsConfigured(subscription, after));
    }

    void attributes(String owner, UnaryOperator<Map<String, String>> change) throws IOException {
        put(
                () -> live.state().attributes(),
                "named owners",
                Attributes.OWNERS_MAX,
                owner,
                before -> Attributes.checked(owner, change.apply(before)),
                after -> new Described(new Named(owner), after));
    }

    void features(UnaryOperator<Map<String, Integer>> change) throws IOException {
        live.alone(() -> {
            var before = live.state().features();
            var after = before.then(change.apply(before.set()));
            if (after.set().equals(before.set())) return;
            if (after.set().size() > FEATURES_MAX)
                throw new IllegalArgumentException("levels of %d features: %d are the most"
                        .formatted(after.set().size(), FEATURES_MAX));
            live.publish(new FeaturesSet(after.set()));
            live.tell(live.catalog());
        });
    }

    void principals(Function<Principals, List<Principal>> change) throws IOException {
        live.alone(() -> {
            var before = live.state().principals();
            var changed = change.apply(before).stream()
                    .filter(principal -> !before.named(principal.name())
                            .orElse(Principal.named(principal.name()))
                            .equals(principal))
                    .toList();
            if (changed.isEmpty()) return;
            int most = Math.max(Principals.MAX, before.byName().size());
            if (before.with(changed).byName().size() > most)
                throw new IllegalArgumentException(
                        "more than %d principals, which is the most: remove some".formatted(Principals.MAX));
            live.publish(new PrincipalsChanged(changed));
        });
    }

    private void put(
            Supplier<ResourceConfigs> configs,
            String kind,
            int max,
            String name,
            UnaryOperator<Map<String, String>> change,
            Function<Map<String, String>, CatalogChange> changed)
            throws IOException {
        live.alone(() -> {
            var before = configs.get().of(name);
            var after = change.apply(before);
            if (after.equals(before)) return;
            if (before.isEmpty() && configs.get().settings().size() >= max)
                throw new IllegalArgumentException(
                        "settings of %d %s are kept, which is the most: remove some".formatted(max, kind));
            live.publish(changed.apply(after));
        });
    }
}
