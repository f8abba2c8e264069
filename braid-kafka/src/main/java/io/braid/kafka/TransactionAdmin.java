package io.braid.kafka;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.braid.broker.Broker;
import io.braid.kafka.Answer.Reply;
import io.braid.log.PartitionLog;
import io.braid.log.ProducerStatus;
import io.braid.log.ReadOutcome;
import io.braid.log.Slice;
import io.braid.log.TransactionStatus;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.DescribeProducersRequest;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.apache.kafka.common.requests.DescribeTransactionsRequest;
import org.apache.kafka.common.requests.DescribeTransactionsResponse;
import org.apache.kafka.common.requests.ListTransactionsRequest;
import org.apache.kafka.common.requests.ListTransactionsResponse;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/// The APIs about transactions that administrators use: DescribeTransactions, ListTransactions, DescribeProducers,
/// and WriteTxnMarkers, with which they end a transaction in one partition by hand (KIP-664). What is told is on
/// disk.
final class TransactionAdmin {
    private static final long NONE = -1;
    private static final int NO_EPOCH = -1;

    private final TransactionCoordination transactions;
    private final EndWriter ends;
    private final Broker broker;
    private final InstantSource clock;

    TransactionAdmin(TransactionCoordination transactions, EndWriter ends, Broker broker, InstantSource clock) {
        this.transactions = transactions;
        this.ends = ends;
        this.broker = broker;
        this.clock = clock;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.DESCRIBE_TRANSACTIONS, 0, 0, this::describe)
                .serve(ApiKeys.LIST_TRANSACTIONS, 0, 2, this::list)
                .serve(ApiKeys.DESCRIBE_PRODUCERS, 0, 0, this::producers)
                .serve(ApiKeys.WRITE_TXN_MARKERS, 1, 2, this::writeEnds);
    }

    // ---- DescribeTransactions

    private Answer describe(Request request) {
        var asked = ((DescribeTransactionsRequest) request.body()).data();
        return new Answer.Turn(() -> {
            var data = new DescribeTransactionsResponseData();
            for (var id : asked.transactionalIds()) data.transactionStates().add(described(id));
            return Reply.of(new DescribeTransactionsResponse(data));
        });
    }

    private TransactionState described(String id) throws InterruptedException {
        var answer = new TransactionState().setTransactionalId(id);
        if (id.isEmpty()) return answer.setErrorCode(Errors.INVALID_REQUEST.code());
        if (!transactions.isUsed()) return answer.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        try {
            return transactions
                    .ask(service -> service.describe(id))
                    .map(found -> described(answer, found))
                    .orElseGet(() -> answer.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code()));
        } catch (ApiException e) {
            return answer.setErrorCode(Errors.forException(e).code());
        }
    }

    private static TransactionState described(TransactionState answer, TxnTransitMetadata found) {
        for (var partition : found.topicPartitions()) {
            var topic = answer.topics().find(partition.topic());
            if (topic == null) {
                topic = new TopicData().setTopic(partition.topic()).setPartitions(new ArrayList<>());
                answer.topics().add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return answer.setProducerId(found.producerId())
                .setProducerEpoch(found.producerEpoch())
                .setTransactionState(found.txnState().stateName())
                .setTransactionTimeoutMs(found.txnTimeoutMs())
                .setTransactionStartTimeMs(found.txnStartTimestamp());
    }

    // ---- ListTransactions

    /// Looked at on the connection's own thread, as a pattern is compared with every id.
    private Answer list(Request request) {
        var asked = ((ListTransactionsRequest) request.body()).data();
        return new Answer.Turn(() -> {
            var data = new ListTransactionsResponseData();
            var states = new HashSet<org.apache.kafka.coordinator.transaction.TransactionState>();
            for (var name : asked.stateFilters())
                org.apache.kafka.coordinator.transaction.TransactionState.fromName(name)
                        .ifPresentOrElse(
                                states::add, () -> data.unknownStateFilters().add(name));
            var pattern = pattern(asked.transactionalIdPattern());
            for (var each : all().entrySet())
                if (isAsked(asked, states, pattern, each.getKey(), each.getValue()))
                    data.transactionStates()
                            .add(new ListTransactionsResponseData.TransactionState()
                                    .setTransactionalId(each.getKey())
                                    .setProducerId(each.getValue().producerId())
                                    .setTransactionState(
                                            each.getValue().txnState().stateName()));
            return Reply.of(new ListTransactionsResponse(data));
        });
    }

    /// In RE2's language, whose patterns take linear time.
    private static Optional<Pattern> pattern(String asked) {
        if (asked == null || asked.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Pattern.compile(asked));
        } catch (PatternSyntaxException e) {
            throw new InvalidRegularExpression(
                    "the pattern `%s` of transactional ids is not valid: %s".formatted(asked, e.getDescription()));
        }
    }

    private Map<String, TxnTransitMetadata> all() throws InterruptedException {
        var all = new HashMap<String, TxnTransitMetadata>();
        if (!transactions.isUsed()) return all;
        for (var part : transactions.ask(service -> CompletableFuture.completedFuture(service.all())))
            all.putAll(transactions.ask(_ -> part));
        return all;
    }

    private boolean isAsked(
            ListTransactionsRequestData asked,
            Set<org.apache.kafka.coordinator.transaction.TransactionState> states,
            Optional<Pattern> pattern,
            String id,
            TxnTransitMetadata found) {
        long duration = clock.millis() - found.txnStartTimestamp();
        return (asked.producerIdFilters().isEmpty() || asked.producerIdFilters().contains(found.producerId()))
                && (asked.stateFilters().isEmpty() || states.contains(found.txnState()))
                && (asked.durationFilter() < 0 || duration > asked.durationFilter())
                && (pattern.isEmpty() || pattern.get().matches(id));
    }

    // ---- DescribeProducers

    private record Asked(int index, Optional<PartitionLog> log, CompletableFuture<List<ProducerStatus>> answer) {}

    private Answer producers(Request request) {
        var asked = ((DescribeProducersRequest) request.body()).data();
        return new Answer.Turn(() -> {
            var data = new DescribeProducersResponseData();
            for (var topic : asked.topics()) {
                var response = new TopicResponse().setName(topic.name());
                for (var partition : topic.partitionIndexes().stream()
                        .map(index -> ask(topic.name(), index))
                        .toList()) response.partitions().add(described(topic.name(), partition));
                data.topics().add(response);
            }
            return Reply.of(new DescribeProducersResponse(data));
        });
    }

    private Asked ask(String topic, int index) {
        var log = broker.partition(topic, index).map(io.braid.broker.Partition::log);
        return new Asked(
                index,
                log,
                log.map(PartitionLog::producers).orElseGet(() -> CompletableFuture.completedFuture(List.of())));
    }

    private static PartitionResponse described(String topic, Asked asked) throws InterruptedException {
        var response = new PartitionResponse().setPartitionIndex(asked.index());
        if (asked.log().isEmpty()) {
            var error =
                    TopicErrors.isNameValid(topic) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
            return response.setErrorCode(error.code()).setErrorMessage(error.message());
        }
        try {
            for (var producer : asked.answer().get())
                response.activeProducers().add(described(producer, asked.log().get()));
            return response;
        } catch (ExecutionException e) {
            return response.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code())
                    .setErrorMessage(e.getCause().getMessage());
        }
    }

    private static ProducerState described(ProducerStatus producer, PartitionLog log) {
        long from =
                log.transaction(producer.id()) instanceof TransactionStatus.Open(long first, short _) ? first : NONE;
        return new ProducerState()
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastMillis())
                .setCoordinatorEpoch(coordinatorEpoch(log, producer.lastEnd()))
                .setCurrentTxnStartOffset(from);
    }

    /// That of the coordinator that ended a transaction last, as the end says it. Nothing is decided by it here, but
    /// who aborts a transaction as Kafka's administrators do sends it along.
    private static int coordinatorEpoch(PartitionLog log, long end) {
        if (end < 0) return NO_EPOCH;
        try {
            return switch (log.read(end, log.end(), 1)) {
                case ReadOutcome.OutOfRange _, ReadOutcome.Damaged _ -> NO_EPOCH;
                case ReadOutcome.Found(Slice slice) -> {
                    try (slice) {
                        yield coordinatorEpoch(
                                MemoryRecords.readableRecords(slice.load().asByteBuffer()), end);
                    }
                }
            };
        } catch (IOException e) {
            return NO_EPOCH; // the rest is known all the same
        }
    }

    private static int coordinatorEpoch(MemoryRecords records, long end) {
        for (var batch : records.batches())
            for (var record : batch)
                if (batch.isControlBatch() && record.offset() == end)
                    return EndTransactionMarker.deserialize(record).coordinatorEpoch();
        return NO_EPOCH; // compaction has taken it
    }

    // ---- WriteTxnMarkers

    private Answer writeEnds(Request request) {
        var markers = ((WriteTxnMarkersRequest) request.body()).markers();
        return new Answer.Turn(() -> {
            var errors = new HashMap<Long, Map<TopicPartition, Errors>>();
            for (var marker : markers)
                errors.computeIfAbsent(marker.producerId(), _ -> new HashMap<>())
                        .putAll(written(marker));
            return Reply.of(new WriteTxnMarkersResponse(errors));
        });
    }

    private Map<TopicPartition, Errors> written(TxnMarkerEntry marker) throws InterruptedException, ExecutionException {
        var end = new EndOfTransaction(
                marker.producerId(),
                marker.producerEpoch(),
                marker.transactionResult() == TransactionResult.COMMIT,
                marker.transactionVersion() >= TransactionVersion.TV_2.featureLevel(),
                marker.coordinatorEpoch());
        var answers = new HashMap<TopicPartition, CompletableFuture<Errors>>();
        for (var partition : marker.partitions()) answers.put(partition, ends.write(partition, end));
        var errors = new HashMap<TopicPartition, Errors>();
        for (var answer : answers.entrySet())
            errors.put(answer.getKey(), answer.getValue().get());
        return errors;
    }
}
