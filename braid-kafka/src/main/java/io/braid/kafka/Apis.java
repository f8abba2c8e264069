package io.braid.kafka;

import io.braid.broker.Broker;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.protocol.ApiKeys;

/// Every API but those of groups and transactions, with the versions served.
final class Apis {
    private Apis() {}

    static void register(
            Handlers handlers,
            Broker broker,
            KafkaListener.Config config,
            TransactionCoordination transactions,
            ServerSettings settings,
            GroupConfigApi groups,
            Features features,
            Throttles throttles,
            TopicApi topics,
            AddressLimits addresses,
            InstantSource clock,
            RandomGenerator random) {
        var metadata = new MetadataApi(broker, config, throttles);
        var configs = new ConfigApi(broker, config, settings, addresses, groups);
        var positions = new PositionApi(broker);
        var fetch = new FetchApi(broker, new FetchSessions(random), clock);
        new QuorumApi(broker, config, clock).register(handlers);
        new FeaturesApi(broker, config.nodeId()).register(handlers);
        new PlacementApi(broker, config.nodeId()).register(handlers);
        SecurityApi.register(handlers);
        new ScramApi(broker).register(handlers);
        new QuotaApi(broker, addresses).register(handlers);
        var versions = new VersionsApi(handlers, features, broker.clusterId(), config.nodeId());
        handlers.serve(ApiKeys.API_VERSIONS, 0, 5, versions)
                .serve(ApiKeys.METADATA, 0, 13, metadata::metadata)
                .serve(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, 0, metadata::describeTopicPartitions)
                .serve(ApiKeys.DESCRIBE_CLUSTER, 0, 2, metadata::describeCluster)
                .serve(ApiKeys.CREATE_TOPICS, 2, 7, topics::create)
                .serve(ApiKeys.DELETE_TOPICS, 1, 6, topics::delete)
                .serve(ApiKeys.CREATE_PARTITIONS, 0, 3, topics::grow)
                .serve(ApiKeys.DESCRIBE_CONFIGS, 1, 4, configs::describe)
                .serve(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, configs::alter)
                .serve(ApiKeys.ALTER_CONFIGS, 0, 2, configs::replace)
                .serve(ApiKeys.LIST_CONFIG_RESOURCES, 0, 1, configs::resources)
                .serve(
                        ApiKeys.PRODUCE,
                        3,
                        13,
                        new ProduceApi(broker, new TransactionalAppends(transactions::enterLater), clock))
                .serve(ApiKeys.FETCH, 4, 18, fetch)
                .serve(ApiKeys.LIST_OFFSETS, 1, 11, positions::listOffsets)
                .serve(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 2, 4, positions::epochEnds)
                .serve(ApiKeys.DELETE_RECORDS, 0, 2, positions::deleteRecords)
                .serve(ApiKeys.DESCRIBE_LOG_DIRS, 1, 5, new StorageApi(broker)::describeLogDirs);
    }
}
