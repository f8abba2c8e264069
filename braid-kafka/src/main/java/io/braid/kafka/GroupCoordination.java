package io.braid.kafka;

import static java.lang.System.Logger.Level.ERROR;

import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Partition;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/// Consumer groups and their offsets: Kafka's own coordinator over a stream of ours.
///
/// | class                | what it is                                                              |
/// |----------------------|-------------------------------------------------------------------------|
/// | [GroupCoordination]  | the door: starts the coordinator when somebody needs it                 |
/// | [GroupHandlers], [OffsetHandlers] | the APIs, with what Kafka's broker does around its coordinator |
/// | [GroupService]       | Kafka's coordinator, put together                                       |
/// | [GroupPartition]     | writes one partition of the stream, and what happens when that fails    |
/// | [GroupLoader]        | reads it back                                                           |
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
/// Not here: share groups, streams groups and transactional commits.
final class GroupCoordination implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupCoordination.class.getName());

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
    private final KafkaListener.Config config;
    private final GroupSettings settings;
    private final InstantSource clock;
    private volatile State state = new Idle(); // written under this
    private boolean listening; // guarded by this

    GroupCoordination(Broker broker, KafkaListener.Config config, InstantSource clock) {
        this.broker = broker;
        this.config = config;
        this.settings = new GroupSettings(config.groups());
        this.clock = clock;
    }

    /// Adds the group APIs (FindCoordinator too) to what the listener serves.
    void register(Handlers handlers) {
        new GroupHandlers(this, config).register(handlers);
        new OffsetHandlers(this, broker).register(handlers);
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
        return broker.catalog().stream(STREAM).isPresent() ? Optional.of(coordinator()) : Optional.empty();
    }

    private synchronized GroupService start() throws InterruptedException {
        return switch (state) {
            case Running(var service) -> service;
            case Closed _ -> throw new CoordinatorNotAvailableException("the server is being closed");
            case Idle _ -> run(newService(stream()));
            case Starting(var service) -> run(service); // the start before this one was cut short
        };
    }

    private GroupService newService(Stream stream) {
        int batchBytesMax = Integer.parseInt(broker.setting(stream, StreamSettings.MAX_MESSAGE_BYTES));
        return new GroupService(logs(stream), batchBytesMax, this::end, settings, clock);
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

    /// The stream groups are kept in, created if there is none.
    private Stream stream() {
        var known = broker.catalog().stream(STREAM);
        var stream = known.isPresent() ? known.get() : create();
        return switch (stream.kind()) {
            case INTERNAL -> stream;
            case USER ->
                throw unavailable(
                        "a user has created the stream %s: rename or delete it to use groups".formatted(STREAM));
        };
    }

    private Stream create() {
        var asked = new NewStream(
                STREAM,
                Stream.Kind.INTERNAL,
                Stream.Mode.PROVISIONED,
                settings.kafka().offsetsTopicPartitions(),
                Map.of(
                        StreamSettings.CLEANUP_POLICY,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        StreamSettings.SEGMENT_BYTES,
                        Integer.toString(settings.kafka().offsetsTopicSegmentBytes())));
        return switch (broker.create(asked)) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.AlreadyExists(var stream) -> stream;
            case CatalogOutcome.Invalid(var field, var detail) -> throw unavailable(field + ": " + detail);
            case CatalogOutcome.NotFound(var name) -> throw unavailable(name + " was not found");
            case CatalogOutcome.Unknown(var cause) -> throw unavailable(cause.toString());
        };
    }

    private static CoordinatorNotAvailableException unavailable(String why) {
        LOG.log(ERROR, "groups cannot be kept: stream={0} cause={1}", STREAM, why);
        return new CoordinatorNotAvailableException(why);
    }

    private List<GroupLog> logs(Stream stream) {
        return IntStream.range(0, stream.partitions())
                .mapToObj(index -> GroupLog.of(
                        broker.partition(stream.id(), index).orElseThrow().log()))
                .toList();
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
