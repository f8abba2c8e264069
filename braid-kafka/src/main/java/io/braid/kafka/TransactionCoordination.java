package io.braid.kafka;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.StoredCodec;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.server.common.TransactionVersion;

/// Transactions over several partitions, exactly once.
///
/// | class                     | what it is                                                                   |
/// |---------------------------|------------------------------------------------------------------------------|
/// | [TransactionCoordination] | the door: starts the coordinator when it is needed, waits for its answers     |
/// | [TransactionHandlers], [TransactionAdmin] | the APIs of producers, and those of administrators            |
/// | [TransactionalAppends]    | lets batches into partitions once the coordinator has been asked             |
/// | [TransactionService]      | shards on Kafka's runtime for coordinators, put together                     |
/// | [TransactionShard]        | what is known of transactional ids, and what may become of them               |
/// | [TransactionEnds]         | ends decided transactions in their partitions                                |
/// | [TransactionSettings]     | settings by Kafka's names, our defaults                                      |
///
/// Nothing of it is started until somebody asks for a transactional id, and then the stream `__transaction_state`
/// is created. A directory that has it starts the coordinator with the server: transactions that an earlier life
/// has decided are ended, and those it left open time out.
///
///     idle ──first request, or the stream is there──► running ──close──► closed
///
/// All questions here wait for their answers, so they belong on virtual threads. A producer whose last transaction
/// is still being ended waits for that a moment (`add.partitions.to.txn.retry.backoff.max.ms`) before it is told to
/// try again.
final class TransactionCoordination implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TransactionCoordination.class.getName());

    static final String STREAM = Topic.TRANSACTION_STATE_TOPIC_NAME;
    static final String CODEC = StoredCodec.UNCOMPRESSED; // as in Kafka

    /// A question to the coordinator.
    interface Question<T> {
        CompletableFuture<T> ask(TransactionService service) throws IOException;
    }

    /// The same, for which a producer id may be needed.
    private interface Costly<T> {
        CompletableFuture<T> ask(TransactionService service, OptionalLong fresh);
    }

    private final Broker broker;
    private final TransactionSettings settings;
    private final InstantSource clock;
    private final StateStream stream;
    private final EndWriter writer;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("transactions-", 0).factory());
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CoordinatorLife<Parts> life;

    /// @param writer ends transactions in partitions
    TransactionCoordination(Broker broker, KafkaListener.Config config, EndWriter writer, InstantSource clock) {
        this.broker = broker;
        this.settings = CoordinatorSettings.of(config.coordinators()).transactions();
        this.clock = clock;
        this.writer = writer;
        this.stream = StateStream.compacted(broker, STREAM, CODEC);
        this.life = new CoordinatorLife<>(broker, this::make);
    }

    /// Takes up what an earlier life has left, in the background.
    void resume() {
        if (!stream.isThere()) return;
        threads.execute(() -> {
            try {
                life.service();
            } catch (ApiException | InterruptedException e) {
                LOG.log(ERROR, "transactions cannot be resumed", e);
            }
        });
    }

    // ---- starting

    /// Sees to it that the coordinator is there.
    ///
    /// @throws CoordinatorNotAvailableException it cannot be started now, or the server is being closed
    void start() throws InterruptedException {
        life.service();
    }

    boolean isUsed() {
        return stream.isThere();
    }

    private Parts make() {
        var values = settings.values();
        var opened = stream.open(values.partitions(), values.segmentBytes());
        var logs = stream.logs(opened);
        int epoch = broker.partition(opened.id(), 0).orElseThrow().log().leaderEpoch();
        var ends = new TransactionEnds(writer, threads, epoch);
        var service =
                new TransactionService(logs, stream.batchBytesMax(opened), values.readBytes(), ends, threads, clock);
        return new Parts(service, ends, values);
    }

    /// What is there once it was started. It needs to know nothing of the catalog.
    private final class Parts implements CoordinatorLife.Service {
        final TransactionService service;
        final TransactionEnds ends;
        final TransactionSettings.Values settings;

        Parts(TransactionService service, TransactionEnds ends, TransactionSettings.Values settings) {
            this.service = service;
            this.ends = ends;
            this.settings = settings;
        }

        @Override
        public void follow(Collection<Stream> streams) {}

        @Override
        public void load() {
            service.load();
            every(settings.timeoutCheck(), () -> endOverdue(service));
            every(settings.expiryCheck(), () -> service.expire(settings.idExpiry()));
        }

        @Override
        public void awaitLoaded(Duration patience) throws InterruptedException {
            service.awaitLoaded(patience);
        }

        @Override
        public void close() {
            ends.close();
            service.close();
        }
    }

    private void every(Duration interval, Runnable work) {
        threads.execute(() -> {
            try {
                while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS)) work.run();
            } catch (InterruptedException e) {
                LOG.log(WARNING, "interrupted while transactions were watched", e);
            }
        });
    }

    /// Aborts what is open for too long, and ends what was decided and overlooked.
    private void endOverdue(TransactionService service) {
        var survey = service.survey();
        survey.decided().forEach(service::resume);
        survey.timedOut().forEach((id, producer) -> {
            try {
                ask((asked, fresh) -> asked.abort(id, producer, fresh));
                LOG.log(INFO, "transaction timed out: id={0} producer={1}", id, producer);
            } catch (ApiException | InterruptedException e) { // tried again next time
                LOG.log(WARNING, "transaction that timed out not aborted: id={0} cause={1}", id, e);
            }
        });
    }

    // ---- what producers ask for

    Producer initProducerId(String id, int timeoutMillis, Optional<Producer> expected) throws InterruptedException {
        if (timeoutMillis < 1 || timeoutMillis > life.service().settings.timeoutMillisMax())
            throw Errors.INVALID_TRANSACTION_TIMEOUT.exception();
        return patiently(
                id, () -> ask(service -> service.initProducerId(id, timeoutMillis, expected, broker.newProducerId())));
    }

    void add(String id, Producer producer, Set<TopicPartition> partitions, TransactionVersion version)
            throws InterruptedException {
        add(id, producer, partitions, version, () -> {});
    }

    private void add(
            String id, Producer producer, Set<TopicPartition> partitions, TransactionVersion version, Runnable before)
            throws InterruptedException {
        patiently(id, () -> {
            before.run();
            return ask(service -> service.add(id, producer, partitions, version));
        });
    }

    Map<TopicPartition, Errors> verify(String id, Producer producer, Set<TopicPartition> partitions)
            throws InterruptedException {
        return verify(id, producer, partitions, () -> {});
    }

    private Map<TopicPartition, Errors> verify(
            String id, Producer producer, Set<TopicPartition> partitions, Runnable before) throws InterruptedException {
        return patiently(id, () -> {
            before.run();
            return ask(service -> service.verify(id, producer, partitions));
        });
    }

    Producer end(String id, Producer producer, TransactionResult result, TransactionVersion version)
            throws InterruptedException {
        return patiently(id, () -> ask((service, fresh) -> service.end(id, producer, result, version, fresh)));
    }

    /// Whether a producer may write to partitions, in the words it is told; those that may be written to have
    /// [Errors#NONE].
    ///
    /// @param before run before each time the coordinator is asked
    private Map<TopicPartition, Errors> enter(
            String id, Producer producer, Set<TopicPartition> partitions, PartitionEntry entry, Runnable before)
            throws InterruptedException {
        var answers = new HashMap<TopicPartition, Errors>();
        try {
            switch (entry) {
                case ADDED -> add(id, producer, partitions, TransactionVersion.TV_2, before);
                case VERIFIED, VERIFIED_BEFORE -> answers.putAll(verify(id, producer, partitions, before));
            }
            answers.replaceAll((_, error) -> entry.told(error));
            partitions.forEach(partition -> answers.putIfAbsent(partition, Errors.NONE));
        } catch (ApiException e) {
            partitions.forEach(partition -> answers.put(partition, entry.told(Errors.forException(e))));
        }
        return answers;
    }

    /// The same on another thread, as [TransactionalAppends] asks it.
    void enterLater(
            String id,
            Producer producer,
            Set<TopicPartition> partitions,
            PartitionEntry entry,
            Runnable before,
            Consumer<Map<TopicPartition, Errors>> answer) {
        inBackground(
                () -> answer.accept(enter(id, producer, partitions, entry, before)),
                failure -> answer.accept(partitions.stream()
                        .collect(Collectors.toMap(Function.identity(), _ -> Errors.forException(failure)))));
    }

    /// The same for the partition a group's offsets are kept in, as the coordinator of groups asks it.
    CompletableFuture<Void> enterOffsets(
            TopicPartition partition, String id, Producer producer, int version, Runnable before) {
        var answer = new CompletableFuture<Void>();
        inBackground(
                () -> {
                    var entry = PartitionEntry.ofOffsetCommit(version);
                    var error = enter(id, producer, Set.of(partition), entry, before)
                            .get(partition);
                    if (error == Errors.NONE) answer.complete(null);
                    else answer.completeExceptionally(error.exception());
                },
                answer::completeExceptionally);
        return answer;
    }

    interface Work {
        void run() throws InterruptedException;
    }

    /// Runs work that waits on a thread of its own.
    ///
    /// @param failed is told why it could not be done
    void inBackground(Work work, Consumer<Throwable> failed) {
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException | InterruptedException e) {
                    failed.accept(e);
                }
            });
        } catch (RejectedExecutionException e) {
            failed.accept(Errors.NOT_COORDINATOR.exception("the server is being closed"));
        }
    }

    // ---- asking

    private interface Attempt<T> {
        T make() throws InterruptedException;
    }

    /// Makes an attempt again when the transaction that is in its way has ended, if that is soon.
    private <T> T patiently(String id, Attempt<T> attempt) throws InterruptedException {
        long deadline = clock.millis() + life.service().settings.patience().toMillis();
        boolean mayTryAtOnce = true; // it may have ended between the answer and the wait
        while (true) {
            try {
                return attempt.make();
            } catch (ConcurrentTransactionsException e) {
                long left = deadline - clock.millis();
                boolean isOver = left > 0 && life.service().ends.await(id, left);
                if (!isOver && !mayTryAtOnce) throw e;
                mayTryAtOnce = isOver;
            }
        }
    }

    /// Asks, and asks again with a new producer id if one is needed.
    private <T> T ask(Costly<T> question) throws InterruptedException {
        try {
            return ask(service -> question.ask(service, OptionalLong.empty()));
        } catch (ProducerIdNeeded _) {
            return ask(service -> question.ask(service, OptionalLong.of(broker.newProducerId())));
        }
    }

    /// The coordinator's answer.
    ///
    /// @throws ApiException in the words that clients of transactions know
    <T> T ask(Question<T> question) throws InterruptedException {
        try {
            return question.ask(life.service().service).get();
        } catch (ExecutionException e) {
            throw told(e.getCause());
        } catch (IOException e) {
            LOG.log(ERROR, "no producer id could be reserved: {0}", e.getMessage());
            throw new CoordinatorNotAvailableException("no producer id could be reserved", e);
        }
    }

    private static ApiException told(Throwable failure) {
        if (failure instanceof ProducerIdNeeded needed) return needed;
        if (failure instanceof RejectedExecutionException) return Errors.NOT_COORDINATOR.exception();
        var error = Errors.forException(failure);
        return switch (error) {
            case NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT, UNKNOWN_TOPIC_OR_PARTITION ->
                Errors.COORDINATOR_NOT_AVAILABLE.exception(failure.getMessage());
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> Errors.NOT_COORDINATOR.exception(failure.getMessage());
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, UNKNOWN_SERVER_ERROR -> {
                LOG.log(ERROR, "a transaction could not go on", failure);
                yield Errors.UNKNOWN_SERVER_ERROR.exception(failure.getMessage());
            }
            default -> failure instanceof ApiException known ? known : error.exception(failure.getMessage());
        };
    }

    @Override
    public void close() {
        closing.countDown();
        life.close();
        threads.shutdown();
    }
}
