package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Partition;
import io.braid.broker.StoredCodec;
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
    static final String CODEC = StoredCodec.PRODUCER; // offsets.topic.compression.codec says how those are compressed

    /// How long the first request waits for the groups to be loaded before it is answered that they are
    /// loading.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Broker broker;
    private final int nodeId;
    private final GroupSettings settings;
    private final GroupConfigApi configs;
    private final Persister shares;
    private final Features features;
    private final InstantSource clock;
    private final StateStream stream;
    private volatile StateWriter.Verification transactions = StateWriter.Verification.NONE; // set before requests
    private final CoordinatorLife<GroupService> life;

    GroupCoordination(
            Broker broker,
            KafkaListener.Config config,
            GroupConfigApi configs,
            Persister shares,
            Features features,
            InstantSource clock) {
        this.broker = broker;
        this.nodeId = config.nodeId();
        this.settings = configs.server();
        this.configs = configs;
        this.shares = shares;
        this.features = features;
        this.clock = clock;
        this.stream = StateStream.compacted(broker, STREAM, CODEC);
        this.life = new CoordinatorLife<>(broker, this::make);
    }

    /// Adds the group APIs to what the listener serves.
    void register(Handlers handlers, TopicApi topics, Throttles throttles) {
        new GroupHandlers(this, features).register(handlers);
        new StreamsGroupHandlers(this, topics, throttles, features).register(handlers);
        new OffsetHandlers(this, broker).register(handlers);
        new TransactionalOffsets(this, broker).register(handlers);
    }

    /// Kafka's coordinator, started if nobody has needed it before.
    ///
    /// @throws CoordinatorNotAvailableException it cannot be started now, or the server is being closed
    GroupCoordinator coordinator() throws InterruptedException {
        return life.service().kafka();
    }

    /// The same, unless there has never been a group here.
    Optional<GroupCoordinator> coordinatorIfUsed() throws InterruptedException {
        return stream.isThere() ? Optional.of(coordinator()) : Optional.empty();
    }

    private GroupService make() {
        var opened = stream.open(
                settings.kafka().offsetsTopicPartitions(), settings.kafka().offsetsTopicSegmentBytes());
        return new GroupService(
                nodeId,
                stream.logs(opened),
                stream.batchBytesMax(opened),
                this::end,
                transactions,
                settings.kafka(),
                configs.manager(),
                shares,
                features::levels,
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

    private OptionalLong end(TopicPartition partition) {
        return broker.partition(partition.topic(), partition.partition())
                .map(Partition::log)
                .map(log -> OptionalLong.of(log.end()))
                .orElseGet(OptionalLong::empty);
    }

    @Override
    public void close() {
        life.close();
    }
}
