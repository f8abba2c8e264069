package io.braid.kafka;

import com.yammer.metrics.core.MetricsRegistry;
import io.braid.broker.Stream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataValue;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/// Kafka's `GroupCoordinatorService`, running over our log. This is the only class that knows how it is put
/// together and in which order it wants to be told things: [#follow] the catalog first, then [#load].
///
///     request ──► group-coordinator-event-processor ──► StatePartition ──► writer thread ──► disk
///                   ▲ one change after the other                                │
///     answer ◄──────┴────────────────── offset is on disk ◄────────────────────┘
///
/// Threads, all Kafka's own but the last: the event processors (`group.coordinator.threads`), which are not
/// daemons and end with [#close]; background workers for regular expressions and assignments
/// (`group.coordinator.background.threads`), a timer and its reaper; and the loader of [StatePartitions].
final class GroupService implements CoordinatorLife.Service {
    private final GroupCoordinatorService kafka;
    private final GroupTopics topics;
    private final StatePartitions partitions;
    private final Metrics metrics = new Metrics();
    private final MetricsRegistry registry = new MetricsRegistry();

    /// Every topic an offset was ever committed for, or a share group has read; no more than the topics this server has
    /// ever had.
    private final Set<GroupTopics.Topic> committed = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /// @param nodeId        the number of this node
    /// @param logs          the partitions of the groups' stream, all of them, by number
    /// @param batchBytesMax the largest batch they take
    /// @param ends          where a partition of any topic ends; empty if there is no such partition
    /// @param transactions  knows which of them are in a producer's transaction
    /// @param configs       knows the settings of groups
    /// @param levels        of all features, as they are now
    /// @param shares        keeps what share groups know of partitions
    GroupService(
            int nodeId,
            List<StateLog> logs,
            int batchBytesMax,
            Function<TopicPartition, OptionalLong> ends,
            StateWriter.Verification transactions,
            GroupCoordinatorConfig config,
            GroupConfigManager configs,
            Persister shares,
            Supplier<Map<String, Short>> levels,
            InstantSource clock) {
        CoordinatorLog.install();
        partitions = new StatePartitions(GroupCoordination.STREAM, logs, this::forgetDeleted, clock);
        kafka = new GroupCoordinatorService.Builder(nodeId, config)
                .withTime(Time.SYSTEM)
                .withTimer(new SystemTimerReaper("group-timer-reaper", new SystemTimer("group-timer")))
                .withLoader(partitions.loader(
                        new GroupCoordinatorRecordSerde(), config.offsetsLoadBufferSize(), this::replayed))
                .withWriter(partitions.writer(batchBytesMax, transactions))
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(configs)
                .withPersister(shares)
                .withAuthorizerPlugin(Optional.empty())
                .withPartitionMetadataClient(new Ends(ends))
                .build();
        kafka.startup(partitions::count);
        topics = new GroupTopics(this::tell, levels, clock);
    }

    /// What requests are served with. Any thread.
    GroupCoordinator kafka() {
        return kafka;
    }

    /// Takes the coordinator to these streams, which are all there are. Blocks until the offsets of deleted
    /// ones are deleted too.
    @Override
    public void follow(Collection<Stream> streams) {
        topics.follow(streams);
    }

    /// Begins to load all partitions. Until each is loaded, its groups are answered that it is.
    @Override
    public void load() {
        partitions.load(new StatePartitions.Coordinator() {
            @Override
            public void load(int partition, int epoch) {
                kafka.onElection(partition, epoch);
            }

            @Override
            public void unload(int partition) {
                kafka.onResignation(partition, OptionalInt.empty());
            }
        });
    }

    /// Waits until all partitions are loaded, or cannot be, but not longer than `patience`.
    @Override
    public void awaitLoaded(Duration patience) throws InterruptedException {
        partitions.awaitLoaded(patience);
    }

    private void replayed(CoordinatorRecord record) {
        if (record.key() instanceof OffsetCommitKey key
                && record.value() != null
                && record.value().message() instanceof OffsetCommitValue value)
            committed.add(new GroupTopics.Topic(key.topic(), value.topicId()));
        if (record.key() instanceof ShareGroupStatePartitionMetadataKey
                && record.value() != null
                && record.value().message() instanceof ShareGroupStatePartitionMetadataValue value)
            value.initializedTopics()
                    .forEach(topic -> committed.add(new GroupTopics.Topic(topic.topicName(), topic.topicId())));
    }

    /// Offsets of topics that were deleted while a partition was not loaded. It takes changes, so all partitions
    /// have to take them.
    private void forgetDeleted() {
        topics.forget(committed);
    }

    private void tell(MetadataDelta delta, MetadataImage image) {
        try {
            kafka.onMetadataUpdate(delta, image);
        } catch (ApiException e) {
            if (!closed) throw e; // else nobody will ask what the catalog was
        }
    }

    @Override
    public void close() {
        closed = true;
        partitions.close();
        kafka.shutdown();
        metrics.close();
        registry.shutdown();
    }

    private record Ends(Function<TopicPartition, OptionalLong> ends) implements PartitionMetadataClient {
        @Override
        public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> asked) {
            return asked.stream()
                    .collect(Collectors.toMap(
                            Function.identity(), partition -> CompletableFuture.completedFuture(end(partition))));
        }

        private OffsetResponse end(TopicPartition partition) {
            var end = ends.apply(partition);
            return end.isPresent()
                    ? new OffsetResponse(end.getAsLong(), Errors.NONE)
                    : new OffsetResponse(-1, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }

        @Override
        public void close() {}
    }
}
