package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.kafka.Answer.Reply;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.server.common.TransactionVersion;

/// The APIs that transactional producers use, as Kafka 4.4's `KafkaApis` serves them around the coordinator. The
/// writer thread asks and waits: a producer sends one such request at a time. Nobody is authorized here yet.
final class TransactionHandlers {
    // The versions from which on clients know PRODUCER_FENCED (KIP-588).
    private static final int INIT_KNOWS_FENCED = 4;
    private static final int OTHERS_KNOW_FENCED = 2;
    /// The version of AddPartitionsToTxn that brokers of a cluster speak among each other.
    private static final int BATCHED_ADD = 4;

    private final TransactionCoordination transactions;
    private final GroupCoordination groups;
    private final Broker broker;
    private final ProducerApi producers;

    TransactionHandlers(TransactionCoordination transactions, GroupCoordination groups, Broker broker) {
        this.transactions = transactions;
        this.groups = groups;
        this.broker = broker;
        this.producers = new ProducerApi(broker);
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.INIT_PRODUCER_ID, 0, 5, this::initProducerId)
                .serve(ApiKeys.ADD_PARTITIONS_TO_TXN, 0, 5, this::addPartitions)
                .serve(ApiKeys.ADD_OFFSETS_TO_TXN, 0, 4, this::addOffsets)
                .serve(ApiKeys.END_TXN, 0, 5, this::end);
    }

    private interface Work {
        AbstractResponse run() throws InterruptedException;
    }

    /// @param knowsFenced the version from which on clients know PRODUCER_FENCED
    private static Answer turn(Request request, int knowsFenced, Work work) {
        return new Answer.Turn(() -> {
            try {
                return Reply.of(work.run());
            } catch (ProducerFencedException e) {
                throw told(Errors.PRODUCER_FENCED, request, knowsFenced).exception();
            }
        });
    }

    private static Errors told(Errors error, Request request, int knowsFenced) {
        return error == Errors.PRODUCER_FENCED && request.version() < knowsFenced
                ? Errors.INVALID_PRODUCER_EPOCH
                : error;
    }

    // ---- InitProducerId

    private Answer initProducerId(Request request) {
        var asked = ((InitProducerIdRequest) request.body()).data();
        var expected = expected(asked.producerId(), asked.producerEpoch());
        if (asked.transactionalId() == null) return producers.initProducerId();
        if (asked.transactionalId().isEmpty()) throw new InvalidRequestException("an empty transactional id");
        return turn(request, INIT_KNOWS_FENCED, () -> {
            var producer = transactions.initProducerId(asked.transactionalId(), asked.transactionTimeoutMs(), expected);
            return new InitProducerIdResponse(new InitProducerIdResponseData()
                    .setProducerId(producer.id())
                    .setProducerEpoch(producer.epoch()));
        });
    }

    /// Who the producer says it is (KIP-360).
    private static Optional<Producer> expected(long id, short epoch) {
        boolean hasId = id != RecordBatch.NO_PRODUCER_ID;
        boolean hasEpoch = epoch != RecordBatch.NO_PRODUCER_EPOCH;
        if (hasId != hasEpoch) throw new InvalidRequestException("a producer id and an epoch, or neither");
        return hasId ? Optional.of(new Producer(id, epoch)) : Optional.empty();
    }

    // ---- AddPartitionsToTxn

    private Answer addPartitions(Request request) {
        boolean isBatched = request.version() >= BATCHED_ADD;
        var body = (AddPartitionsToTxnRequest) request.body();
        var asked = isBatched ? body : body.normalizeRequest();
        return turn(request, OTHERS_KNOW_FENCED, () -> {
            var version = TransactionVersion.transactionVersionForAddPartitionsToTxn(asked);
            var partitions = asked.partitionsByTransaction();
            var data = new AddPartitionsToTxnResponseData();
            for (var transaction : asked.data().transactions()) {
                var result = added(
                        transaction, new HashSet<>(partitions.get(transaction.transactionalId())), version, request);
                if (isBatched) data.resultsByTransaction().add(result);
                else data.setResultsByTopicV3AndBelow(result.topicResults());
            }
            return new AddPartitionsToTxnResponse(data);
        });
    }

    private AddPartitionsToTxnResult added(
            AddPartitionsToTxnTransaction asked,
            Set<TopicPartition> partitions,
            TransactionVersion version,
            Request request)
            throws InterruptedException {
        var errors = missing(partitions);
        if (errors.isEmpty()) errors.putAll(entered(asked, partitions, version));
        errors.replaceAll((_, error) -> told(error, request, OTHERS_KNOW_FENCED));
        return AddPartitionsToTxnResponse.resultForTransaction(asked.transactionalId(), errors);
    }

    /// If one is missing, none is added.
    private Map<TopicPartition, Errors> missing(Set<TopicPartition> partitions) {
        var errors = new HashMap<TopicPartition, Errors>();
        boolean isAnyMissing = false;
        for (var partition : partitions) {
            boolean isThere =
                    broker.partition(partition.topic(), partition.partition()).isPresent();
            isAnyMissing |= !isThere;
            errors.put(partition, isThere ? Errors.OPERATION_NOT_ATTEMPTED : Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (!isAnyMissing) errors.clear();
        return errors;
    }

    private Map<TopicPartition, Errors> entered(
            AddPartitionsToTxnTransaction asked, Set<TopicPartition> partitions, TransactionVersion version)
            throws InterruptedException {
        var producer = new Producer(asked.producerId(), asked.producerEpoch());
        var errors = new HashMap<TopicPartition, Errors>();
        try {
            if (asked.transactionalId().isEmpty()) throw new InvalidRequestException("an empty transactional id");
            if (asked.verifyOnly()) return transactions.verify(asked.transactionalId(), producer, partitions);
            transactions.add(asked.transactionalId(), producer, partitions, version);
            partitions.forEach(partition -> errors.put(partition, Errors.NONE));
        } catch (ApiException e) {
            partitions.forEach(partition -> errors.put(partition, Errors.forException(e)));
        }
        return errors;
    }

    // ---- AddOffsetsToTxn

    private Answer addOffsets(Request request) {
        var asked = ((AddOffsetsToTxnRequest) request.body()).data();
        return turn(request, OTHERS_KNOW_FENCED, () -> {
            if (asked.transactionalId().isEmpty()) throw new InvalidRequestException("an empty transactional id");
            var partition = new TopicPartition(
                    GroupCoordination.STREAM, groups.coordinator().partitionFor(asked.groupId()));
            transactions.add(
                    asked.transactionalId(),
                    new Producer(asked.producerId(), asked.producerEpoch()),
                    Set.of(partition),
                    TransactionVersion.TV_0);
            return new AddOffsetsToTxnResponse(new AddOffsetsToTxnResponseData());
        });
    }

    // ---- EndTxn

    private Answer end(Request request) {
        var body = (EndTxnRequest) request.body();
        var asked = body.data();
        return turn(request, OTHERS_KNOW_FENCED, () -> {
            if (asked.transactionalId().isEmpty()) throw new InvalidRequestException("an empty transactional id");
            var version = TransactionVersion.transactionVersionForEndTxn(body);
            var producer = transactions.end(
                    asked.transactionalId(),
                    new Producer(asked.producerId(), asked.producerEpoch()),
                    body.result(),
                    version);
            var data = new EndTxnResponseData();
            if (version.supportsEpochBump()) data.setProducerId(producer.id()).setProducerEpoch(producer.epoch());
            return new EndTxnResponse(data);
        });
    }
}
