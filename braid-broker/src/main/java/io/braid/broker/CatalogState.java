package io.braid.broker;

import io.braid.broker.CatalogChange.ClientMetricsConfigured;
import io.braid.broker.CatalogChange.Configured;
import io.braid.broker.CatalogChange.Created;
import io.braid.broker.CatalogChange.Deleted;
import io.braid.broker.CatalogChange.Described;
import io.braid.broker.CatalogChange.FeaturesSet;
import io.braid.broker.CatalogChange.Founded;
import io.braid.broker.CatalogChange.GroupConfigured;
import io.braid.broker.CatalogChange.Limited;
import io.braid.broker.CatalogChange.Named;
import io.braid.broker.CatalogChange.OfStream;
import io.braid.broker.CatalogChange.PrincipalsChanged;
import io.braid.broker.CatalogChange.ProducerIdsReserved;
import io.braid.broker.CatalogChange.Resharded;
import io.braid.broker.CatalogChange.ServerConfigured;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// All that the catalog's log says, at one moment. The only way to another state is a [CatalogChange], the same
/// when it is made and when it is replayed.
///
/// @param clusterId      empty only before the first change
/// @param producerIdsEnd producer ids below this may have been given out
record CatalogState(Optional<String> clusterId, long producerIdsEnd, Catalog catalog, Quotas quotas, Configs configs) {
    static final CatalogState EMPTY = new CatalogState(Optional.empty(), 0, Catalog.EMPTY, Quotas.EMPTY, Configs.EMPTY);

    /// What is kept for things by their names.
    ///
    /// @param groups        settings of groups of consumers
    /// @param clientMetrics subscriptions to clients' metrics
    /// @param attributes    of whatever is no stream
    /// @param features      their levels
    /// @param principals    who can prove who they are
    /// @param server        the server's own settings
    record Configs(
            ResourceConfigs groups,
            ResourceConfigs clientMetrics,
            ResourceConfigs attributes,
            FeatureLevels features,
            Principals principals,
            ServerConfigs server) {
        static final Configs EMPTY = new Configs(
                ResourceConfigs.EMPTY,
                ResourceConfigs.EMPTY,
                ResourceConfigs.EMPTY,
                FeatureLevels.EMPTY,
                Principals.EMPTY,
                ServerConfigs.EMPTY);

        Configs withGroup(String name, Map<String, String> settings) {
            return new Configs(groups.with(name, settings), clientMetrics, attributes, features, principals, server);
        }

        Configs withClientMetrics(String name, Map<String, String> settings) {
            return new Configs(groups, clientMetrics.with(name, settings), attributes, features, principals, server);
        }

        Configs withAttributes(String owner, Map<String, String> changed) {
            return new Configs(groups, clientMetrics, attributes.with(owner, changed), features, principals, server);
        }

        Configs withFeatures(Map<String, Integer> levels) {
            return new Configs(groups, clientMetrics, attributes, features.then(levels), principals, server);
        }

        Configs withPrincipals(List<Principal> changed) {
            return new Configs(groups, clientMetrics, attributes, features, principals.with(changed), server);
        }

        Configs withServer(ServerConfigs.Scope scope, Map<String, String> settings) {
            return new Configs(groups, clientMetrics, attributes, features, principals, server.with(scope, settings));
        }
    }

    ResourceConfigs groups() {
        return configs.groups();
    }

    ResourceConfigs clientMetrics() {
        return configs.clientMetrics();
    }

    ResourceConfigs attributes() {
        return configs.attributes();
    }

    FeatureLevels features() {
        return configs.features();
    }

    Principals principals() {
        return configs.principals();
    }

    ServerConfigs server() {
        return configs.server();
    }

    /// @throws IllegalArgumentException the change does not fit this state: the catalog's log is not whole
    CatalogState after(CatalogChange change) {
        return switch (change) {
            case Founded(String id) -> new CatalogState(Optional.of(id), producerIdsEnd, catalog, quotas, configs);
            case Created(Stream stream) -> with(catalog.with(fresh(stream)));
            case Deleted(UUID id) -> with(catalog.without(known(id)));
            case Configured(UUID id, Map<String, String> settings) ->
                with(catalog.with(known(id).withSettings(settings)));
            case Resharded(UUID id, List<Shard> shards, int partitions) ->
                with(catalog.with(known(id).withShards(shards, partitions)));
            case Described(OfStream(UUID id, Stream.Mode mode), Map<String, String> attributes) ->
                with(catalog.with(known(id).described(mode, attributes)));
            case Described(Named(String owner), Map<String, String> attributes) ->
                with(configs.withAttributes(owner, attributes));
            case Limited(QuotaEntity entity, Map<String, Double> limits) ->
                new CatalogState(clusterId, producerIdsEnd, catalog, quotas.with(entity, limits), configs);
            case GroupConfigured(String group, Map<String, String> settings) ->
                with(configs.withGroup(group, settings));
            case ClientMetricsConfigured(String subscription, Map<String, String> settings) ->
                with(configs.withClientMetrics(subscription, settings));
            case FeaturesSet(Map<String, Integer> levels) -> with(configs.withFeatures(levels));
            case PrincipalsChanged(List<Principal> changed) -> with(configs.withPrincipals(changed));
            case ServerConfigured(ServerConfigs.Scope scope, Map<String, String> settings) ->
                with(configs.withServer(scope, settings));
            case ProducerIdsReserved(long end) -> new CatalogState(clusterId, end, catalog, quotas, configs);
        };
    }

    private CatalogState with(Catalog changed) {
        return new CatalogState(clusterId, producerIdsEnd, changed, quotas, configs);
    }

    private CatalogState with(Configs changed) {
        return new CatalogState(clusterId, producerIdsEnd, catalog, quotas, changed);
    }

    private Stream fresh(Stream stream) {
        if (catalog.stream(stream.name()).isPresent()
                || catalog.stream(stream.id()).isPresent())
            throw new IllegalArgumentException("stream %s (%s) is created twice".formatted(stream.name(), stream.id()));
        return stream;
    }

    private Stream known(UUID id) {
        return catalog.stream(id)
                .orElseThrow(() -> new IllegalArgumentException("stream %s changes but does not exist".formatted(id)));
    }
}
