package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.util.ArrayList;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/// TxnOffsetCommit: a group's offsets, committed together with what a producer writes in the same transaction. The
/// coordinator of groups keeps them, fences members that are no longer in the group, and shows them when the
/// transaction is committed; what exists is checked here, as in [OffsetHandlers].
final class TransactionalOffsets {
    private static final int KNOWS_LOADING = 2; // the version from which on clients know COORDINATOR_LOAD_IN_PROGRESS

    private final GroupCoordination groups;
    private final Broker broker;

    TransactionalOffsets(GroupCoordination groups, Broker broker) {
        this.groups = groups;
        this.broker = broker;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.TXN_OFFSET_COMMIT, 0, 6, this::commit);
    }

    private Answer commit(Request request) throws InterruptedException {
        var asked = ((TxnOffsetCommitRequest) request.body()).data();
        boolean byId = TxnOffsetCommitResponse.useTopicIds(request.version());
        var answer = TxnOffsetCommitResponse.newBuilder(byId);
        var known = new ArrayList<TxnOffsetCommitRequestTopic>();
        for (var topic : asked.topics()) {
            var stream =
                    byId ? broker.catalog().stream(Ids.of(topic.topicId())) : broker.catalog().stream(topic.name());
            if (stream.isEmpty())
                answer.addPartitions(
                        byId ? topic.topicId() : Uuid.ZERO_UUID,
                        topic.name(),
                        topic.partitions(),
                        TxnOffsetCommitRequestPartition::partitionIndex,
                        byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
            else known(stream.get(), topic, answer).ifPresent(known::add);
        }
        if (known.isEmpty()) return Answer.of(answer.build());
        var rest = new TxnOffsetCommitRequestData()
                .setTransactionalId(asked.transactionalId())
                .setGroupId(asked.groupId())
                .setProducerId(asked.producerId())
                .setProducerEpoch(asked.producerEpoch())
                .setGenerationIdOrMemberEpoch(asked.generationIdOrMemberEpoch())
                .setMemberId(asked.memberId())
                .setGroupInstanceId(asked.groupInstanceId())
                .setTopics(known);
        return Answer.when(groups.coordinator()
                .commitTransactionalOffsets(request.context(), rest, BufferSupplier.NO_CACHING)
                .thenApply(committed ->
                        answer.merge(told(committed, request.version())).build()));
    }

    /// The partitions that exist; the others are answered at once.
    private static Optional<TxnOffsetCommitRequestTopic> known(
            Stream stream, TxnOffsetCommitRequestTopic asked, TxnOffsetCommitResponse.Builder answer) {
        var known = new TxnOffsetCommitRequestTopic().setName(stream.name()).setTopicId(Ids.of(stream.id()));
        for (var partition : asked.partitions()) {
            int index = partition.partitionIndex();
            if (index >= 0 && index < stream.partitions()) known.partitions().add(partition);
            else answer.addPartition(known.topicId(), known.name(), index, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        return known.partitions().isEmpty() ? Optional.empty() : Optional.of(known);
    }

    private static TxnOffsetCommitResponseData told(TxnOffsetCommitResponseData data, int version) {
        if (version >= KNOWS_LOADING) return data;
        for (var topic : data.topics())
            for (var partition : topic.partitions())
                if (partition.errorCode() == Errors.COORDINATOR_LOAD_IN_PROGRESS.code())
                    partition.setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code());
        return data;
    }
}
