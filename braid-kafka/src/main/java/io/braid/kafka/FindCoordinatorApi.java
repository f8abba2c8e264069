package io.braid.kafka;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;

/// FindCoordinator: this node coordinates every group and every transactional id. The answer names it by the
/// address the client already uses. Whoever asks is about to need the coordinator, so it is started.
final class FindCoordinatorApi {
    private static final Coordinator NOWHERE = at(Node.noNode());

    private final GroupCoordination groups;
    private final TransactionCoordination transactions;
    private final KafkaListener.Config config;

    FindCoordinatorApi(GroupCoordination groups, TransactionCoordination transactions, KafkaListener.Config config) {
        this.groups = groups;
        this.transactions = transactions;
        this.config = config;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.FIND_COORDINATOR, 0, 6, this::find);
    }

    private Answer find(Request request) throws InterruptedException {
        var asked = ((FindCoordinatorRequest) request.body()).data();
        if (request.version() >= FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            var answer = new FindCoordinatorResponseData();
            for (var key : asked.coordinatorKeys())
                answer.coordinators().add(coordinator(request, asked.keyType()).setKey(key));
            return Answer.of(new FindCoordinatorResponse(answer));
        }
        var found = coordinator(request, asked.keyType());
        return Answer.of(new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setErrorCode(found.errorCode())
                .setErrorMessage(found.errorMessage().isEmpty() ? Errors.NONE.message() : found.errorMessage())
                .setNodeId(found.nodeId())
                .setHost(found.host())
                .setPort(found.port())));
    }

    private Coordinator coordinator(Request request, byte keyType) throws InterruptedException {
        if (keyType == CoordinatorType.GROUP.id())
            groups.coordinator(); // so that it is there, and loaded, when the member comes back
        else if (keyType == CoordinatorType.TRANSACTION.id()) transactions.start();
        else
            return NOWHERE.duplicate()
                    .setErrorCode(Errors.INVALID_REQUEST.code())
                    .setErrorMessage(
                            "there are coordinators of groups (key type 0) and of transactions (1) here, asked for %d"
                                    .formatted(keyType));
        return at(Endpoint.of(config, request).node());
    }

    private static Coordinator at(Node node) {
        return new Coordinator().setNodeId(node.id()).setHost(node.host()).setPort(node.port());
    }
}
