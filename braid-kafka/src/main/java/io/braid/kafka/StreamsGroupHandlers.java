package io.braid.kafka;

import io.braid.kafka.Throttles.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupDescribeRequest;
import org.apache.kafka.common.requests.StreamsGroupDescribeResponse;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.apache.kafka.common.requests.StreamsGroupTopologyDescriptionUpdateRequest;
import org.apache.kafka.common.requests.StreamsGroupTopologyDescriptionUpdateResponse;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;

/// The APIs of streams groups (KIP-1071), as Kafka 4.4's `KafkaApis` serves them around the coordinator. A member,
/// which is an instance of Kafka Streams, sends its topology and is told its tasks; the topics that the topology
/// needs for itself are created here.
///
///     heartbeat ──► coordinator ──► tasks, or MISSING_INTERNAL_TOPICS and what they are like
///                                      └──► created, durable, known to the coordinator
///     next heartbeat ──► coordinator ──► tasks
///
/// The connection's writer thread creates them: the coordinator's own thread must not wait for the disk.
final class StreamsGroupHandlers {
    private static final int FAILURES_TOLD_MAX = 3; // as Kafka does; the next heartbeat tells of others

    private final GroupCoordination groups;
    private final TopicApi topics;
    private final Throttles throttles;
    private final Features features;

    StreamsGroupHandlers(GroupCoordination groups, TopicApi topics, Throttles throttles, Features features) {
        this.groups = groups;
        this.topics = topics;
        this.throttles = throttles;
        this.features = features;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, 1, served(this::heartbeat))
                .serve(ApiKeys.STREAMS_GROUP_DESCRIBE, 0, 1, served(this::describe))
                .serve(ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE, 0, 0, served(this::describeTopology));
    }

    private Handler served(Handler handler) {
        return Features.when(features::servesStreamsGroups, handler);
    }

    private Answer heartbeat(Request request) throws InterruptedException {
        var asked = ((StreamsGroupHeartbeatRequest) request.body()).data();
        var fault = Optional.ofNullable(asked.topology()).flatMap(StreamsGroupHandlers::fault);
        if (fault.isPresent())
            return Answer.of(new StreamsGroupHeartbeatResponse(new StreamsGroupHeartbeatResponseData()
                    .setErrorCode(Errors.STREAMS_INVALID_TOPOLOGY.code())
                    .setErrorMessage(fault.get())));
        var result = groups.coordinator().streamsGroupHeartbeat(request.context(), asked);
        return new Answer.Turn(
                () -> Answer.Reply.of(answered(result.get(), throttles.changes(Caller.of(request), true))));
    }

    /// Whether a topology uses topics that it may not; all else about it is the coordinator's to check.
    private static Optional<String> fault(Topology topology) {
        var names = topology.subtopologies().stream()
                .flatMap(StreamsGroupHandlers::names)
                .distinct()
                .toList();
        var internal = names.stream().filter(Topic::isInternal).toList();
        if (!internal.isEmpty())
            return Optional.of("Use of Kafka internal topics %s in a Kafka Streams topology is prohibited."
                    .formatted(String.join(",", internal)));
        var invalid = names.stream().filter(name -> !Topic.isValid(name)).toList();
        return invalid.isEmpty()
                ? Optional.empty()
                : Optional.of("Topic names %s are not valid topic names.".formatted(String.join(",", invalid)));
    }

    private static Stream<String> names(Subtopology part) {
        var own = Stream.of(part.repartitionSourceTopics(), part.stateChangelogTopics())
                .flatMap(List::stream)
                .map(TopicInfo::name);
        return Stream.concat(
                Stream.of(part.sourceTopics(), part.repartitionSinkTopics()).flatMap(List::stream), own);
    }

    /// Creates what is missing. Several members ask for the same topics: whoever comes first creates them.
    private StreamsGroupHeartbeatResponse answered(StreamsGroupHeartbeatResult result, TopicChanges changes) {
        var failures = new ArrayList<String>();
        for (var topic : result.creatableTopics().values()) {
            var created = topics.create(topic, false, changes);
            var error = Errors.forCode(created.errorCode());
            if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS)
                failures.add("%s (%s)"
                        .formatted(
                                topic.name(),
                                Optional.ofNullable(created.errorMessage()).orElse(error.message())));
        }
        if (!failures.isEmpty()) tell(failures, result.data());
        return new StreamsGroupHeartbeatResponse(result.data());
    }

    private static void tell(List<String> failures, StreamsGroupHeartbeatResponseData answer) {
        if (answer.status() == null) return;
        int told = Math.min(failures.size(), FAILURES_TOLD_MAX);
        var text = String.join(", ", failures.subList(0, told));
        if (told < failures.size()) text += " and %d more".formatted(failures.size() - told);
        for (var status : answer.status())
            if (status.statusCode() == StreamsGroupHeartbeatResponse.Status.MISSING_INTERNAL_TOPICS.code())
                status.setStatusDetail("%s; Creation failed: %s.".formatted(status.statusDetail(), text));
    }

    private Answer describe(Request request) throws InterruptedException {
        var asked = ((StreamsGroupDescribeRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .streamsGroupDescribe(request.context(), asked.groupIds(), asked.includeTopologyDescription())
                .thenApply(described -> {
                    if (asked.includeAuthorizedOperations())
                        for (var group : described)
                            if (group.errorCode() == Errors.NONE.code())
                                group.setAuthorizedOperations(Operations.GROUP);
                    return new StreamsGroupDescribeResponse(
                            new StreamsGroupDescribeResponseData().setGroups(described));
                }));
    }

    /// Descriptions of topologies are kept by a plugin, of which there is none, as in Kafka unless one is named:
    /// then no member is asked for one, and whoever sends one nevertheless is answered UNSUPPORTED_VERSION.
    private Answer describeTopology(Request request) throws InterruptedException {
        var asked = ((StreamsGroupTopologyDescriptionUpdateRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .streamsGroupTopologyDescriptionUpdate(request.context(), asked)
                .thenApply(StreamsGroupTopologyDescriptionUpdateResponse::new));
    }
}
