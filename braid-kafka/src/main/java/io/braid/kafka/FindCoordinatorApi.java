package io.braid.kafka;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.server.share.SharePartitionKey;

/// FindCoordinator: this node coordinates every group, every transactional id and every partition of a share
/// group. The answer names it by the address the client already uses. Whoever asks is about to need the
/// coordinator, so it is started.
final class FindCoordinatorApi {
    private static final int SHARE_VERSION = 6;

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
                answer.coordinators()
                        .add(coordinator(request, asked.keyType(), key).setKey(key));
            return Answer.of(new FindCoordinatorResponse(answer));
        }
        var found = coordinator(request, asked.keyType(), asked.key());
        return Answer.of(new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setErrorCode(found.errorCode())
                .setErrorMessage(found.errorMessage().isEmpty() ? Errors.NONE.message() : found.errorMessage())
                .setNodeId(found.nodeId())
                .setHost(found.host())
                .setPort(found.port())));
    }

    private Coordinator coordinator(Request request, byte keyType, String key) throws InterruptedException {
        if (keyType == CoordinatorType.GROUP.id())
            groups.coordinator(); // so that it is there, and loaded, when the member comes back
        else if (keyType == CoordinatorType.TRANSACTION.id()) transactions.start();
        else if (keyType != CoordinatorType.SHARE.id() || request.version() < SHARE_VERSION)
            return invalid("there are coordinators of groups (key type 0), of transactions (1) and, from version %d on,"
                            .formatted(SHARE_VERSION)
                    + " of share groups' partitions (2) here, asked for " + keyType);
        else if (!isSharePartition(key))
            return invalid("'%s' is not a group, a topic id and a partition with colons between them".formatted(key));
        return at(Endpoint.of(config, request).node());
    }

    private static boolean isSharePartition(String key) {
        try {
            SharePartitionKey.validate(key);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static Coordinator invalid(String why) {
        return NOWHERE.duplicate().setErrorCode(Errors.INVALID_REQUEST.code()).setErrorMessage(why);
    }

    private static Coordinator at(Node node) {
        return new Coordinator().setNodeId(node.id()).setHost(node.host()).setPort(node.port());
    }
}
