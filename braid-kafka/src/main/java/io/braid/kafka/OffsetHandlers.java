package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/// The APIs about committed offsets. The coordinator keeps what it is given; that topics and partitions exist
/// is checked here, and topic ids (from OffsetCommit and OffsetFetch version 10 on) are turned into the names
/// under which it keeps them, as Kafka 4.4's `KafkaApis` does.
final class OffsetHandlers {
    private final GroupCoordination groups;
    private final Broker broker;

    OffsetHandlers(GroupCoordination groups, Broker broker) {
        this.groups = groups;
        this.broker = broker;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.OFFSET_COMMIT, 2, 10, this::commit)
                .serve(ApiKeys.OFFSET_FETCH, 1, 10, this::fetch)
                .serve(ApiKeys.OFFSET_DELETE, 0, 0, this::delete);
    }

    private Answer commit(Request request) throws InterruptedException {
        var asked = ((OffsetCommitRequest) request.body()).data();
        boolean byId = OffsetCommitResponse.useTopicIds(request.version());
        var answer = OffsetCommitResponse.newBuilder(byId);
        var known = new ArrayList<OffsetCommitRequestTopic>();
        for (var topic : asked.topics()) {
            var stream = byId ? stream(topic.topicId()) : stream(topic.name());
            if (stream.isEmpty())
                answer.addPartitions(
                        byId ? topic.topicId() : Uuid.ZERO_UUID,
                        topic.name(),
                        topic.partitions(),
                        OffsetCommitRequestPartition::partitionIndex,
                        byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
            else known(stream.get(), topic, answer).ifPresent(known::add);
        }
        if (known.isEmpty()) return Answer.of(answer.build());
        var rest = new OffsetCommitRequestData()
                .setGroupId(asked.groupId())
                .setMemberId(asked.memberId())
                .setGenerationIdOrMemberEpoch(asked.generationIdOrMemberEpoch())
                .setRetentionTimeMs(asked.retentionTimeMs())
                .setGroupInstanceId(asked.groupInstanceId())
                .setTopics(known);
        return Answer.when(groups.coordinator()
                .commitOffsets(request.context(), rest, BufferSupplier.NO_CACHING)
                .thenApply(committed -> answer.merge(committed).build()));
    }

    /// The partitions that exist; the others are answered at once.
    private static Optional<OffsetCommitRequestTopic> known(
            Stream stream, OffsetCommitRequestTopic asked, OffsetCommitResponse.Builder answer) {
        var known = new OffsetCommitRequestTopic().setName(stream.name()).setTopicId(Ids.of(stream.id()));
        for (var partition : asked.partitions()) {
            if (has(stream, partition.partitionIndex())) known.partitions().add(partition);
            else
                answer.addPartition(
                        known.topicId(), known.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        return known.partitions().isEmpty() ? Optional.empty() : Optional.of(known);
    }

    private Answer fetch(Request request) throws InterruptedException {
        var asked = (OffsetFetchRequest) request.body();
        var coordinator = groups.coordinator();
        var answers = asked.groups().stream()
                .map(group -> fetch(request, coordinator, group, asked.requireStable()))
                .toList();
        return Answer.when(CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> new OffsetFetchResponse.Builder(
                                answers.stream().map(CompletableFuture::join).toList())
                        .build(request.version())));
    }

    /// One group's offsets. Never fails: what went wrong is in the answer.
    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            Request request, GroupCoordinator coordinator, OffsetFetchRequestGroup asked, boolean stable) {
        boolean all = OffsetFetchRequest.requestAllOffsets(asked);
        boolean byId = OffsetFetchRequest.useTopicIds(request.version());
        var unknown = new ArrayList<OffsetFetchResponseTopics>();
        var rest = all || !byId ? asked : named(asked, unknown);
        return coordinator.fetchOffsets(request.context(), rest, stable).handle((found, failure) -> {
            if (failure != null)
                return OffsetFetchResponse.groupError(asked, Errors.forException(failure), request.version());
            if (found.errorCode() != Errors.NONE.code()) return found;
            if (!byId) return found;
            var topics = all ? identified(found.topics()) : new ArrayList<>(found.topics());
            topics.addAll(unknown);
            return found.setTopics(topics);
        });
    }

    /// The topics with the names that belong to their ids. Those that have none are left out and answered.
    private OffsetFetchRequestGroup named(OffsetFetchRequestGroup asked, List<OffsetFetchResponseTopics> unknown) {
        var named = new ArrayList<OffsetFetchRequestTopics>();
        for (var topic : asked.topics())
            stream(topic.topicId())
                    .ifPresentOrElse(
                            stream -> named.add(topic.setName(stream.name())), () -> unknown.add(unknown(topic)));
        return new OffsetFetchRequestGroup()
                .setGroupId(asked.groupId())
                .setMemberId(asked.memberId())
                .setMemberEpoch(asked.memberEpoch())
                .setTopics(named);
    }

    private static OffsetFetchResponseTopics unknown(OffsetFetchRequestTopics asked) {
        var answer = new OffsetFetchResponseTopics().setTopicId(asked.topicId());
        for (int partition : asked.partitionIndexes())
            answer.partitions()
                    .add(new OffsetFetchResponsePartitions()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code()));
        return answer;
    }

    /// The topics with their ids; one that is gone has none and cannot be written into the answer.
    private List<OffsetFetchResponseTopics> identified(List<OffsetFetchResponseTopics> found) {
        var identified = new ArrayList<OffsetFetchResponseTopics>();
        for (var topic : found) {
            if (topic.topicId().equals(Uuid.ZERO_UUID))
                stream(topic.name()).ifPresent(stream -> topic.setTopicId(Ids.of(stream.id())));
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) identified.add(topic);
        }
        return identified;
    }

    private Answer delete(Request request) throws InterruptedException {
        var asked = ((OffsetDeleteRequest) request.body()).data();
        var answer = new OffsetDeleteResponse.Builder();
        var known = new OffsetDeleteRequestTopicCollection();
        for (var topic : asked.topics()) {
            var rest = new OffsetDeleteRequestTopic().setName(topic.name());
            var stream = stream(topic.name());
            for (var partition : topic.partitions()) {
                int index = partition.partitionIndex();
                if (stream.isPresent() && has(stream.get(), index))
                    rest.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(index));
                else answer.addPartition(topic.name(), index, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
            if (!rest.partitions().isEmpty()) known.add(rest);
        }
        var data = new OffsetDeleteRequestData().setGroupId(asked.groupId()).setTopics(known);
        return Answer.when(groups.coordinator()
                .deleteOffsets(request.context(), data, BufferSupplier.NO_CACHING)
                .thenApply(deleted -> answer.merge(deleted).build()));
    }

    private Optional<Stream> stream(String name) {
        return broker.catalog().stream(name);
    }

    private Optional<Stream> stream(Uuid id) {
        return broker.catalog().stream(Ids.of(id));
    }

    private static boolean has(Stream stream, int partition) {
        return partition >= 0 && partition < stream.partitions();
    }
}
