package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import io.braid.kafka.Throttles.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;

/// What there is and where: Metadata, DescribeTopicPartitions, DescribeCluster.
final class MetadataApi {
    private static final int DESCRIBED_PARTITIONS_MAX = 2000; // Kafka's max.request.partition.size.limit
    private static final byte BROKER_ENDPOINT = 1;

    /// The first version of Metadata by which topics can be asked for by id.
    private static final int ID_VERSION = 12;

    private final Broker broker;
    private final KafkaListener.Config config;
    private final int nodeId;
    private final List<Integer> thisNode;
    private final InternalTopics internal;
    private final Throttles throttles;

    MetadataApi(Broker broker, KafkaListener.Config config, Throttles throttles) {
        this.broker = broker;
        this.throttles = throttles;
        this.config = config;
        this.nodeId = config.nodeId();
        this.thisNode = List.of(nodeId);
        this.internal = new InternalTopics(config);
    }

    // ---- Metadata

    Answer metadata(Request request) {
        var body = (MetadataRequest) request.body();
        checkIds(body);
        boolean operations = body.data().includeTopicAuthorizedOperations();
        var here = Endpoint.of(config, request);
        var data = new MetadataResponseData()
                .setClusterId(broker.clusterId())
                .setControllerId(nodeId)
                .setClusterAuthorizedOperations(
                        body.data().includeClusterAuthorizedOperations() ? Operations.CLUSTER : Operations.NOT_ASKED);
        data.brokers()
                .add(new MetadataResponseBroker()
                        .setNodeId(nodeId)
                        .setHost(here.host())
                        .setPort(here.port()));
        if (asksForAll(body)) {
            for (var stream : InternalTopics.shown(broker.catalog()))
                data.topics().add(found(stream, operations));
        } else {
            var changes = throttles.changes(Caller.of(request), true);
            for (var topic : body.data().topics())
                data.topics().add(topic(topic, body.data().allowAutoTopicCreation(), operations, changes));
        }
        return Answer.of(new MetadataResponse(data, request.version()));
    }

    /// Versions 10 and 11 have room for ids in the request, and none for a topic without a name in the response.
    private static void checkIds(MetadataRequest body) {
        if (body.version() >= ID_VERSION || body.data().topics() == null) return;
        for (var topic : body.data().topics()) {
            if (topic.name() == null)
                throw new InvalidRequestException("Topic name can not be null for version " + body.version());
            if (!topic.topicId().equals(Uuid.ZERO_UUID))
                throw new InvalidRequestException(
                        "Topic IDs are not supported in requests for version " + body.version());
        }
    }

    /// Version 0 could not say "none", so there an empty list means all.
    private static boolean asksForAll(MetadataRequest body) {
        var topics = body.data().topics();
        return topics == null || (body.version() == 0 && topics.isEmpty());
    }

    private MetadataResponseTopic topic(
            MetadataRequestTopic asked, boolean mayCreate, boolean operations, TopicChanges changes) {
        if (!asked.topicId().equals(Uuid.ZERO_UUID)) {
            return broker.catalog().stream(Ids.of(asked.topicId()))
                    .map(stream -> found(stream, operations))
                    .orElseGet(() -> new MetadataResponseTopic()
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                            .setName(null)
                            .setTopicId(asked.topicId()));
        }
        if (asked.name() == null) throw new InvalidRequestException("a topic without a name and without an id");
        var known = broker.catalog().stream(asked.name());
        if (known.isPresent()) return found(known.get(), operations);
        if (mayCreate && config.topics().autoCreate()) return created(asked.name(), operations, changes);
        var error = TopicErrors.isNameValid(asked.name())
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.INVALID_TOPIC_EXCEPTION;
        return missing(asked.name(), error);
    }

