package io.braid.broker;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/// One thing that became different in the catalog, as its log keeps it. Each says what is true afterwards, so that
/// replaying is putting in place and never deciding again.
sealed interface CatalogChange {
    /// The data directory has an identity; always the first.
    record Founded(String clusterId) implements CatalogChange {}

    /// The stream's partitions were created before this was written.
    record Created(Stream stream) implements CatalogChange {}

    /// The stream's partitions are deleted after this was written.
    record Deleted(UUID stream) implements CatalogChange {}

    record Configured(UUID stream, Map<String, String> settings) implements CatalogChange {
        public Configured {
            settings = Map.copyOf(settings);
        }
    }

    /// All shards as they are now. New partitions were created before this was written.
    record Resharded(UUID stream, List<Shard> shards, int partitions) implements CatalogChange {
        public Resharded {
            shards = List.copyOf(shards);
        }
    }

    /// All limits of the entity as they are now; none if it has none any more.
    record Limited(QuotaEntity entity, Map<String, Double> limits) implements CatalogChange {
        public Limited {
            limits = Map.copyOf(limits);
        }
    }

    /// All settings of a group of consumers as they are now; none if it has none any more.
    record GroupConfigured(String group, Map<String, String> settings) implements CatalogChange {
        public GroupConfigured {
            settings = Map.copyOf(settings);
        }
    }

    /// All settings of a subscription to clients' metrics as they are now; none if it is there no more.
    record ClientMetricsConfigured(String subscription, Map<String, String> settings) implements CatalogChange {
        public ClientMetricsConfigured {
            settings = Map.copyOf(settings);
        }
    }

    /// All that is set of the server's own settings there, as it is now.
    record ServerConfigured(ServerConfigs.Scope scope, Map<String, String> settings) implements CatalogChange {
        public ServerConfigured {
            settings = Map.copyOf(settings);
        }
    }

    /// The levels of all features that were ever set, as they are now.
    record FeaturesSet(Map<String, Integer> levels) implements CatalogChange {
        public FeaturesSet {
            levels = Map.copyOf(levels);
        }
    }

    /// Principals as they are now, in any number; one that has nothing to prove it with is there no more.
    record PrincipalsChanged(List<Principal> principals) implements CatalogChange {
        public PrincipalsChanged {
            principals = List.copyOf(principals);
        }
    }

    /// All attributes of the owner as they are now; none if it has none any more.
    record Described(AttributeOwner owner, Map<String, String> attributes) implements CatalogChange {
        public Described {
            attributes = Map.copyOf(attributes);
        }
    }

    /// What attributes are about.
    sealed interface AttributeOwner {}

    /// A stream, and its mode as it is now.
    record OfStream(UUID stream, Stream.Mode mode) implements AttributeOwner {}

    /// Something that a front knows by this name and that is in no other way in the catalog, such as an account.
    record Named(String name) implements AttributeOwner {}

    /// Producer ids below `end` may have been given out.
    record ProducerIdsReserved(long end) implements CatalogChange {}
}
