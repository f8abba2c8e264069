package io.braid.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
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

    /// How long the first question waits for the states to be loaded before it is put.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private sealed interface State {}

    private record Idle() implements State {}

    /// Follows the catalog, but is not asked anything yet.
    private record Starting(Service service) implements State {}

    private record Running(Service service) implements State {}

    private record Closed() implements State {}

    private final Broker broker;
    private final GroupSettings settings;
    private final InstantSource clock;
    private final StateStream stream;
    private volatile State state = new Idle(); // written under this
    private boolean listening; // guarded by this

    ShareStates(Broker broker, GroupSettings settings, InstantSource clock) {
        this.broker = broker;
        this.settings = settings;
        this.clock = clock;
        this.stream = StateStream.cutByItsOwner(broker, STREAM);
    }

    /// Puts a question to the coordinator. Does not wait, and never throws: what fails, the answer fails with.
    <T> CompletableFuture<T> ask(Function<ShareCoordinator, CompletableFuture<T>> question) {
        if (state instanceof Running(var service)) return put(question, service);
        var answer = new CompletableFuture<T>();
        Thread.ofVirtual().name("share-states-start").start(() -> {
            try {
                put(question, start()).whenComplete((found, failure) -> {
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

    private synchronized Service start() throws InterruptedException {
        return switch (state) {
            case Running(var service) -> service;
            case Closed _ -> throw new CoordinatorNotAvailableException("the server is being closed");
            case Idle _ -> run(newService());
            case Starting(var service) -> run(service); // the start before this one was cut short
        };
    }

    private Service newService() {
        var config = settings.shareStates();
        var opened = stream.open(
                config.shareCoordinatorStateTopicNumPartitions(), config.shareCoordinatorStateTopicSegmentBytes());
        var logs = stream.logs(opened);
        return new Service(
                new StatePartitions(STREAM, logs, this::forgetDeleted, clock),
                config,
                stream.batchBytesMax(opened),
                clock);
    }

    /// The catalog comes first, so that what is kept of topics that are gone can be deleted.
    private Service run(Service service) throws InterruptedException {
        state = new Starting(service);
        if (!listening) broker.onChange((_, after) -> changed(after));
        listening = true;
        service.topics.follow(broker.catalog().streams());
        service.load();
        state = new Running(service);
        service.partitions.awaitLoaded(PATIENCE);
        return service;
    }

    private void changed(Catalog after) {
        switch (state) {
            case Starting(var service) -> service.topics.follow(after.streams());
            case Running(var service) -> service.topics.follow(after.streams());
            case Idle _, Closed _ -> {
                // Nobody remembers anything of the catalog yet, or will be asked any more.
            }
        }
    }

    private void forgetDeleted() {
        if (state instanceof Running(var service)) service.topics.forget(service.kept);
    }

    @Override
    public synchronized void close() {
        var last = state;
        state = new Closed();
        switch (last) {
            case Starting(var service) -> service.close();
            case Running(var service) -> service.close();
            case Idle _, Closed _ -> {
                // Nothing was started.
            }
        }
    }

    /// Kafka's coordinator, put together.
    private static final class Service {
        private final StatePartitions partitions;
        private final ShareCoordinatorService kafka;
        private final GroupTopics topics;
        private final Metrics metrics = new Metrics();
        private final ShareCoordinatorMetrics counted = new ShareCoordinatorMetrics(metrics);

        /// Every topic of which something was kept; no more than the topics this server has ever had.
        private final Set<GroupTopics.Topic> kept = ConcurrentHashMap.newKeySet();

        private volatile boolean closed;

        Service(StatePartitions partitions, ShareCoordinatorConfig config, int batchBytesMax, InstantSource clock) {
            this.partitions = partitions;
            kafka = new ShareCoordinatorService.Builder(Endpoint.NODE_ID, config)
                    .withTime(Time.SYSTEM)
                    .withTimer(new SystemTimerReaper("share-state-timer-reaper", new SystemTimer("share-state-timer")))
                    .withLoader(partitions.loader(
                            new ShareCoordinatorRecordSerde(), config.shareCoordinatorLoadBufferSize(), this::replayed))
                    .withWriter(partitions.writer(batchBytesMax, StateWriter.Verification.NONE))
                    .withCoordinatorRuntimeMetrics(new ShareCoordinatorRuntimeMetrics(metrics))
                    .withCoordinatorMetrics(counted)
                    .build();
            kafka.startup(partitions::count);
            topics = new GroupTopics(this::tell, clock);
        }

        void load() {
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

        void close() {
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
