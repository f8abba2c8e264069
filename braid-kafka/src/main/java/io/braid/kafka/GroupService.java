package io.braid.kafka;

import static java.lang.System.Logger.Level.INFO;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/// Kafka's `GroupCoordinatorService`, running over our log. This is the only class that knows how it is put
/// together and in which order it wants to be told things: [#follow] the catalog first, then [#load].
///
///     request ──► group-coordinator-event-processor ──► GroupPartition ──► writer thread ──► disk
///                   ▲ one change after the other                                │
///     answer ◄──────┴────────────────── offset is on disk ◄────────────────────┘
///
/// Threads, all Kafka's own but the last: the event processors (`group.coordinator.threads`), which are not
/// daemons and end with [#close]; background workers for regular expressions and assignments
/// (`group.coordinator.background.threads`), a timer and its reaper; and `groups-loader`, which replays
/// partitions and is gone when there is nothing to load.
final class GroupService implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupService.class.getName());

    private static final Duration LOADER_IDLE = Duration.ofSeconds(5);

    private final GroupCoordinatorService kafka;
    private final GroupTopics topics;
    private final List<GroupPartition> partitions;
    private final ThreadPoolExecutor loader;
    private final Metrics metrics = new Metrics();
    private final MetricsRegistry registry = new MetricsRegistry();
    private final InstantSource clock;

    /// Every topic an offset was ever committed for; no more than the topics this server has ever had.
    private final Set<GroupTopics.Topic> committed = ConcurrentHashMap.newKeySet();

    private final AtomicInteger loading = new AtomicInteger();
    private final AtomicInteger epoch = new AtomicInteger();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private volatile boolean closed;

    /// @param logs          the partitions of the groups' stream, all of them, by number
    /// @param batchBytesMax the largest batch they take
    /// @param ends          where a partition of any topic ends; empty if there is no such partition
    GroupService(
            List<GroupLog> logs,
            int batchBytesMax,
            Function<TopicPartition, OptionalLong> ends,
            GroupSettings settings,
            InstantSource clock) {
        this.clock = clock;
        partitions = IntStream.range(0, logs.size())
                .mapToObj(index -> new GroupPartition(index, logs.get(index), () -> reload(index)))
                .toList();
        loader = new ThreadPoolExecutor(
                1,
                1,
                LOADER_IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(2 * logs.size()), // a load and a look for orphans for each
                Thread.ofPlatform().daemon().name("groups-loader").factory());
        loader.allowCoreThreadTimeOut(true);
        var config = settings.kafka();
        kafka = new GroupCoordinatorService.Builder(Endpoint.NODE_ID, config)
                .withTime(Time.SYSTEM)
                .withTimer(new SystemTimerReaper("group-timer-reaper", new SystemTimer("group-timer")))
                .withLoader(
                        new GroupLoader(partitions, loader, config.offsetsLoadBufferSize(), clock, new LoadObserver()))
                .withWriter(new GroupWriter(partitions, batchBytesMax, _ -> settled()))
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(new GroupConfigManager(config, settings.shares()))
                .withPersister(new NoOpStatePersister())
                .withAuthorizerPlugin(Optional.empty())
                .withPartitionMetadataClient(new Ends(ends))
                .build();
        kafka.startup(partitions::size);
        topics = new GroupTopics(this::tell, clock);
    }

    /// What requests are served with. Any thread.
    GroupCoordinator kafka() {
        return kafka;
    }

    /// Takes the coordinator to these streams, which are all there are. Blocks until the offsets of deleted
    /// ones are deleted too.
    void follow(Collection<Stream> streams) {
        topics.follow(streams);
    }

    /// Begins to load all partitions. Until each is loaded, its groups are answered that it is.
    void load() {
        long begun = clock.millis();
        loading.set(partitions.size());
        for (int index = 0; index < partitions.size(); index++) kafka.onElection(index, 0);
        LOG.log(INFO, "groups start: partitions={0}", partitions.size());
    }

    /// Waits until all partitions are loaded, or cannot be, but not longer than `patience`.
    void awaitLoaded(Duration patience) throws InterruptedException {
        if (!loaded.await(patience.toMillis(), TimeUnit.MILLISECONDS))
            LOG.log(INFO, "groups still load: partitions={0}", loading.get());
    }

    private void reload(int index) {
        loading.incrementAndGet();
        try {
            kafka.onResignation(index, OptionalInt.empty());
            kafka.onElection(index, epoch.incrementAndGet());
        } catch (ApiException e) {
            if (!closed) throw e; // else nobody will ask for this partition again
        }
    }

    /// A partition takes changes, or never will. Once none is being loaded, offsets of topics that were
    /// deleted meanwhile are looked for: that takes changes, so all partitions have to take them.
    private void settled() {
        if (loading.decrementAndGet() > 0) return;
        try {
            loader.execute(() -> {
                topics.forget(committed);
                loaded.countDown();
            });
        } catch (RejectedExecutionException e) {
            if (!closed) throw e;
        }
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
        loader.shutdownNow();
        kafka.shutdown();
        metrics.close();
        registry.shutdown();
    }

    private final class LoadObserver implements GroupLoader.Observer {
        @Override
        public void replayed(int partition, CoordinatorRecord record) {
            if (record.key() instanceof OffsetCommitKey key
                    && record.value() != null
                    && record.value().message() instanceof OffsetCommitValue value)
                committed.add(new GroupTopics.Topic(key.topic(), value.topicId()));
        }

        @Override
        public void failed(int partition) {
            settled();
        }
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
