package io.braid.kafka;

import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;
import org.apache.kafka.common.requests.ConsumerGroupDescribeResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/// The APIs about groups and their members, as Kafka 4.4's `KafkaApis` serves them around the coordinator:
/// classic groups, the consumer groups of KIP-848, and what administrators ask. Nobody is authorized here
/// yet, so everybody may do everything and is told so.
final class GroupHandlers {
    private static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING; // connections are many

    private final GroupCoordination groups;
    private final Features features;

    GroupHandlers(GroupCoordination groups, Features features) {
        this.groups = groups;
        this.features = features;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.JOIN_GROUP, 0, 9, this::join)
                .serve(ApiKeys.SYNC_GROUP, 0, 5, this::sync)
                .serve(ApiKeys.HEARTBEAT, 0, 4, this::heartbeat)
                .serve(ApiKeys.LEAVE_GROUP, 0, 5, this::leave)
                .serve(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1, ofConsumers(this::consumerHeartbeat))
                .serve(ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1, ofConsumers(this::consumerDescribe))
                .serve(ApiKeys.DESCRIBE_GROUPS, 0, 6, this::describe)
                .serve(ApiKeys.LIST_GROUPS, 0, 5, this::list)
                .serve(ApiKeys.DELETE_GROUPS, 0, 3, this::delete);
    }

    private Handler ofConsumers(Handler handler) {
        return Features.when(features::servesConsumerGroups, handler);
    }

    private Answer join(Request request) throws InterruptedException {
        var asked = ((JoinGroupRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .joinGroup(request.context(), asked, BUFFERS)
                .thenApply(answer -> new JoinGroupResponse(answer, request.version())));
    }

    private Answer sync(Request request) throws InterruptedException {
        var asked = (SyncGroupRequest) request.body();
        if (!asked.areMandatoryProtocolTypeAndNamePresent()) throw Errors.INCONSISTENT_GROUP_PROTOCOL.exception();
        return Answer.when(groups.coordinator()
                .syncGroup(request.context(), asked.data(), BUFFERS)
                .thenApply(SyncGroupResponse::new));
    }

    private Answer heartbeat(Request request) throws InterruptedException {
        var asked = ((HeartbeatRequest) request.body()).data();
        return Answer.when(
                groups.coordinator().heartbeat(request.context(), asked).thenApply(HeartbeatResponse::new));
    }

    private Answer leave(Request request) throws InterruptedException {
        var asked = ((LeaveGroupRequest) request.body()).normalizedData();
        return Answer.when(groups.coordinator()
                .leaveGroup(request.context(), asked)
                .thenApply(answer -> new LeaveGroupResponse(answer, request.version())));
    }

    private Answer consumerHeartbeat(Request request) throws InterruptedException {
        var asked = ((ConsumerGroupHeartbeatRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .consumerGroupHeartbeat(request.context(), asked)
                .thenApply(ConsumerGroupHeartbeatResponse::new));
    }

    private Answer consumerDescribe(Request request) throws InterruptedException {
        var asked = ((ConsumerGroupDescribeRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .consumerGroupDescribe(request.context(), asked.groupIds())
                .thenApply(described -> {
                    if (asked.includeAuthorizedOperations())
                        for (var group : described)
                            if (group.errorCode() == Errors.NONE.code())
                                group.setAuthorizedOperations(Operations.GROUP);
                    return new ConsumerGroupDescribeResponse(
                            new ConsumerGroupDescribeResponseData().setGroups(described));
                }));
    }

    private Answer describe(Request request) throws InterruptedException {
        var asked = ((DescribeGroupsRequest) request.body()).data();
        boolean tellOperations = request.version() >= 3 && asked.includeAuthorizedOperations();
        return Answer.when(groups.coordinator()
                .describeGroups(request.context(), asked.groups())
                .thenApply(described -> {
                    if (tellOperations)
                        for (var group : described)
                            if (group.errorCode() == Errors.NONE.code())
                                group.setAuthorizedOperations(Operations.GROUP);
                    return new DescribeGroupsResponse(new DescribeGroupsResponseData().setGroups(described));
                }));
    }

    /// Asking what groups there are does not make the stream in which they would be kept.
    private Answer list(Request request) throws InterruptedException {
        var asked = ((ListGroupsRequest) request.body()).data();
        var coordinator = groups.coordinatorIfUsed();
        if (coordinator.isEmpty()) return Answer.of(new ListGroupsResponse(new ListGroupsResponseData()));
        return Answer.when(
                coordinator.get().listGroups(request.context(), asked).thenApply(ListGroupsResponse::new));
    }

    private Answer delete(Request request) throws InterruptedException {
        var names = List.copyOf(((DeleteGroupsRequest) request.body()).data().groupsNames()).stream()
                .distinct()
                .toList();
        return Answer.when(groups.coordinator()
                .deleteGroups(request.context(), names, BUFFERS)
                .thenApply(results -> new DeleteGroupsResponse(new DeleteGroupsResponseData().setResults(results))));
    }
}
