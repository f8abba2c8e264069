package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import io.braid.broker.Partition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.server.share.persister.Persister;

/// Groups of consumers and their offsets: Kafka's own coordinator over a stream of ours.
///
/// | class                | what it is                                                              |
/// |----------------------|-------------------------------------------------------------------------|
/// | [GroupCoordination]  | the door: starts the coordinator when somebody needs it                 |
/// | [GroupHandlers], [StreamsGroupHandlers], [OffsetHandlers] | the APIs, with what surrounds them in Kafka |
/// | [GroupService]       | Kafka's coordinator, put together                                       |
/// | [StatePartitions]    | the partitions of the stream: loaded, written, loaded again after a failure |
/// | [GroupTopics]        | the catalog in the coordinator's words                                  |
/// | [GroupSettings]      | settings by Kafka's names, our defaults                                 |
///
/// Nothing of the coordinator is started until the first request that is about a group: a server without
/// groups stays small. Then the stream `__consumer_offsets` is created if this directory has none; the number
/// of its partitions is fixed from that moment, as it decides which partition a group is kept in.
///
///     idle ──first group request──► running ──close──► closed
///
/// Failure: an offset commit is answered when it is on disk. A partition whose append failed is loaded again;
/// one that cannot be loaded answers NOT_COORDINATOR until the server is started again, and the others go on.
///
/// The stream is compacted, so a start replays little more than one record for each offset that is committed.
///
/// Offsets that are committed in a transaction are kept here and shown to nobody until [#completeTransaction] says
/// how it ended; whether a producer may commit any is asked of its transaction's coordinator first.
///
/// The members of share groups are kept here; what becomes of records in them is [ShareCoordination]'s.
final class GroupCoordination implements AutoCloseable {
    static final String STREAM = Topic.GROUP_METADATA_TOPIC_NAME;

    /// How long the first request waits for the groups to be loaded before it is answered that they are
    /// loading.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private sealed interface State {}

    private record Idle() implements State {}

    /// Follows the catalog, but is not asked anything yet.
    private record Starting(GroupService service) implements State {}

    private record Running(GroupService service) implements State {}

    private record Closed() implements State {}

    private final Broker broker;
    private final GroupSettings settings;
    private final GroupConfigApi configs;
    private final Persister shares;
    private final InstantSource clock;
    private final StateStream stream;
    private final TopicApi topics;
    private volatile StateWriter.Verification transactions = StateWriter.Verification.NONE; // set before requests
    private volatile State state = new Idle(); // written under this
    private boolean listening; // guarded by this

    GroupCoordination(
            Broker broker, KafkaListener.Config config, GroupConfigApi configs, Persister shares, InstantSource clock) {
        this.broker = broker;
        this.settings = CoordinatorSettings.of(config.coordinators()).groups();
        this.configs = configs;
        this.shares = shares;
        this.clock = clock;
        this.stream = StateStream.compacted(broker, STREAM);
        this.topics = new TopicApi(broker, config);
    }

    /// Adds the group APIs to what the listener serves.
    void register(Handlers handlers) {
        new GroupHandlers(this).register(handlers);
        new StreamsGroupHandlers(this, topics).register(handlers);
        new OffsetHandlers(this, broker).register(handlers);
        new TransactionalOffsets(this, broker).register(handlers);
    }

    /// Kafka's coordinator, started if nobody has needed it before.
    ///
    /// @throws CoordinatorNotAvailableException it cannot be started now, or the server is being closed
    GroupCoordinator coordinator() throws InterruptedException {
        return switch (state) {
            case Running(var service) -> service.kafka();
            case Idle _, Starting _, Closed _ -> start().kafka();
        };
    }

    /// The same, unless there has never been a group here.
    Optional<GroupCoordinator> coordinatorIfUsed() throws InterruptedException {
        return stream.isThere() ? Optional.of(coordinator()) : Optional.empty();
    }

    private synchronized GroupService start() throws InterruptedException {
        return switch (state) {
            case Running(var service) -> service;
            case Closed _ -> throw new CoordinatorNotAvailableException("the server is being closed");
            case Idle _ -> run(newService());
            case Starting(var service) -> run(service); // the start before this one was cut short
        };
    }

    private GroupService newService() {
        var opened = stream.open(
                settings.kafka().offsetsTopicPartitions(), settings.kafka().offsetsTopicSegmentBytes());
        return new GroupService(
                stream.logs(opened),
                stream.batchBytesMax(opened),
                this::end,
                transactions,
                settings.kafka(),
                configs.manager(),
                shares,
                clock);
    }

    /// Who knows about transactions. To be told before the first request.
    void verifyWith(StateWriter.Verification verification) {
        transactions = verification;
    }

    /// Ends a transaction in one partition of the stream: what was committed in it takes effect, or is forgotten.
    CompletableFuture<Void> completeTransaction(int partition, EndOfTransaction end) throws InterruptedException {
        return coordinator()
                .completeTransaction(
                        new TopicPartition(STREAM, partition),
                        end.producerId(),
                        end.epoch(),
                        end.coordinatorEpoch(),
                        end.isCommit() ? TransactionResult.COMMIT : TransactionResult.ABORT,
                        end.transactionVersion());
    }

    /// The catalog comes before everything else: without it, members would be told to read nothing.
    private GroupService run(GroupService service) throws InterruptedException {
        state = new Starting(service);
        if (!listening) broker.onChange((_, after) -> changed(after));
        listening = true;
        service.follow(broker.catalog().streams());
        service.load();
        state = new Running(service);
        service.awaitLoaded(PATIENCE);
        return service;
    }

    private OptionalLong end(TopicPartition partition) {
        return broker.partition(partition.topic(), partition.partition())
                .map(Partition::log)
                .map(log -> OptionalLong.of(log.end()))
                .orElseGet(OptionalLong::empty);
    }

    private void changed(Catalog after) {
        switch (state) {
            case Starting(var service) -> service.follow(after.streams());
            case Running(var service) -> service.follow(after.streams());
            case Idle _, Closed _ -> {
                // Nobody remembers anything of the catalog yet, or will be asked any more.
            }
        }
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
}
