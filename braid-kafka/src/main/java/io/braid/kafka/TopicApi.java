package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.ListPartitionReassignmentsResponse;

/// Changes to what there is: CreateTopics, DeleteTopics, CreatePartitions. A change is durable, and known to
/// every connection, when it is answered.
final class TopicApi {
    private static final int DEFAULT = -1; // what clients send to leave a number to the server
    private static final short COPIES = 1;

    private final Broker broker;

    TopicApi(Broker broker) {
        this.broker = broker;
    }

    // ---- CreateTopics

    Answer create(Request request) {
        var body = ((CreateTopicsRequest) request.body()).data();
        var seen = new HashSet<String>();
        var twice = new HashSet<String>();
        for (var topic : body.topics()) if (!seen.add(topic.name())) twice.add(topic.name());

        var data = new CreateTopicsResponseData();
        for (var name : twice)
            data.topics()
                    .add(failed(name, Errors.INVALID_REQUEST, "the request names topic '%s' twice".formatted(name)));
        for (var topic : body.topics())
            if (!twice.contains(topic.name())) data.topics().add(create(topic, body.validateOnly()));
        return Answer.of(new CreateTopicsResponse(data));
    }

    private CreatableTopicResult create(CreatableTopic topic, boolean validateOnly) {
        if (topic.replicationFactor() != DEFAULT && topic.replicationFactor() != COPIES)
            return failed(
                    topic.name(),
                    Errors.INVALID_REPLICATION_FACTOR,
                    "replication factor %d: this server is a single node, which keeps 1 copy (or ask for -1, the default)"
                            .formatted(topic.replicationFactor()));
        int partitions = topic.numPartitions() == DEFAULT ? 0 : topic.numPartitions();
        if (!topic.assignments().isEmpty()) {
            if (topic.numPartitions() != DEFAULT || topic.replicationFactor() != DEFAULT)
                return failed(
                        topic.name(),
                        Errors.INVALID_REQUEST,
                        "partitions were assigned by hand, so their number and replication factor must be left at -1");
            var replicas = new HashMap<Integer, List<Integer>>();
            for (var assigned : topic.assignments()) replicas.put(assigned.partitionIndex(), assigned.brokerIds());
            if (replicas.size() != topic.assignments().size() || !isPossible(replicas))
                return failed(topic.name(), Errors.INVALID_REPLICA_ASSIGNMENT, assignmentFault(replicas.size()));
            partitions = replicas.size();
        } else if (topic.numPartitions() != DEFAULT && topic.numPartitions() < 1) {
            return failed(
                    topic.name(),
                    Errors.INVALID_PARTITIONS,
                    "%d partitions: should be at least 1, or -1 for the default".formatted(topic.numPartitions()));
        }
        var settings = new HashMap<String, String>();
        for (var config : topic.configs()) {
            if (config.value() == null)
                return failed(topic.name(), Errors.INVALID_CONFIG, "%s: a value is missing".formatted(config.name()));
            settings.put(config.name(), config.value());
        }
        var wanted = new NewStream(topic.name(), Stream.Kind.USER, Stream.Mode.PROVISIONED, partitions, settings);
        return result(topic.name(), validateOnly ? broker.check(wanted) : broker.create(wanted), validateOnly);
    }

    private static boolean isPossible(Map<Integer, List<Integer>> replicas) {
        for (int index = 0; index < replicas.size(); index++)
            if (!List.of(Endpoint.NODE_ID).equals(replicas.get(index))) return false;
        return true;
    }

    private static String assignmentFault(int partitions) {
        return "partitions must be assigned from 0 to %d without gaps, each to node %d, the only one"
                .formatted(partitions - 1, Endpoint.NODE_ID);
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
        var body = ((DeleteTopicsRequest) request.body()).data();
        var data = new DeleteTopicsResponseData();
        for (var name : Set.copyOf(body.topicNames())) data.responses().add(deleted(name, Uuid.ZERO_UUID));
        for (var topic : body.topics()) data.responses().add(delete(topic));
        return Answer.of(new DeleteTopicsResponse(data));
    }

    private DeletableTopicResult delete(DeleteTopicState topic) {
        boolean hasName = topic.name() != null;
        boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
        var response = new DeletableTopicResult().setName(topic.name()).setTopicId(topic.topicId());
        if (hasName == hasId)
            return failed(
                    response, Errors.INVALID_REQUEST, "a topic is deleted by its name or by its id, by one of both");
        if (hasName) return deleted(topic.name(), topic.topicId());
        UUID id = Ids.of(topic.topicId());
        return broker.catalog().stream(id)
                .map(stream -> deleted(stream.name(), topic.topicId()))
                .orElseGet(() -> failed(response, Errors.UNKNOWN_TOPIC_ID, Errors.UNKNOWN_TOPIC_ID.message()));
    }

    private DeletableTopicResult deleted(String name, Uuid id) {
        var response = new DeletableTopicResult().setName(name).setTopicId(id);
        var stream = broker.catalog().stream(name);
        if (stream.isPresent() && stream.get().kind() == Stream.Kind.INTERNAL)
            return failed(response, Errors.INVALID_REQUEST, "'%s' is the server's own and stays".formatted(name));
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
        var data = new CreatePartitionsResponseData();
        for (var topic : body.topics()) data.results().add(grow(topic, body.validateOnly()));
        return Answer.of(new CreatePartitionsResponse(data));
    }

    private CreatePartitionsTopicResult grow(CreatePartitionsTopic topic, boolean validateOnly) {
        var stream = broker.catalog().stream(topic.name());
        if (stream.isEmpty())
            return grown(topic, Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '%s'".formatted(topic.name()));
        if (stream.get().kind() == Stream.Kind.INTERNAL)
            return grown(
                    topic,
                    Errors.INVALID_REQUEST,
                    "'%s' is the server's own and keeps its partitions: they decide where things are kept"
                            .formatted(topic.name()));
        int partitions = stream.get().partitions();
        if (topic.count() <= partitions)
            return grown(
                    topic,
                    Errors.INVALID_PARTITIONS,
                    "topic '%s' has %d partitions; %d would not be an increase"
                            .formatted(topic.name(), partitions, topic.count()));
        if (topic.assignments() != null) {
            var assigned = topic.assignments();
            boolean possible = assigned.size() == topic.count() - partitions
                    && assigned.stream().allMatch(a -> a.brokerIds().equals(List.of(Endpoint.NODE_ID)));
            if (!possible)
                return grown(
                        topic,
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        "each of the %d new partitions must be assigned to node %d, the only one"
                                .formatted(topic.count() - partitions, Endpoint.NODE_ID));
        }
        if (validateOnly) return grown(topic, Errors.NONE, null);
        var outcome = broker.grow(topic.name(), topic.count());
        return grown(topic, TopicErrors.of(outcome), TopicErrors.detail(outcome));
    }

    private static CreatePartitionsTopicResult grown(CreatePartitionsTopic topic, Errors error, String detail) {
        return new CreatePartitionsTopicResult()
                .setName(topic.name())
                .setErrorCode(error.code())
                .setErrorMessage(detail);
    }

    // ---- ListPartitionReassignments

    /// There never is one on a single node. Kafka's tools ask when they describe a topic.
    Answer reassignments(Request request) {
        return Answer.of(new ListPartitionReassignmentsResponse(new ListPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setTopics(new ArrayList<>())));
    }
}
