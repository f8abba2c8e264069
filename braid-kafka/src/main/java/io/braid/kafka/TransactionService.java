package io.braid.kafka;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetricsShard;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetricsImpl;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShardBuilder;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.apache.kafka.coordinator.common.runtime.MultiThreadedEventProcessor;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.kafka.timeline.SnapshotRegistry;

/// Our [TransactionShard]s on Kafka's runtime for coordinators, over our log. This is the only class that
/// knows how that is put together.
///
///     request ──► transactions-event-processor ──► StatePartition ──► writer thread ──► disk
///                   ▲ one change after the other                           │
///     answer ◄──────┴─────────────── offset is on disk ◄────────────────────┘
///
/// Answers fail with an `ApiException`, or with whatever else the runtime came across. What is decided is
/// handed to [TransactionEnds] as soon as that is on disk, before the answer. What is overlooked (an answer
/// that timed out, and whose record came to the disk all the same) is found by the next [#survey].
///
/// Threads: the event processor, which is no daemon and ends with [#close], a timer for what is not
/// answered, with its reaper, and the loader of [StatePartitions].
final class TransactionService implements AutoCloseable {
    /// One, as it never waits: shards of different partitions would seldom be busy at once.
    private static final int THREADS = 1;

    /// How long a change may wait for the disk before the client is told to try again.
    private static final Duration WRITE_MAX = Duration.ofSeconds(5);

    private static final int CACHED_BUFFER_BYTES_MAX = 1 << 20;

    private static final TransactionShard.Survey NOTHING = new TransactionShard.Survey(Map.of(), List.of());

    private final StatePartitions partitions;
    private final CoordinatorRuntime<TransactionShard, CoordinatorRecord> runtime;
    private final TransactionEnds ends;
    private final InstantSource clock;
    private final Set<TopicPartition> loaded = ConcurrentHashMap.newKeySet(); // in this life, at least once
    private final Metrics metrics = new Metrics();

    /// @param logs          the partitions of `__transaction_state`, all of them, by number
    /// @param batchBytesMax the largest batch they take
    /// @param readBytes     how much is read at once when they are loaded
    /// @param ends          ends what is decided
    /// @param executor      which the runtime shuts down and has no other use for
    TransactionService(
            List<StateLog> logs,
            int batchBytesMax,
            int readBytes,
            TransactionEnds ends,
            ExecutorService executor,
            InstantSource clock) {
        this.ends = ends;
        this.clock = clock;
        partitions = new StatePartitions(TransactionCoordination.STREAM, logs, () -> {}, clock);
        var serde = new TransactionCoordinatorRecordSerde();
        var context = new LogContext("[transactions] ");
        var measured = new CoordinatorRuntimeMetricsImpl(metrics, "transaction-coordinator-metrics", false);
        runtime = new CoordinatorRuntime.Builder<TransactionShard, CoordinatorRecord>()
                .withLogPrefix("transactions")
                .withLogContext(context)
                .withEventProcessor(new MultiThreadedEventProcessor(
                        context, "transactions-event-processor-", THREADS, Time.SYSTEM, measured))
                .withPartitionWriter(partitions.writer(batchBytesMax, StateWriter.Verification.NONE))
                .withLoader(partitions.loader(serde, readBytes, _ -> {}))
                .withCoordinatorShardBuilderSupplier(Shards::new)
                .withTime(Time.SYSTEM)
                .withTimer(new SystemTimerReaper("transactions-timer-reaper", new SystemTimer("transactions-timer")))
                .withWriteTimeout(WRITE_MAX)
                .withCoordinatorRuntimeMetrics(measured)
                .withCoordinatorMetrics(new Uncounted())
                .withSerializer(serde)
                .withExecutorService(executor)
                .withCachedBufferMaxBytesSupplier(() -> CACHED_BUFFER_BYTES_MAX)
                .build();
    }

    /// Begins to load all partitions. What was decided in an earlier life is ended on the way.
    void load() {
        partitions.load(new StatePartitions.Coordinator() {
            @Override
            public void load(int partition, int epoch) {
                runtime.scheduleLoadOperation(at(partition), epoch);
            }

            @Override
            public void unload(int partition) {
                runtime.scheduleUnloadOperation(at(partition), OptionalInt.empty());
            }
        });
    }

    /// Waits until all partitions are loaded, or cannot be, but not longer than `patience`.
    void awaitLoaded(Duration patience) throws InterruptedException {
        partitions.awaitLoaded(patience);
    }

    // ---- what producers ask for

    /// The new incarnation of a producer; fails with CONCURRENT_TRANSACTIONS while the old one's
    /// transaction is being aborted.
    ///
    /// @param fresh a producer id that was never used, which may stay unused
    CompletableFuture<Producer> initProducerId(String id, int timeoutMillis, Optional<Producer> expected, long fresh) {
        return write(
                        "init-producer-id",
                        id,
                        shard -> shard.initProducerId(id, timeoutMillis, expected, fresh, clock.millis()))
                .thenApply(initialised -> switch (initialised) {
                    case TransactionShard.Initialised.Ready(var producer) -> producer;
                    case TransactionShard.Initialised.Aborting(var ending) -> {
                        decided(ending);
                        throw Errors.CONCURRENT_TRANSACTIONS.exception();
                    }
                });
    }

    CompletableFuture<Void> add(String id, Producer producer, Set<TopicPartition> added, TransactionVersion version) {
        return write("add-partitions", id, shard -> shard.add(id, producer, added, version, clock.millis()));
    }

