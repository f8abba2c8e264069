package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import io.braid.kafka.Throttles.Caller;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsResponse;

/// Changes to what there is: CreateTopics, DeleteTopics, CreatePartitions. A change is durable, and known to
/// every connection, when it is answered.
final class TopicApi {
    private static final int DEFAULT = -1; // what clients send to leave a number to the server
    private static final short COPIES = 1;
    private static final int DELETION_DISABLED_VERSION = 3; // the first of DeleteTopics that has a word for it

    // The first versions that have a word for a quota of changes that is used up.
    private static final int CREATE_STRICT_VERSION = 6;
    private static final int DELETE_STRICT_VERSION = 5;
    private static final int GROW_STRICT_VERSION = 3;

    private static final String MIN_ISR = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;

    private final Broker broker;
    private final int nodeId;
    private final boolean clampReplication;
    private final boolean deletable;
    private final InternalTopics internal;
    private final Throttles throttles;

    TopicApi(Broker broker, KafkaListener.Config config, Throttles throttles) {
        this.broker = broker;
        this.throttles = throttles;
        this.nodeId = config.nodeId();
        this.clampReplication = config.topics().clampReplication();
        this.deletable = config.topics().deletable();
        this.internal = new InternalTopics(config);
    }

    // ---- CreateTopics

    Answer create(Request request) {
        var body = ((CreateTopicsRequest) request.body()).data();
        var seen = new HashSet<String>();
        var twice = new HashSet<String>();
        for (var topic : body.topics()) if (!seen.add(topic.name())) twice.add(topic.name());

        var changes = changes(request, CREATE_STRICT_VERSION);
        var data = new CreateTopicsResponseData();
        for (var name : twice) data.topics().add(failed(name, Errors.INVALID_REQUEST, "Duplicate topic name."));
        for (var topic : body.topics())
            if (!twice.contains(topic.name())) data.topics().add(create(topic, body.validateOnly(), changes));
        data.setThrottleTimeMs(changes.waitMillis());
        return Answer.of(new CreateTopicsResponse(data));
    }

    private TopicChanges changes(Request request, int strictVersion) {
        return throttles.changes(Caller.of(request), request.version() >= strictVersion);
    }

    /// Creates one topic, or looks whether that could be done. Blocks until it is durable.
    CreatableTopicResult create(CreatableTopic topic, boolean validateOnly, TopicChanges changes) {
        if (topic.name().equals(Topic.CLUSTER_METADATA_TOPIC_NAME))
            return failed(
                    topic.name(),
                    Errors.INVALID_REQUEST,
                    "Creation of internal topic %s is prohibited.".formatted(topic.name()));
        var nameFault = nameFault(topic.name());
        if (nameFault.isPresent()) return failed(topic.name(), Errors.INVALID_TOPIC_EXCEPTION, nameFault.get());
        if (broker.catalog().stream(topic.name()).isPresent())
            return failed(
                    topic.name(), Errors.TOPIC_ALREADY_EXISTS, "Topic '%s' already exists.".formatted(topic.name()));
        var fault = topic.assignments().isEmpty() ? numbersFault(topic) : assignmentFault(topic);
        if (fault.isPresent())
            return failed(topic.name(), fault.get().error(), fault.get().message());
        var settings = new HashMap<String, String>();
        var missing = new TreeSet<String>();
        for (var config : topic.configs()) {
            if (config.value() == null) missing.add(config.name());
            else settings.put(config.name(), config.value());
        }
        if (!missing.isEmpty())
            return failed(
                    topic.name(),
                    Errors.INVALID_CONFIG,
                    "Null value not supported for topic configs: " + String.join(", ", missing));
        if (clampReplication) settings.remove(MIN_ISR); // of one copy
        var badValue = TopicValues.fault(settings);
        if (badValue.isPresent()) return failed(topic.name(), Errors.INVALID_CONFIG, badValue.get());
        int asked = topic.numPartitions() == DEFAULT ? 0 : topic.numPartitions();
        int partitions =
                topic.assignments().isEmpty() ? asked : topic.assignments().size();
        var wanted = internal.named(topic.name(), partitions, settings)
                .orElseGet(() ->
                        new NewStream(topic.name(), Stream.Kind.USER, Stream.Mode.PROVISIONED, partitions, settings));
        if (validateOnly || changes.isLimited()) {
            var outcome = broker.check(wanted);
            if (outcome instanceof CatalogOutcome.Done(Stream possible) && !changes.allow(possible.partitions()))
                return failed(topic.name(), Errors.THROTTLING_QUOTA_EXCEEDED, null);
            if (validateOnly) return result(topic.name(), outcome, true);
        }
        return result(topic.name(), broker.create(wanted), false);
    }

