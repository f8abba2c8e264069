package io.braid.kafka;

import io.braid.log.InvalidConfig;
import io.braid.log.Problems.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.transaction.AddPartitionsToTxnConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;

/// The settings of transactions, by Kafka's names and checked by Kafka's own rules, as [GroupSettings] are.
final class TransactionSettings {
    private static final String PARTITIONS = TransactionLogConfig.TRANSACTIONS_TOPIC_PARTITIONS_CONFIG;
    private static final String REPLICATION = TransactionLogConfig.TRANSACTIONS_TOPIC_REPLICATION_FACTOR_CONFIG;
    private static final String MIN_ISR = TransactionLogConfig.TRANSACTIONS_TOPIC_MIN_ISR_CONFIG;

    /// Where Braid differs from Kafka: for the reasons that decision 0036 gives for groups.
    static final Map<String, String> DEFAULTS = Map.of(PARTITIONS, "16", REPLICATION, "1", MIN_ISR, "1");

    private static final Set<String> ONE_NODE = Set.of(REPLICATION, MIN_ISR);

    /// What Kafka has and this server does not, and why.
    static final Map<String, String> NOT_SERVED = Map.of(
            TransactionStateManagerConfig.TRANSACTIONS_2PC_ENABLED_CONFIG,
            "transactions prepared for another coordinator are not served",
            TransactionLogConfig.TRANSACTION_PARTITION_VERIFICATION_ENABLE_CONFIG,
            "partitions are always verified, as transactions could hang otherwise",
            AddPartitionsToTxnConfig.ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MS_CONFIG,
            "nothing is retried: the end of the last transaction is waited for",
            TransactionLogConfig.PRODUCER_ID_EXPIRATION_MS_CONFIG,
            "is called log.producer-millis here",
            TransactionLogConfig.PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS_CONFIG,
            "they are looked for with old segments, see log.retention-check-millis");

    private static final String INVALID = "Invalid value %s for configuration %s: ";

    private final Map<String, String> asked;

    /// @throws InvalidConfig these cannot be used; it has all that is wrong
    TransactionSettings(Map<String, String> asked) {
        this.asked = Map.copyOf(asked);
        if (asked.isEmpty()) return;
        var problems = new ArrayList<Problem>();
        new TreeMap<>(asked)
                .forEach((name, value) -> fault(name).ifPresent(rule -> problems.add(new Problem(name, value, rule))));
        if (!problems.isEmpty()) throw new InvalidConfig(problems);
    }

    static boolean has(String name) {
        return TransactionSettingTable.ROWS.stream().anyMatch(row -> row.name().equals(name))
                || name.startsWith("transaction")
                || name.startsWith("add.partitions.to.txn.")
                || name.startsWith("producer.id.expiration.");
    }

    private Optional<String> fault(String name) {
        if (NOT_SERVED.containsKey(name)) return Optional.of(NOT_SERVED.get(name));
        if (!definition().names().contains(name)) return Optional.of("is not a setting of transactions");
        if (ONE_NODE.contains(name) && !asked.get(name).strip().equals("1"))
            return Optional.of("must be 1, as there is one node");
        return definition().validate(all()).stream()
                .filter(checked -> checked.name().equals(name))
                .flatMap(checked -> checked.errorMessages().stream())
                .findFirst() // further ones follow from it
                .map(message -> message.replace(INVALID.formatted(asked.get(name), name), ""));
    }

    /// Kafka's own definitions.
    static ConfigDef definition() {
        return Utils.mergeConfigs(List.of(
                TransactionLogConfig.CONFIG_DEF,
                TransactionStateManagerConfig.CONFIG_DEF,
                AddPartitionsToTxnConfig.CONFIG_DEF));
    }

    private Map<String, String> all() {
        var all = new HashMap<>(DEFAULTS);
        all.putAll(asked);
        return all;
    }

    /// What they come to.
    ///
    /// @param partitions       of the stream, when it is created
    /// @param segmentBytes     of the stream, when it is created
    /// @param readBytes        how much is read at once when it is loaded
    /// @param timeoutMillisMax the longest time a producer may ask for
    /// @param timeoutCheck     how often transactions that are open for too long are looked for
    /// @param idExpiry         how long a transactional id is remembered
    /// @param expiryCheck      how often those that are to be forgotten are looked for
    /// @param patience         how long a transaction that is still being ended is waited for
    record Values(
            int partitions,
            int segmentBytes,
            int readBytes,
            int timeoutMillisMax,
            Duration timeoutCheck,
            Duration idExpiry,
            Duration expiryCheck,
            Duration patience) {}

    Values values() {
        var config = new AbstractConfig(definition(), all(), false);
        var log = new TransactionLogConfig(config);
        var manager = new TransactionStateManagerConfig(config);
        return new Values(
                log.transactionTopicPartitions(),
                log.transactionTopicSegmentBytes(),
                log.transactionLoadBufferSize(),
                manager.transactionMaxTimeoutMs(),
                Duration.ofMillis(manager.transactionAbortTimedOutTransactionCleanupIntervalMs()),
                Duration.ofMillis(manager.transactionalIdExpirationMs()),
                Duration.ofMillis(manager.transactionRemoveExpiredTransactionalIdCleanupIntervalMs()),
                Duration.ofMillis(new AddPartitionsToTxnConfig(config).addPartitionsToTxnRetryBackoffMaxMs()));
    }
}