    CompletableFuture<Map<TopicPartition, Errors>> verify(String id, Producer producer, Set<TopicPartition> asked) {
        return runtime.scheduleReadOperation(
                "verify-partitions",
                partitionOf(id),
                (shard, committed) -> shard.verify(id, producer, asked, committed));
    }

    /// Who the producer is from now on.
    ///
    /// @param fresh as in [TransactionShard#end]
    CompletableFuture<Producer> end(
            String id, Producer producer, TransactionResult result, TransactionVersion version, OptionalLong fresh) {
        return write("end-transaction", id, shard -> shard.end(id, producer, result, version, fresh, clock.millis()))
                .thenApply(ended -> {
                    ended.ending().ifPresent(this::decided);
                    return ended.producer();
                });
    }

    // ---- what the server does by itself

    /// As [TransactionShard#abort].
    CompletableFuture<Void> abort(String id, Producer producer, OptionalLong fresh) {
        return write("abort-transaction", id, shard -> shard.abort(id, producer, fresh, clock.millis()))
                .thenAccept(ending -> ending.ifPresent(this::decided));
    }

    private void decided(Ending ending) {
        ends.begin(ending.id(), new Decisions());
    }

    private void resumed(Ending ending) {
        ends.resume(ending.id(), new Decisions());
    }

    private final class Decisions implements TransactionEnds.Coordinator {
        @Override
        public CompletableFuture<Optional<Ending>> decided(String id) {
            return runtime.scheduleReadOperation(
                    "decided", partitionOf(id), (shard, committed) -> shard.decided(id, committed));
        }

        @Override
        public CompletableFuture<Void> complete(Ending ending) {
            return write("complete-transaction", ending.id(), shard -> shard.complete(ending, clock.millis()));
        }
    }

    /// What there is to do, of all partitions that are loaded. Waits for what is being done now.
    TransactionShard.Survey survey() {
        var timedOut = new HashMap<String, Producer>();
        var unfinished = new ArrayList<Ending>();
        var answers = runtime.scheduleReadAllOperation(
                "survey", (shard, committed) -> shard.survey(clock.millis(), committed));
        for (var answer : answers) {
            var found = answer.exceptionally(_ -> NOTHING).join(); // one that is being loaded is asked next time
            timedOut.putAll(found.timedOut());
            unfinished.addAll(found.decided());
        }
        return new TransactionShard.Survey(timedOut, unfinished);
    }

    /// Forgets transactional ids of which nothing was heard for so long.
    void expire(Duration kept) {
        long millis = clock.millis() - kept.toMillis();
        runtime.scheduleWriteAllOperation("expire", shard -> shard.expire(millis));
    }

    // ---- questions

    CompletableFuture<Optional<TxnTransitMetadata>> describe(String id) {
        return runtime.scheduleReadOperation(
                "describe", partitionOf(id), (shard, committed) -> shard.describe(id, committed));
    }

    List<CompletableFuture<Map<String, TxnTransitMetadata>>> all() {
        return runtime.scheduleReadAllOperation("list", TransactionShard::all);
    }

    // ---- helpers

    private <T> CompletableFuture<T> write(String name, String id, Change<T> change) {
        return runtime.scheduleWriteOperation(name, partitionOf(id), change::make);
    }

    private interface Change<T> {
        CoordinatorResult<T, CoordinatorRecord> make(TransactionShard shard);
    }

    /// Ends what a survey has found, unless that is under way.
    void resume(Ending ending) {
        decided(ending);
    }

    private TopicPartition partitionOf(String id) {
        return at(Utils.abs(id.hashCode()) % partitions.count());
    }

    private static TopicPartition at(int partition) {
        return new TopicPartition(TransactionCoordination.STREAM, partition);
    }

    @Override
    public void close() {
        partitions.close();
        Utils.closeQuietly(runtime, "the coordinator of transactions");
        metrics.close();
    }

    /// Makes a shard for a partition that is about to be loaded; what it is offered beside the snapshots it
    /// has no use for.
    private final class Shards implements CoordinatorShardBuilder<TransactionShard, CoordinatorRecord> {
        private SnapshotRegistry snapshots; // set before build
        private TopicPartition partition; // as above

        @Override
        public Shards withSnapshotRegistry(SnapshotRegistry registry) {
            snapshots = registry;
            return this;
        }

        @Override
        public Shards withLogContext(LogContext context) {
            return this;
        }

        @Override
        public Shards withTime(Time time) {
            return this;
        }

        @Override
        public Shards withTimer(CoordinatorTimer<CoordinatorRecord> timer) {
            return this;
        }

        @Override
        public Shards withExecutor(CoordinatorExecutor<CoordinatorRecord> executor) {
            return this;
        }

        @Override
        public Shards withCoordinatorMetrics(CoordinatorMetrics metrics) {
            return this;
        }

        @Override
        public Shards withTopicPartition(TopicPartition of) {
            partition = of;
            return this;
        }

        @Override
        public TransactionShard build() {
            boolean isFirst = loaded.add(partition);
            return new TransactionShard(
                    snapshots, isFirst ? TransactionService.this::resumed : TransactionService.this::decided);
        }
    }

    /// Nothing is counted by transactional id.
    private static final class Uncounted extends CoordinatorMetrics {
        @Override
        public CoordinatorMetricsShard newMetricsShard(SnapshotRegistry snapshots, TopicPartition partition) {
            throw new UnsupportedOperationException("shards of transactions count nothing");
        }

        @Override
        public void activateMetricsShard(CoordinatorMetricsShard shard) {}

        @Override
        public void deactivateMetricsShard(CoordinatorMetricsShard shard) {}

        @Override
        public void onUpdateLastCommittedOffset(TopicPartition partition, long offset) {}
    }
}
