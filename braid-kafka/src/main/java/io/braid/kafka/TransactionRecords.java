package io.braid.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue.PartitionsSchema;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.TransactionVersion;

/// The state of a transactional id as it stands in `__transaction_state`: Kafka's own format, and one field of
/// ours.
///
/// Kafka keeps the epoch that a producer had before its last step in memory only, so that a producer whose
/// InitProducerId was carried out and not answered is fenced by its own retry if the server ends in between. Here
/// it is a tagged field, which Kafka passes over.
final class TransactionRecords {
    private static final short VERSION = TransactionVersion.TV_2.transactionLogValueVersion();
    private static final int LAST_EPOCH_TAG = 10_000; // far from those that Kafka counts up from 0

    private TransactionRecords() {}

    static CoordinatorRecord of(String id, TxnTransitMetadata state) {
        var value = new TransactionLogValue()
                .setProducerId(state.producerId())
                .setPreviousProducerId(state.prevProducerId())
                .setNextProducerId(state.nextProducerId())
                .setProducerEpoch(state.producerEpoch())
                .setTransactionTimeoutMs(state.txnTimeoutMs())
                .setTransactionStatus(state.txnState().id())
                .setTransactionPartitions(state.txnState() == TransactionState.EMPTY ? null : partitions(state))
                .setTransactionLastUpdateTimestampMs(state.txnLastUpdateTimestamp())
                .setTransactionStartTimestampMs(state.txnStartTimestamp())
                .setClientTransactionVersion(state.clientTransactionVersion().featureLevel());
        if (state.lastProducerEpoch() != RecordBatch.NO_PRODUCER_EPOCH)
            value.unknownTaggedFields()
                    .add(new RawTaggedField(
                            LAST_EPOCH_TAG,
                            ByteBuffer.allocate(Short.BYTES)
                                    .putShort(state.lastProducerEpoch())
                                    .array()));
        return CoordinatorRecord.record(key(id), new ApiMessageAndVersion(value, VERSION));
    }

    static CoordinatorRecord gone(String id) {
        return CoordinatorRecord.tombstone(key(id));
    }

    private static TransactionLogKey key(String id) {
        return new TransactionLogKey().setTransactionalId(id);
    }

    private static List<PartitionsSchema> partitions(TxnTransitMetadata state) {
        var topics = new ArrayList<PartitionsSchema>();
        state.topicPartitions().stream()
                .sorted((one, other) -> one.topic().compareTo(other.topic()))
                .forEach(partition -> {
                    if (topics.isEmpty() || !topics.getLast().topic().equals(partition.topic()))
                        topics.add(new PartitionsSchema()
                                .setTopic(partition.topic())
                                .setPartitionIds(new ArrayList<>()));
                    topics.getLast().partitionIds().add(partition.partition());
                });
        return topics;
    }

    static String id(CoordinatorRecord record) {
        return ((TransactionLogKey) record.key()).transactionalId();
    }

    static TxnTransitMetadata state(TransactionLogValue value) {
        var partitions = new HashSet<TopicPartition>();
        if (value.transactionPartitions() != null)
            for (var topic : value.transactionPartitions())
                for (int index : topic.partitionIds()) partitions.add(new TopicPartition(topic.topic(), index));
        return new TxnTransitMetadata(
                value.producerId(),
                value.previousProducerId(),
                value.nextProducerId(),
                value.producerEpoch(),
                lastEpoch(value),
                value.transactionTimeoutMs(),
                TransactionState.fromId(value.transactionStatus()),
                partitions,
                value.transactionStartTimestampMs(),
                value.transactionLastUpdateTimestampMs(),
                TransactionVersion.fromFeatureLevel(value.clientTransactionVersion()));
    }

    private static short lastEpoch(TransactionLogValue value) {
        for (var field : value.unknownTaggedFields())
            if (field.tag() == LAST_EPOCH_TAG && field.size() == Short.BYTES)
                return ByteBuffer.wrap(field.data()).getShort();
        return RecordBatch.NO_PRODUCER_EPOCH;
    }
}