    /// Kafka refuses names that its metrics could not tell apart, which have `_` in the place of `.`; a stream that a
    /// Kinesis client creates may be called so.
    private Optional<String> nameFault(String name) {
        try {
            Topic.validate(name);
        } catch (InvalidTopicException e) {
            return Optional.of(e.getMessage());
        }
        if (!Topic.hasCollisionChars(name) || broker.catalog().stream(name).isPresent()) return Optional.empty();
        return broker.catalog().streams().stream()
                .map(Stream::name)
                .filter(other -> Topic.hasCollision(name, other))
                .findFirst()
                .map(other -> "Topic '%s' collides with existing topic: %s".formatted(name, other));
    }

    private Optional<ApiError> numbersFault(CreatableTopic topic) {
        int copies = topic.replicationFactor();
        if (copies < DEFAULT || copies == 0)
            return fault(
                    Errors.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        if (topic.numPartitions() < DEFAULT || topic.numPartitions() == 0)
            return fault(Errors.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        if (copies == DEFAULT || copies == COPIES || clampReplication) return Optional.empty();
        return fault(
                Errors.INVALID_REPLICATION_FACTOR,
                ("Unable to replicate the partition %1$d time(s): The target replication factor of %1$d cannot be"
                                + " reached because only %2$d broker(s) are registered.")
                        .formatted(copies, COPIES));
    }

    private Optional<ApiError> assignmentFault(CreatableTopic topic) {
        if (topic.replicationFactor() != DEFAULT)
            return fault(
                    Errors.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        if (topic.numPartitions() != DEFAULT)
            return fault(
                    Errors.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        var indexes = new TreeSet<Integer>();
        for (var assigned : topic.assignments()) {
            if (!indexes.add(assigned.partitionIndex()))
                return fault(
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        "Found multiple manual partition assignments for partition " + assigned.partitionIndex());
            var wrong = placeFault(assigned.brokerIds());
            if (wrong.isPresent()) return fault(Errors.INVALID_REPLICA_ASSIGNMENT, wrong.get());
        }
        if (indexes.first() == 0 && indexes.last() == indexes.size() - 1) return Optional.empty();
        return fault(Errors.INVALID_REPLICA_ASSIGNMENT, "partitions should be a consecutive 0-based integer sequence");
    }

    /// Copies on other nodes are those that are clamped.
    private Optional<String> placeFault(List<Integer> nodes) {
        return PlacementApi.assignmentFault(nodeId, clampReplication && !nodes.isEmpty() ? List.of(nodeId) : nodes);
    }

    private static Optional<ApiError> fault(Errors error, String detail) {
        return Optional.of(new ApiError(error, detail));
    }

    private CreatableTopicResult result(String name, CatalogOutcome outcome, boolean validateOnly) {
        if (!(outcome instanceof CatalogOutcome.Done(Stream stream)))
            return failed(name, TopicErrors.of(outcome), TopicErrors.detail(outcome));
        return new CreatableTopicResult()
                .setName(name)
                .setTopicId(validateOnly ? Uuid.ZERO_UUID : Ids.of(stream.id()))
                .setErrorMessage(null)
                .setNumPartitions(stream.partitions())
                .setReplicationFactor(COPIES)
                .setConfigs(TopicConfigs.created(broker, stream));
    }

    private static CreatableTopicResult failed(String name, Errors error, String detail) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(detail)
                .setConfigs(List.of());
    }

    // ---- DeleteTopics

    Answer delete(Request request) {
        if (!deletable)
            throw request.version() < DELETION_DISABLED_VERSION
                    ? new InvalidRequestException("Topic deletion is disabled.")
                    : new TopicDeletionDisabledException("Topic deletion is disabled (delete.topic.enable).");
        var body = ((DeleteTopicsRequest) request.body()).data();
        var changes = changes(request, DELETE_STRICT_VERSION);
        var data = new DeleteTopicsResponseData();
        for (var name : Set.copyOf(body.topicNames())) data.responses().add(deleted(name, Uuid.ZERO_UUID, changes));
        for (var topic : body.topics()) data.responses().add(delete(topic, changes));
        data.setThrottleTimeMs(changes.waitMillis());
        return Answer.of(new DeleteTopicsResponse(data));
    }

    private DeletableTopicResult delete(DeleteTopicState topic, TopicChanges changes) {
        boolean hasName = topic.name() != null;
        boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
        var response = new DeletableTopicResult().setName(topic.name()).setTopicId(topic.topicId());
        if (hasName && hasId)
            return failed(response, Errors.INVALID_REQUEST, "You may not specify both topic name and topic id.");
        if (!hasName && !hasId)
            return failed(response, Errors.INVALID_REQUEST, "Neither topic name nor id were specified.");
        if (hasName) return deleted(topic.name(), topic.topicId(), changes);
        UUID id = Ids.of(topic.topicId());
        return broker.catalog().stream(id)
                .map(stream -> deleted(stream.name(), topic.topicId(), changes))
                .orElseGet(() -> failed(response, Errors.UNKNOWN_TOPIC_ID, Errors.UNKNOWN_TOPIC_ID.message()));
    }

    private DeletableTopicResult deleted(String name, Uuid id, TopicChanges changes) {
        var response = new DeletableTopicResult().setName(name).setTopicId(id);
        var stream = broker.catalog().stream(name);
        if (stream.isPresent() && stream.get().kind() == Stream.Kind.INTERNAL)
            return failed(response, Errors.INVALID_REQUEST, "'%s' is the server's own and stays".formatted(name));
        if (stream.isPresent() && !changes.allow(stream.get().partitions()))
            return failed(response.setTopicId(Ids.of(stream.get().id())), Errors.THROTTLING_QUOTA_EXCEEDED, null);
        var outcome = broker.delete(name);
        return outcome instanceof CatalogOutcome.Done(Stream gone)
                ? response.setTopicId(Ids.of(gone.id()))
                : failed(response, TopicErrors.of(outcome), TopicErrors.detail(outcome));
    }

    private static DeletableTopicResult failed(DeletableTopicResult response, Errors error, String detail) {
        return response.setErrorCode(error.code()).setErrorMessage(detail);
    }

    // ---- CreatePartitions

    Answer grow(Request request) {
        var body = ((CreatePartitionsRequest) request.body()).data();
        var seen = new HashSet<String>();
        var twice = new HashSet<String>();
        for (var topic : body.topics()) if (!seen.add(topic.name())) twice.add(topic.name());

        var changes = changes(request, GROW_STRICT_VERSION);
        var data = new CreatePartitionsResponseData();
        for (var name : twice)
            data.results()
                    .add(grown(
                            new CreatePartitionsTopic().setName(name),
                            Errors.INVALID_REQUEST,
                            "Duplicate topic name."));
        for (var topic : body.topics())
            if (!twice.contains(topic.name())) data.results().add(grow(topic, body.validateOnly(), changes));
        data.setThrottleTimeMs(changes.waitMillis());
        return Answer.of(new CreatePartitionsResponse(data));
    }

    private CreatePartitionsTopicResult grow(CreatePartitionsTopic topic, boolean validateOnly, TopicChanges changes) {
        var stream = broker.catalog().stream(topic.name());
        if (stream.isEmpty())
            return grown(topic, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
        if (stream.get().kind() == Stream.Kind.INTERNAL)
            return grown(
                    topic,
                    Errors.INVALID_REQUEST,
                    "'%s' is the server's own and keeps its partitions: they decide where things are kept"
                            .formatted(topic.name()));
        int partitions = stream.get().partitions();
        if (topic.count() == partitions)
            return grown(topic, Errors.INVALID_PARTITIONS, "Topic already has %d partition(s).".formatted(partitions));
        if (topic.count() < partitions)
            return grown(
                    topic,
                    Errors.INVALID_PARTITIONS,
                    "The topic %s currently has %d partition(s); %d would not be an increase."
                            .formatted(topic.name(), partitions, topic.count()));
        int added = topic.count() - partitions;
        if (topic.assignments() != null && topic.assignments().size() != added)
            return grown(
                    topic,
                    Errors.INVALID_REPLICA_ASSIGNMENT,
                    "Attempted to add %d additional partition(s), but only %d assignment(s) were specified."
                            .formatted(added, topic.assignments().size()));
        if (!changes.allow(added)) return grown(topic, Errors.THROTTLING_QUOTA_EXCEEDED, null);
        if (topic.assignments() != null) {
            for (var assigned : topic.assignments()) {
                var wrong = placeFault(assigned.brokerIds());
                if (wrong.isPresent()) return grown(topic, Errors.INVALID_REPLICA_ASSIGNMENT, wrong.get());
            }
        }
        var outcome =
                validateOnly ? broker.checkGrow(topic.name(), topic.count()) : broker.grow(topic.name(), topic.count());
        return grown(topic, TopicErrors.of(outcome), TopicErrors.detail(outcome));
    }

    private static CreatePartitionsTopicResult grown(CreatePartitionsTopic topic, Errors error, String detail) {
        return new CreatePartitionsTopicResult()
                .setName(topic.name())
                .setErrorCode(error.code())
                .setErrorMessage(detail);
    }
}
