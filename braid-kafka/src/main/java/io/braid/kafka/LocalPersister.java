package io.braid.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData.DeleteStateData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData.InitializeStateData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData.ReadStateData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData.ReadStateSummaryData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData.WriteStateData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateResult;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateResult;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.PartitionInfoData;
import org.apache.kafka.server.share.persister.PartitionStateBatchData;
import org.apache.kafka.server.share.persister.PartitionStateSummaryData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateResult;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryResult;
import org.apache.kafka.server.share.persister.TopicData;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.WriteShareGroupStateResult;

/// Takes what Kafka's classes want kept of share groups to [ShareStates], in this process: where Kafka's own looks
/// for a broker and sends requests. Each partition is asked for by itself, and again while its state is being
/// loaded.
///
/// Any thread, none of which waits here.
final class LocalPersister implements Persister {
    /// How often something is asked for at most, and how long is waited before the second time; each further wait
    /// is twice as long. All together some six seconds, in which a partition is loaded again.
    private static final int ATTEMPTS_MAX = 7;

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);

    private static final Set<Errors> PASSING =
            Set.of(Errors.COORDINATOR_LOAD_IN_PROGRESS, Errors.COORDINATOR_NOT_AVAILABLE, Errors.NOT_COORDINATOR);

    private final ShareStates states;

    LocalPersister(ShareStates states) {
        this.states = states;
    }

    @Override
    public CompletableFuture<InitializeShareGroupStateResult> initializeState(
            InitializeShareGroupStateParameters asked) {
        var group = asked.groupTopicPartitionData();
        return each(
                        group,
                        (topic, partition) -> {
                            var wanted = new InitializeShareGroupStateRequestData.PartitionData()
                                    .setPartition(partition.partition())
                                    .setStateEpoch(partition.stateEpoch())
                                    .setStartOffset(partition.startOffset());
                            var request = new InitializeShareGroupStateRequestData()
                                    .setGroupId(group.groupId())
                                    .setTopics(List.of(new InitializeStateData()
                                            .setTopicId(topic)
                                            .setPartitions(List.of(wanted))));
                            return states.ask(coordinator -> coordinator.initializeState(ShareStates.NOBODY, request))
                                    .thenApply(answer -> only(InitializeShareGroupStateResult.from(answer)
                                            .topicsData()));
                        },
                        PartitionErrorData::errorCode)
                .thenApply(found -> new InitializeShareGroupStateResult.Builder()
                        .setTopicsData(found)
                        .build());
    }

    @Override
    public CompletableFuture<ReadShareGroupStateResult> readState(ReadShareGroupStateParameters asked) {
        var group = asked.groupTopicPartitionData();
        return each(
                        group,
                        (topic, partition) -> {
                            var wanted = new ReadShareGroupStateRequestData.PartitionData()
                                    .setPartition(partition.partition())
                                    .setLeaderEpoch(partition.leaderEpoch());
                            var request = new ReadShareGroupStateRequestData()
                                    .setGroupId(group.groupId())
                                    .setTopics(List.of(new ReadStateData()
                                            .setTopicId(topic)
                                            .setPartitions(List.of(wanted))));
                            return states.ask(coordinator -> coordinator.readState(ShareStates.NOBODY, request))
                                    .thenApply(answer -> only(ReadShareGroupStateResult.from(answer)
                                            .topicsData()));
                        },
                        PartitionAllData::errorCode)
                .thenApply(found -> new ReadShareGroupStateResult.Builder()
                        .setTopicsData(found)
                        .build());
    }

    @Override
    public CompletableFuture<WriteShareGroupStateResult> writeState(WriteShareGroupStateParameters asked) {
        var group = asked.groupTopicPartitionData();
        return each(
                        group,
                        (topic, partition) -> {
                            var request = new WriteShareGroupStateRequestData()
                                    .setGroupId(group.groupId())
                                    .setTopics(List.of(new WriteStateData()
                                            .setTopicId(topic)
                                            .setPartitions(List.of(written(partition)))));
                            return states.ask(coordinator -> coordinator.writeState(ShareStates.NOBODY, request))
                                    .thenApply(answer -> only(WriteShareGroupStateResult.from(answer)
                                            .topicsData()));
                        },
                        PartitionErrorData::errorCode)
                .thenApply(found -> new WriteShareGroupStateResult.Builder()
                        .setTopicsData(found)
                        .build());
    }

    private static WriteShareGroupStateRequestData.PartitionData written(PartitionStateBatchData partition) {
        return new WriteShareGroupStateRequestData.PartitionData()
                .setPartition(partition.partition())
                .setStateEpoch(partition.stateEpoch())
                .setLeaderEpoch(partition.leaderEpoch())
                .setStartOffset(partition.startOffset())
                .setDeliveryCompleteCount(partition.deliveryCompleteCount())
                .setStateBatches(partition.stateBatches().stream()
                        .map(LocalPersister::written)
                        .toList());
    }

    private static WriteShareGroupStateRequestData.StateBatch written(PersisterStateBatch batch) {
        return new WriteShareGroupStateRequestData.StateBatch()
                .setFirstOffset(batch.firstOffset())
                .setLastOffset(batch.lastOffset())
                .setDeliveryState(batch.deliveryState())
                .setDeliveryCount(batch.deliveryCount());
    }

    @Override
    public CompletableFuture<DeleteShareGroupStateResult> deleteState(DeleteShareGroupStateParameters asked) {
        var group = asked.groupTopicPartitionData();
        return each(
                        group,
                        (topic, partition) -> {
                            var wanted = new DeleteShareGroupStateRequestData.PartitionData()
                                    .setPartition(partition.partition());
                            var request = new DeleteShareGroupStateRequestData()
                                    .setGroupId(group.groupId())
                                    .setTopics(List.of(new DeleteStateData()
                                            .setTopicId(topic)
                                            .setPartitions(List.of(wanted))));
                            return states.ask(coordinator -> coordinator.deleteState(ShareStates.NOBODY, request))
                                    .thenApply(answer -> only(DeleteShareGroupStateResult.from(answer)
                                            .topicsData()));
                        },
                        PartitionErrorData::errorCode)
                .thenApply(found -> new DeleteShareGroupStateResult.Builder()
                        .setTopicsData(found)
                        .build());
    }

    @Override
    public CompletableFuture<ReadShareGroupStateSummaryResult> readSummary(ReadShareGroupStateSummaryParameters asked) {
        var group = asked.groupTopicPartitionData();
        return each(
                        group,
                        (topic, partition) -> {
                            var wanted = new ReadShareGroupStateSummaryRequestData.PartitionData()
                                    .setPartition(partition.partition())
                                    .setLeaderEpoch(partition.leaderEpoch());
                            var request = new ReadShareGroupStateSummaryRequestData()
                                    .setGroupId(group.groupId())
                                    .setTopics(List.of(new ReadStateSummaryData()
                                            .setTopicId(topic)
                                            .setPartitions(List.of(wanted))));
                            return states.ask(coordinator -> coordinator.readStateSummary(ShareStates.NOBODY, request))
                                    .thenApply(answer -> only(ReadShareGroupStateSummaryResult.from(answer)
                                            .topicsData()));
                        },
                        PartitionStateSummaryData::errorCode)
                .thenApply(found -> new ReadShareGroupStateSummaryResult.Builder()
                        .setTopicsData(found)
                        .build());
    }

    /// The coordinator is its owner's to close.
    @Override
    public void stop() {}

    // ---- one partition at a time

    private interface Question<P, R> {
        CompletableFuture<R> ask(Uuid topic, P partition);
    }

    private static <P extends PartitionIdData, R extends PartitionInfoData> CompletableFuture<List<TopicData<R>>> each(
            GroupTopicPartitionData<P> asked, Question<P, R> question, Function<R, Short> error) {
        var answers = new ArrayList<CompletableFuture<TopicData<R>>>();
        for (var topic : asked.topicsData()) {
            var found = topic.partitions().stream()
                    .map(partition -> persistently(() -> question.ask(topic.topicId(), partition), error, 1))
                    .toList();
            answers.add(all(found).thenApply(partitions -> new TopicData<>(topic.topicId(), List.copyOf(partitions))));
        }
        return all(answers);
    }

    private static <R> CompletableFuture<R> persistently(Attempt<R> attempt, Function<R, Short> error, int number) {
        return attempt.make().thenCompose(found -> {
            boolean isPassing = PASSING.contains(Errors.forCode(error.apply(found)));
            if (!isPassing || number == ATTEMPTS_MAX) return CompletableFuture.completedFuture(found);
            var later = CompletableFuture.delayedExecutor(FIRST_WAIT.toMillis() << (number - 1), TimeUnit.MILLISECONDS);
            return CompletableFuture.runAsync(() -> {}, later)
                    .thenCompose(_ -> persistently(attempt, error, number + 1));
        });
    }

    private interface Attempt<R> {
        CompletableFuture<R> make();
    }

    static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> answers) {
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList());
    }

    private static <R extends PartitionInfoData> R only(List<TopicData<R>> topics) {
        return topics.getFirst().partitions().getFirst();
    }
}
