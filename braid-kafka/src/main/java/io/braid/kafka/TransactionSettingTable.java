package io.braid.kafka;

import io.braid.kafka.KafkaListener.CoordinatorSetting;
import java.util.List;

/// What may be set about transactions. A table of our own, as [GroupSettingTable] is; a test holds it against
/// Kafka's own definitions.
final class TransactionSettingTable {
    static final List<CoordinatorSetting> ROWS = List.of(
            new CoordinatorSetting(
                    "add.partitions.to.txn.retry.backoff.max.ms",
                    "number",
                    "100",
                    "How long a producer is waited for whose last transaction is still being ended, before it is told"
                            + " to try again."),
            new CoordinatorSetting(
                    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                    "number",
                    "10000",
                    "How often transactions that are open for too long are looked for."),
            new CoordinatorSetting(
                    "transaction.max.timeout.ms",
                    "number",
                    "900000",
                    "The longest time a producer may ask for its transactions to stay open."),
            new CoordinatorSetting(
                    "transaction.remove.expired.transaction.cleanup.interval.ms",
                    "number",
                    "3600000",
                    "How often transactional ids that are to be forgotten are looked for."),
            new CoordinatorSetting(
                    "transaction.state.log.load.buffer.size",
                    "number",
                    "5242880",
                    "How many bytes are read at once when transactions are loaded."),
            new CoordinatorSetting("transaction.state.log.min.isr", "number", "1", "1, as there is one node."),
            new CoordinatorSetting(
                    "transaction.state.log.num.partitions",
                    "number",
                    "16",
                    "Partitions of the transactions' stream; counts when it is created, later changes nothing."),
            new CoordinatorSetting(
                    "transaction.state.log.replication.factor", "number", "1", "1, as there is one node."),
            new CoordinatorSetting(
                    "transaction.state.log.segment.bytes",
                    "number",
                    "104857600",
                    "The size of the transactions' stream's segments; counts when it is created."),
            new CoordinatorSetting(
                    "transactional.id.expiration.ms",
                    "number",
                    "604800000",
                    "A transactional id of which nothing was heard for this long is forgotten."));

    private TransactionSettingTable() {}
}
