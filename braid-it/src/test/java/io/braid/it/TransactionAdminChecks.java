package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/// What administrators ask about transactions, in words that version 3.9 of the client already had.
record TransactionAdminChecks(OldestClient client) {

    Map<String, ClientChecks.Check> checks() {
        var checks = new LinkedHashMap<String, ClientChecks.Check>();
        checks.put("transactions are described and listed", this::seen);
        checks.put(
                "producers are fenced by hand",
                () -> ended(
                        (admin, id) -> admin.fenceProducers(List.of(id)).all().get()));
        checks.put("a transaction is aborted by hand in one partition", this::aborted);
        return checks;
    }

    /// What version 4.1 brought (KIP-939).
    Map<String, ClientChecks.Check> checksOfTermination() {
        return Map.of(
                "transactions are terminated by hand",
                () -> ended((admin, id) ->
                        admin.forceTerminateTransaction(id).result().get()));
    }

    private void seen() throws Exception {
        var topic = client.createTopic("seen", 2);
        var id = client.name("seen");
        try (var admin = client.admin();
                var producer = open(id, topic)) {
            var described =
                    admin.describeTransactions(List.of(id)).description(id).get();
            assertEquals(TransactionState.ONGOING, described.state());
            assertEquals(Set.of(new TopicPartition(topic, 1)), described.topicPartitions());
            assertTrue(described.transactionStartTimeMs().isPresent());
            var options = new ListTransactionsOptions()
                    .filterStates(Set.of(TransactionState.ONGOING))
                    .filterProducerIds(Set.of(described.producerId()));
            var listed = admin.listTransactions(options).all().get();
            assertEquals(
                    List.of(id),
                    listed.stream().map(each -> each.transactionalId()).toList());
            assertEquals(
                    described.producerId(),
                    openIn(admin, new TopicPartition(topic, 1)).producerId());

            producer.commitTransaction();
            Eventually.equal(
                    TransactionState.COMPLETE_COMMIT,
                    () -> admin.describeTransactions(List.of(id))
                            .description(id)
                            .get()
                            .state());
            var nobody = client.name("nobody");
            var unknown = admin.describeTransactions(List.of(nobody)).description(nobody);
            assertInstanceOf(
                    TransactionalIdNotFoundException.class,
                    assertThrows(ExecutionException.class, unknown::get).getCause());
        }
    }

    interface End {
        void apply(Admin admin, String id) throws Exception;
    }

    private void ended(End end) throws Exception {
        var topic = client.createTopic("ended", 2);
        var id = client.name("ended");
        try (var admin = client.admin();
                var producer = open(id, topic)) {
            end.apply(admin, id);

            assertThrows(ProducerFencedException.class, producer::commitTransaction);
            Eventually.equal(2L, () -> stableEnd(topic));
        }
    }

    private void aborted() throws Exception {
        var topic = client.createTopic("aborted", 2);
        var partition = new TopicPartition(topic, 1);
        try (var admin = client.admin();
                var producer = open(client.name("aborted"), topic)) {
            var hanging = openIn(admin, partition);
            admin.abortTransaction(new AbortTransactionSpec(
                            partition, hanging.producerId(), (short) hanging.producerEpoch(), 0))
                    .all()
                    .get();

            assertEquals(2, stableEnd(topic));
            producer.abortTransaction();
        }
    }

    /// A producer that has one record in an open transaction.
    private Producer<byte[], byte[]> open(String id, String topic) {
        var producer = client.producer(Map.of("transactional.id", id, "max.block.ms", "30000"));
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, 1, null, client.bytes("open")));
        producer.flush();
        return producer;
    }

    private static ProducerState openIn(Admin admin, TopicPartition partition) throws Exception {
        return admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().stream()
                .filter(each -> each.currentTransactionStartOffset().isPresent())
                .findFirst()
                .orElseThrow();
    }

    private long stableEnd(String topic) {
        var partition = new TopicPartition(topic, 1);
        try (var consumer = client.consumer(Map.of("isolation.level", "read_committed"))) {
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }
}
