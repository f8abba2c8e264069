package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsResponse;
import org.apache.kafka.common.requests.AlterReplicaLogDirsRequest;
import org.apache.kafka.common.requests.AlterReplicaLogDirsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.ElectLeadersRequest;
import org.apache.kafka.common.requests.ElectLeadersResponse;
import org.apache.kafka.common.requests.ListPartitionReassignmentsResponse;

/// Where partitions lie and who leads them: ElectLeaders, reassignments, AlterReplicaLogDirs. On a single node they
/// all lie here, in one directory, and it leads them; wishes that this fulfils are granted, others are refused as a
/// Kafka cluster of one broker refuses them.
final class PlacementApi {
    /// Kafka moves no partition whose name is longer, with its number: what is moving has 40 characters more, and a
    /// directory's name 255. We have no such directories, and the same answer.
    private static final int MOVABLE_NAME_MAX = 215;

    private final Broker broker;
    private final int nodeId;

    PlacementApi(Broker broker, int nodeId) {
        this.broker = broker;
        this.nodeId = nodeId;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.ELECT_LEADERS, 0, 2, this::electLeaders)
                .serve(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, 0, 1, this::reassign)
                .serve(ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, 0, PlacementApi::reassignments)
                .serve(ApiKeys.ALTER_REPLICA_LOG_DIRS, 1, 2, this::moveToDirectories);
    }

    // ---- ElectLeaders

    /// Who asks for all partitions is told of those only whose leader changed, so of none.
    private Answer electLeaders(Request request) {
        var body = ((ElectLeadersRequest) request.body()).data();
        if (request.version() > 0
                && ElectionType.PREFERRED.value != body.electionType()
                && ElectionType.UNCLEAN.value != body.electionType())
            throw new InvalidRequestException("Unknown election type " + body.electionType());
        var results = new ArrayList<ReplicaElectionResult>();
        if (body.topicPartitions() != null)
            for (var topic : body.topicPartitions()) {
                var result = new ReplicaElectionResult().setTopic(topic.topic());
                for (int index : topic.partitions()) result.partitionResult().add(elected(topic.topic(), index));
                results.add(result);
            }
        return Answer.of(new ElectLeadersResponse(0, Errors.NONE.code(), results, request.version()));
    }

    private PartitionResult elected(String topic, int index) {
        var error =
                unknown(topic, index).orElseGet(() -> ApiError.fromThrowable(Errors.ELECTION_NOT_NEEDED.exception()));
        return new PartitionResult()
                .setPartitionId(index)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.message());
    }

    private Optional<ApiError> unknown(String topic, int index) {
        var stream = broker.catalog().stream(topic);
        if (stream.isEmpty())
            return Optional.of(new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + topic));
        if (has(stream.get(), index)) return Optional.empty();
        return Optional.of(
                new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such partition as %s-%d".formatted(topic, index)));
    }

    private static boolean has(Stream stream, int index) {
        return index >= 0 && index < stream.partitions();
    }

    // ---- AlterPartitionReassignments, ListPartitionReassignments

    private Answer reassign(Request request) {
        var body = ((AlterPartitionReassignmentsRequest) request.body()).data();
        var data = new AlterPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setAllowReplicationFactorChange(body.allowReplicationFactorChange());
        for (var topic : body.topics()) {
            var response = new ReassignableTopicResponse().setName(topic.name());
            for (var partition : topic.partitions()) {
                var error = reassigned(topic.name(), partition);
                response.partitions()
                        .add(new ReassignablePartitionResponse()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(error.error().code())
                                .setErrorMessage(error.is(Errors.NONE) ? null : error.messageWithFallback()));
            }
            data.responses().add(response);
        }
        return Answer.of(new AlterPartitionReassignmentsResponse(data));
    }

    private ApiError reassigned(String topic, ReassignablePartition asked) {
        var stream = broker.catalog().stream(topic);
        if (stream.isEmpty())
            return new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named %s.".formatted(topic));
        if (!has(stream.get(), asked.partitionIndex()))
            return new ApiError(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find partition %s:%d.".formatted(topic, asked.partitionIndex()));
        if (asked.replicas() == null) return new ApiError(Errors.NO_REASSIGNMENT_IN_PROGRESS);
        return assignmentFault(nodeId, asked.replicas())
                .map(fault -> new ApiError(Errors.INVALID_REPLICA_ASSIGNMENT, fault))
                .orElse(ApiError.NONE);
    }

    /// Why a partition cannot lie on these nodes; empty if it can.
    ///
    /// @param here the number of this node
    static Optional<String> assignmentFault(int here, List<Integer> nodes) {
        if (nodes.isEmpty()) return Optional.of("The manual partition assignment includes an empty replica list.");
        var seen = new HashSet<Integer>();
        for (int node : nodes) {
            if (node != here)
                return Optional.of(
                        "The manual partition assignment includes broker %d, but no such broker is registered."
                                .formatted(node));
            if (!seen.add(node))
                return Optional.of(
                        "The manual partition assignment includes the broker %d more than once.".formatted(node));
        }
        return Optional.empty();
    }

    /// There never is one on a single node. Kafka's tools ask when they describe a topic.
    private static Answer reassignments(Request request) {
        return Answer.of(new ListPartitionReassignmentsResponse(new ListPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setTopics(new ArrayList<>())));
    }

    // ---- AlterReplicaLogDirs

    private Answer moveToDirectories(Request request) {
        var body = ((AlterReplicaLogDirsRequest) request.body()).data();
        Map<String, AlterReplicaLogDirTopicResult> results = new LinkedHashMap<>();
        for (var directory : body.dirs())
            for (var topic : directory.topics()) {
                var result = results.computeIfAbsent(
                        topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name));
                for (int index : topic.partitions())
                    result.partitions()
                            .add(new AlterReplicaLogDirPartitionResult()
                                    .setPartitionIndex(index)
                                    .setErrorCode(moved(directory.path(), topic.name(), index)
                                            .code()));
            }
        return Answer.of(new AlterReplicaLogDirsResponse(
                new AlterReplicaLogDirsResponseData().setResults(List.copyOf(results.values()))));
    }

    private Errors moved(String directory, String topic, int index) {
        if ("%s-%d".formatted(topic, index).length() > MOVABLE_NAME_MAX) return Errors.INVALID_TOPIC_EXCEPTION;
        if (!directory.equals(StorageApi.DIRECTORY)) return Errors.LOG_DIR_NOT_FOUND;
        var stream = broker.catalog().stream(topic);
        return stream.isPresent() && has(stream.get(), index) ? Errors.NONE : Errors.REPLICA_NOT_AVAILABLE;
    }
}
