package io.braid.kafka;

import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.DeleteShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.DeleteShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.DeleteShareGroupStateRequest;
import org.apache.kafka.common.requests.DeleteShareGroupStateResponse;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.InitializeShareGroupStateRequest;
import org.apache.kafka.common.requests.InitializeShareGroupStateResponse;
import org.apache.kafka.common.requests.ReadShareGroupStateRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateResponse;
import org.apache.kafka.common.requests.ReadShareGroupStateSummaryRequest;
import org.apache.kafka.common.requests.ReadShareGroupStateSummaryResponse;
import org.apache.kafka.common.requests.ShareGroupDescribeRequest;
import org.apache.kafka.common.requests.ShareGroupDescribeResponse;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ShareGroupHeartbeatResponse;
import org.apache.kafka.common.requests.WriteShareGroupStateRequest;
import org.apache.kafka.common.requests.WriteShareGroupStateResponse;

/// The APIs about share groups that coordinators serve, as Kafka 4.4's `KafkaApis` does around them: membership,
/// administration of offsets, and what brokers ask each other about what is kept. There is only one broker, which
/// asks itself in another way ([LocalPersister]); a stock broker without an authorizer answers everybody, and so does
/// this one.
final class ShareHandlers {
    private final GroupCoordination groups;
    private final ShareStates states;
    private final Features features;

    ShareHandlers(GroupCoordination groups, ShareStates states, Features features) {
        this.groups = groups;
        this.states = states;
        this.features = features;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.SHARE_GROUP_HEARTBEAT, 1, 1, served(this::heartbeat))
                .serve(ApiKeys.SHARE_GROUP_DESCRIBE, 1, 1, served(this::describe))
                .serve(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, 0, 1, this::describeOffsets)
                .serve(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, 0, 0, served(this::alterOffsets))
                .serve(ApiKeys.DELETE_SHARE_GROUP_OFFSETS, 0, 0, served(this::deleteOffsets))
                .serve(ApiKeys.INITIALIZE_SHARE_GROUP_STATE, 0, 0, this::initializeState)
                .serve(ApiKeys.READ_SHARE_GROUP_STATE, 0, 0, this::readState)
                .serve(ApiKeys.WRITE_SHARE_GROUP_STATE, 0, 1, this::writeState)
                .serve(ApiKeys.DELETE_SHARE_GROUP_STATE, 0, 0, this::deleteState)
                .serve(ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, 0, 1, this::readStateSummary);
    }

    private Handler served(Handler handler) {
        return Features.when(features::servesShareGroups, handler);
    }

    private Answer heartbeat(Request request) throws InterruptedException {
        var asked = ((ShareGroupHeartbeatRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .shareGroupHeartbeat(request.context(), asked)
                .thenApply(ShareGroupHeartbeatResponse::new));
    }

    private Answer describe(Request request) throws InterruptedException {
        var asked = ((ShareGroupDescribeRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .shareGroupDescribe(request.context(), asked.groupIds())
                .thenApply(described -> {
                    if (asked.includeAuthorizedOperations())
                        for (var group : described)
                            if (group.errorCode() == Errors.NONE.code())
                                group.setAuthorizedOperations(Operations.GROUP);
                    return new ShareGroupDescribeResponse(new ShareGroupDescribeResponseData().setGroups(described));
                }));
    }

    // ---- offsets

    private Answer describeOffsets(Request request) throws InterruptedException {
        var asked = ((DescribeShareGroupOffsetsRequest) request.body()).data();
        if (!features.servesShareGroups()) return Answer.of(unsupported(asked));
        var coordinator = groups.coordinator();
        var answers = asked.groups().stream()
                .map(group -> group.topics() == null
                        ? coordinator.describeShareGroupAllOffsets(request.context(), group)
                        : coordinator.describeShareGroupOffsets(request.context(), group))
                .toList();
        return Answer.when(LocalPersister.all(answers)
                .thenApply(found -> new DescribeShareGroupOffsetsResponse(
                        new DescribeShareGroupOffsetsResponseData().setGroups(found))));
    }

    /// The others answer as a whole, this one for each group, as with Kafka.
    private static DescribeShareGroupOffsetsResponse unsupported(DescribeShareGroupOffsetsRequestData asked) {
        return new DescribeShareGroupOffsetsResponse(new DescribeShareGroupOffsetsResponseData()
                .setGroups(asked.groups().stream()
                        .map(group -> new DescribeShareGroupOffsetsResponseGroup()
                                .setGroupId(group.groupId())
                                .setErrorCode(Errors.UNSUPPORTED_VERSION.code()))
                        .toList()));
    }

    private Answer alterOffsets(Request request) throws InterruptedException {
        var asked = ((AlterShareGroupOffsetsRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .alterShareGroupOffsets(request.context(), asked.groupId(), asked)
                .thenApply(AlterShareGroupOffsetsResponse::new));
    }

    private Answer deleteOffsets(Request request) throws InterruptedException {
        var asked = ((DeleteShareGroupOffsetsRequest) request.body()).data();
        return Answer.when(groups.coordinator()
                .deleteShareGroupOffsets(request.context(), asked)
                .thenApply(DeleteShareGroupOffsetsResponse::new));
    }

    // ---- what is kept

    private Answer initializeState(Request request) {
        var asked = ((InitializeShareGroupStateRequest) request.body()).data();
        return Answer.when(states.ask(kept -> kept.initializeState(request.context(), asked))
                .thenApply(InitializeShareGroupStateResponse::new));
    }

    private Answer readState(Request request) {
        var asked = ((ReadShareGroupStateRequest) request.body()).data();
        return Answer.when(states.ask(kept -> kept.readState(request.context(), asked))
                .thenApply(ReadShareGroupStateResponse::new));
    }

    private Answer writeState(Request request) {
        var asked = ((WriteShareGroupStateRequest) request.body()).data();
        return Answer.when(states.ask(kept -> kept.writeState(request.context(), asked))
                .thenApply(WriteShareGroupStateResponse::new));
    }

    private Answer deleteState(Request request) {
        var asked = ((DeleteShareGroupStateRequest) request.body()).data();
        return Answer.when(states.ask(kept -> kept.deleteState(request.context(), asked))
                .thenApply(DeleteShareGroupStateResponse::new));
    }

    private Answer readStateSummary(Request request) {
        var asked = ((ReadShareGroupStateSummaryRequest) request.body()).data();
        return Answer.when(states.ask(kept -> kept.readStateSummary(request.context(), asked))
                .thenApply(ReadShareGroupStateSummaryResponse::new));
    }
}
