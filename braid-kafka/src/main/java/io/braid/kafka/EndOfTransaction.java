package io.braid.kafka;

import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.server.common.TransactionVersion;

/// The end of a producer's transaction in one partition, before it is written.
///
/// @param isNewEpoch whether the epoch must be above that of the transaction's records, which is so since
///     version 2 of transactions (KIP-890)
record EndOfTransaction(long producerId, short epoch, boolean isCommit, boolean isNewEpoch, int coordinatorEpoch) {

    /// What a coordinator of Kafka's writes as the end of a transaction.
    static EndOfTransaction of(MemoryRecords records, short transactionVersion) {
        var batch = records.firstBatch();
        var end = EndTransactionMarker.deserialize(batch.iterator().next());
        return new EndOfTransaction(
                batch.producerId(),
                batch.producerEpoch(),
                end.controlType() == ControlRecordType.COMMIT,
                transactionVersion >= TransactionVersion.TV_2.featureLevel(),
                end.coordinatorEpoch());
    }

    short transactionVersion() {
        return (isNewEpoch ? TransactionVersion.TV_2 : TransactionVersion.TV_0).featureLevel();
    }
}