    /// Who may not create it now does not learn why, as in Kafka: there is no such topic yet.
    private MetadataResponseTopic created(String name, boolean operations, TopicChanges changes) {
        var wanted = internal.named(name, 0, Map.of()).orElseGet(() -> NewStream.of(name, 0));
        if (changes.isLimited()
                && broker.check(wanted) instanceof CatalogOutcome.Done(Stream possible)
                && !changes.allow(possible.partitions())) return missing(name, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        var outcome = broker.create(wanted);
        return switch (outcome) {
            case CatalogOutcome.Done(Stream stream) -> found(stream, operations);
            case CatalogOutcome.AlreadyExists(Stream stream) -> found(stream, operations); // somebody was quicker
            case CatalogOutcome.NotFound _, CatalogOutcome.Invalid _, CatalogOutcome.Unknown _ ->
                missing(name, TopicErrors.of(outcome));
        };
    }

    private static MetadataResponseTopic missing(String name, Errors error) {
        return new MetadataResponseTopic().setErrorCode(error.code()).setName(name);
    }

    private MetadataResponseTopic found(Stream stream, boolean operations) {
        var partitions = new ArrayList<MetadataResponsePartition>(stream.partitions());
        for (int index = 0; index < stream.partitions(); index++)
            partitions.add(new MetadataResponsePartition()
                    .setPartitionIndex(index)
                    .setLeaderId(nodeId)
                    .setLeaderEpoch(leaderEpoch(stream, index))
                    .setReplicaNodes(thisNode)
                    .setIsrNodes(thisNode));
        return new MetadataResponseTopic()
                .setName(stream.name())
                .setTopicId(Ids.of(stream.id()))
                .setIsInternal(stream.kind() == Stream.Kind.INTERNAL)
                .setPartitions(partitions)
                .setTopicAuthorizedOperations(operations ? Operations.TOPIC : Operations.NOT_ASKED);
    }

    private int leaderEpoch(Stream stream, int index) {
        return broker.partition(stream.id(), index)
                .map(partition -> partition.log().leaderEpoch())
                .orElse(-1); // deleted this moment
    }

    // ---- DescribeTopicPartitions

    /// Topics in the order of their names, at most so many partitions at once; the cursor says where to go on
    /// (KIP-966).
    Answer describeTopicPartitions(Request request) {
        var body = ((DescribeTopicPartitionsRequest) request.body()).data();
        int room = Math.min(body.responsePartitionLimit(), DESCRIBED_PARTITIONS_MAX);
        if (room < 1)
            throw new InvalidRequestException("a limit of %d partitions: should be at least 1".formatted(room));
        var wanted = new TreeMap<String, Optional<Stream>>();
        for (var topic : body.topics()) wanted.put(topic.name(), broker.catalog().stream(topic.name()));
        if (body.topics().isEmpty())
            for (var stream : InternalTopics.shown(broker.catalog())) wanted.put(stream.name(), Optional.of(stream));

        int firstPartition = 0;
        if (body.cursor() != null) {
            if (body.cursor().partitionIndex() < 0)
                throw new InvalidRequestException("a cursor at a partition below 0");
            wanted.headMap(body.cursor().topicName()).clear();
            if (wanted.containsKey(body.cursor().topicName()))
                firstPartition = body.cursor().partitionIndex();
        }
        var data = new DescribeTopicPartitionsResponseData();
        for (var entry : wanted.entrySet()) {
            var stream = entry.getValue();
            if (stream.isEmpty()) {
                data.topics().add(describedMissing(entry.getKey()));
                continue;
            }
            if (room == 0) {
                data.setNextCursor(new Cursor().setTopicName(entry.getKey()).setPartitionIndex(0));
                break;
            }
            int end = Math.min(stream.get().partitions(), firstPartition + room);
            data.topics().add(described(stream.get(), firstPartition, end));
            room -= Math.max(0, end - firstPartition);
            firstPartition = 0;
            if (end < stream.get().partitions()) {
                data.setNextCursor(new Cursor().setTopicName(entry.getKey()).setPartitionIndex(end));
                break;
            }
        }
        return Answer.of(new DescribeTopicPartitionsResponse(data));
    }

    private static DescribeTopicPartitionsResponseTopic describedMissing(String name) {
        var error = TopicErrors.isNameValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
        return new DescribeTopicPartitionsResponseTopic()
                .setErrorCode(error.code())
                .setName(name);
    }

    private DescribeTopicPartitionsResponseTopic described(Stream stream, int first, int end) {
        var partitions = new ArrayList<DescribeTopicPartitionsResponsePartition>();
        for (int index = first; index < end; index++)
            partitions.add(new DescribeTopicPartitionsResponsePartition()
                    .setPartitionIndex(index)
                    .setLeaderId(nodeId)
                    .setLeaderEpoch(leaderEpoch(stream, index))
                    .setReplicaNodes(thisNode)
                    .setIsrNodes(thisNode)
                    .setEligibleLeaderReplicas(List.of())
                    .setLastKnownElr(List.of()));
        return new DescribeTopicPartitionsResponseTopic()
                .setName(stream.name())
                .setTopicId(Ids.of(stream.id()))
                .setIsInternal(stream.kind() == Stream.Kind.INTERNAL)
                .setPartitions(partitions)
                .setTopicAuthorizedOperations(Operations.TOPIC);
    }

    // ---- DescribeCluster

    Answer describeCluster(Request request) {
        var body = (DescribeClusterRequest) request.body();
        if (body.data().endpointType() != BROKER_ENDPOINT)
            return Answer.of(new DescribeClusterResponse(new DescribeClusterResponseData()
                    .setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
                    .setErrorMessage("this is a broker: it answers for endpoint type 1 only")));
        var here = Endpoint.of(config, request);
        var data = new DescribeClusterResponseData()
                .setEndpointType(BROKER_ENDPOINT)
                .setClusterId(broker.clusterId())
                .setControllerId(nodeId)
                .setClusterAuthorizedOperations(
                        body.data().includeClusterAuthorizedOperations() ? Operations.CLUSTER : Operations.NOT_ASKED);
        data.brokers()
                .add(new DescribeClusterBroker()
                        .setBrokerId(nodeId)
                        .setHost(here.host())
                        .setPort(here.port()));
        return Answer.of(new DescribeClusterResponse(data));
    }
}
