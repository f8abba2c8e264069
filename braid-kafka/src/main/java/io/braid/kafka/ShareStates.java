package io.braid.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorService;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorRuntimeMetrics;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/// What is kept of share groups, for each of their partitions: where it starts, and which records behind that are
/// acknowledged or have been delivered how often. Kafka's `ShareCoordinatorService` over a stream of ours, in which
/// changes are followed by a whole state now and then; what that supersedes is deleted.
///
///     share partition ──► LocalPersister ──► share coordinator ──► StatePartition ──► writer thread ──► disk
///
/// It is started by the first question, on a thread of its own, as it may be put by one that the log needs. After
/// that it is asked on any thread, none of which waits.
///
///     idle ──first question──► running ──close──► closed
///
/// Threads, all Kafka's own but the last: the event processor (`share.coordinator.threads`), which is no daemon and
/// ends with [#close]; a timer and its reaper; and the loader of [StatePartitions].
final class ShareStates implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ShareStates.class.getName());

    /// In whose name the server itself asks.
    static final RequestContext NOBODY = new RequestContext(
            new RequestHeader(ApiKeys.WRITE_SHARE_GROUP_STATE, ApiKeys.WRITE_SHARE_GROUP_STATE.latestVersion(), "", 0),
            "",
            InetAddress.getLoopbackAddress(),
            KafkaPrincipal.ANONYMOUS,
            ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
            SecurityProtocol.PLAINTEXT,
            ClientInformation.EMPTY,
            false);

    static final String STREAM = Topic.SHARE_GROUP_STATE_TOPIC_NAME;

    private final int nodeId;
    private final GroupSettings settings;
    private final Features features;
    private final InstantSource clock;
    private final StateStream stream;
    private final CoordinatorLife<Service> life;

    ShareStates(Broker broker, int nodeId, GroupSettings settings, Features features, InstantSource clock) {
        this.nodeId = nodeId;
        this.settings = settings;
        this.features = features;
        this.clock = clock;
        this.stream = StateStream.cutByItsOwner(broker, STREAM);
        this.life = new CoordinatorLife<>(broker, this::make);
    }

    /// Puts a question to the coordinator. Does not wait, and never throws: what fails, the answer fails with.
    <T> CompletableFuture<T> ask(Function<ShareCoordinator, CompletableFuture<T>> question) {
        var running = life.ifRunning();
        if (running.isPresent()) return put(question, running.get());
        var answer = new CompletableFuture<T>();
        Thread.ofVirtual().name("share-states-start").start(() -> {
            try {
                put(question, life.service()).whenComplete((found, failure) -> {
                    if (failure == null) answer.complete(found);
                    else answer.completeExceptionally(failure);
                });
            } catch (InterruptedException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private static <T> CompletableFuture<T> put(
            Function<ShareCoordinator, CompletableFuture<T>> question, Service service) {
        try {
            return question.apply(service.kafka);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Service make() {
        var config = settings.shareStates();
        var opened = stream.open(
                config.shareCoordinatorStateTopicNumPartitions(), config.shareCoordinatorStateTopicSegmentBytes());
        return new Service(nodeId, stream.logs(opened), config, stream.batchBytesMax(opened), features::levels, clock);
    }

    @Override
    public void close() {
        life.close();
    }

    /// Kafka's coordinator, put together.
    private static final class Service implements CoordinatorLife.Service {
        private final StatePartitions partitions;
        private final ShareCoordinatorService kafka;
        private final GroupTopics topics;
        private final Metrics metrics = new Metrics();
        private final ShareCoordinatorMetrics counted = new ShareCoordinatorMetrics(metrics);

        /// Every topic of which something was kept; no more than the topics this server has ever had.
        private final Set<GroupTopics.Topic> kept = ConcurrentHashMap.newKeySet();

        private volatile boolean closed;

        Service(
                int nodeId,
                List<StateLog> logs,
                ShareCoordinatorConfig config,
                int batchBytesMax,
                Supplier<Map<String, Short>> levels,
                InstantSource clock) {
            partitions = new StatePartitions(STREAM, logs, this::forgetDeleted, clock);
            kafka = new ShareCoordinatorService.Builder(nodeId, config)
                    .withTime(Time.SYSTEM)
                    .withTimer(new SystemTimerReaper("share-state-timer-reaper", new SystemTimer("share-state-timer")))
                    .withLoader(partitions.loader(
                            new ShareCoordinatorRecordSerde(), config.shareCoordinatorLoadBufferSize(), this::replayed))
                    .withWriter(partitions.writer(batchBytesMax, StateWriter.Verification.NONE))
                    .withCoordinatorRuntimeMetrics(new ShareCoordinatorRuntimeMetrics(metrics))
                    .withCoordinatorMetrics(counted)
                    .build();
            kafka.startup(partitions::count);
            topics = new GroupTopics(this::tell, levels, clock);
        }

        @Override
        public void follow(Collection<Stream> streams) {
            topics.follow(streams);
        }

        @Override
        public void awaitLoaded(Duration patience) throws InterruptedException {
            partitions.awaitLoaded(patience);
        }

        private void forgetDeleted() {
            topics.forget(kept);
        }

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

        /// The records name topics by their ids, so these stand for their names, too.
        private void replayed(CoordinatorRecord record) {
            if (record.key() instanceof ShareSnapshotKey key)
                kept.add(new GroupTopics.Topic(key.topicId().toString(), key.topicId()));
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
            try {
                counted.close();
            } catch (Exception e) {
                LOG.log(WARNING, "metrics of share groups did not close", e);
            }
            metrics.close();
        }
    }
}
