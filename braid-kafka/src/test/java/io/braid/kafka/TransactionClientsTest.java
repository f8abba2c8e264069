package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Transactions as Kafka's own newest clients make and see them.
@Timeout(120)
class TransactionClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition IN = new TopicPartition("in", 0);
    private static final TopicPartition OUT = new TopicPartition("out", 0);

    @TempDir
    Path directory;

    private GroupServer server;

    @BeforeEach
    void start() throws Exception {
        server =
                new GroupServer(directory, Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "50"));
        server.create("in", 3);
        server.create("out", 3);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void whatIsCommittedIsShownInAllPartitionsAndWhatIsAbortedInNone() throws Exception {
        try (var producer = begun("x")) {
            for (int partition = 0; partition < 3; partition++) send(producer, partition, "committed " + partition);
            producer.commitTransaction();
            producer.beginTransaction();
            for (int partition = 0; partition < 3; partition++)
                send(producer, partition, "aborted " + partition).get();
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, 0, "last");
            producer.commitTransaction();
        }

        assertEquals(Set.of("committed 0", "committed 1", "committed 2", "last"), Set.copyOf(committed(4)));
        assertEquals(7, all(7).size());
    }

    @Test
    void manyTransactionsFollowEachOtherWithoutAPause() throws Exception {
        server.produce("in", 1, 1);
        try (var consumer = consumer("classic");
                var producer = producer("x", Map.of())) {
            consumer.subscribe(List.of("in"));
            poll(consumer, 1);
            producer.initTransactions();
            for (int i = 0; i < 100; i++) {
                producer.beginTransaction();
                if (i % 3 == 0)
                    producer.sendOffsetsToTransaction(Map.of(IN, new OffsetAndMetadata(i)), consumer.groupMetadata());
                for (int partition = 0; partition < 3; partition++)
                    send(producer, (i + partition) % 3, "transaction " + i);
                if (i % 2 == 0) producer.commitTransaction();
                else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
            awaitOffset(96);
        }

        assertEquals(150, committed(150).size());
        assertEquals(300, all(300).size());
    }

    @Test
    void nothingOfAnOpenTransactionIsShownNorWhatLiesBehindIt() throws Exception {
        try (var producer = begun("x");
                var admin = server.admin()) {
            send(producer, 0, "open").get();
            server.produce("out", 1, 1);

            assertEquals(2, all(2).size());
            assertEquals(List.of(), committed(0));
            var latest = Map.of(OUT, OffsetSpec.latest());
            var committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
            assertEquals(
                    0,
                    admin.listOffsets(latest, committed)
                            .partitionResult(OUT)
                            .get()
                            .offset());
            assertEquals(2, admin.listOffsets(latest).partitionResult(OUT).get().offset());

            producer.commitTransaction();
            assertEquals(List.of("open", "v0"), committed(2));
        }
    }

    @Test
    void offsetsAreCommittedWithWhatWasMadeOfThem() throws Exception {
        server.produce("in", 1, 10);
        try (var consumer = consumer("classic");
                var producer = begun("x")) {
            consumer.subscribe(List.of("in"));
            for (var value : poll(consumer, 10)) send(producer, 0, "made of " + value);
            producer.sendOffsetsToTransaction(Map.of(IN, new OffsetAndMetadata(10)), consumer.groupMetadata());

            assertEquals(Map.of(), offsets(), "pending");
            producer.commitTransaction();
            awaitOffset(10);

            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(IN, new OffsetAndMetadata(3)), consumer.groupMetadata());
            producer.abortTransaction();
            awaitOffset(10);
        }
        assertEquals(10, committed(10).size());
    }

    @Test
    void offsetsOfANewConsumerGroupAreCommittedToo() throws Exception {
        server.produce("in", 1, 3);
        try (var consumer = consumer("consumer");
                var producer = begun("x")) {
            consumer.subscribe(List.of("in"));
            poll(consumer, 3);
            producer.sendOffsetsToTransaction(Map.of(IN, new OffsetAndMetadata(3)), consumer.groupMetadata());
            producer.commitTransaction();
            awaitOffset(3);
        }
    }

    @Test
    void aMemberThatHasLeftItsGroupCannotCommitOffsets() {
        server.produce("in", 1, 1);
        ConsumerGroupMetadata stale;
        try (var consumer = consumer("classic")) {
            consumer.subscribe(List.of("in"));
            poll(consumer, 1);
            stale = consumer.groupMetadata();
        }
        try (var producer = begun("x")) {
            assertThrows(
                    CommitFailedException.class,
                    () -> producer.sendOffsetsToTransaction(Map.of(IN, new OffsetAndMetadata(1)), stale));
            producer.abortTransaction();
        }
    }

    @Test
    void aNewProducerFencesTheOldOneAndAbortsWhatItHadOpen() throws Exception {
        try (var zombie = begun("x")) {
            send(zombie, 0, "of the zombie").get();

            try (var successor = begun("x")) {
                send(successor, 0, "of the successor");
                assertThrows(ProducerFencedException.class, zombie::commitTransaction);
                successor.commitTransaction();
            }
        }
        assertEquals(List.of("of the successor"), committed(1));
    }

    @Test
    void aFencedProducersRecordsAreRefusedWhetherItHasWrittenThereOrNot() throws Exception {
        try (var zombie = begun("x");
                var other = begun("y")) {
            send(zombie, 0, "of a zombie").get();
            try (var successor = begun("x")) {
                var late = assertThrows(
                        ExecutionException.class, () -> send(zombie, 0, "late").get());
                assertInstanceOf(InvalidProducerEpochException.class, late.getCause());
                successor.abortTransaction();
            }
            try (var successor = begun("y")) {
                var late = assertThrows(
                        ExecutionException.class, () -> send(other, 1, "late").get());
                assertInstanceOf(InvalidProducerEpochException.class, late.getCause());
                successor.abortTransaction();
            }
        }
        assertEquals(1, all(1).size());
        assertEquals(List.of(), committed(0));
    }

    @Test
    void aTransactionThatIsOpenForTooLongIsAbortedAndItsProducerFenced() throws Exception {
        try (var slow = producer("x", Map.of("transaction.timeout.ms", 300))) {
            slow.initTransactions();
            slow.beginTransaction();
            send(slow, 0, "slow").get();
            awaitState("x", TransactionState.COMPLETE_ABORT);

            assertEquals(List.of(), committed(0));
            assertThrows(
                    ExecutionException.class, () -> send(slow, 1, "too late").get());
            assertThrows(KafkaException.class, slow::commitTransaction);
        }
        server.produce("out", 1, 1);
        assertEquals(List.of("v0"), committed(1), "nothing hangs");
    }

    @Test
    void aTimeoutAboveTheServersIsRefused() {
        try (var producer = producer("x", Map.of("transaction.timeout.ms", 900_001))) {
            var refused = assertThrows(KafkaException.class, producer::initTransactions);
            assertTrue(refused.toString().contains("timeout"), refused.toString());
        }
    }

    @Test
    void administratorsSeeTransactions() throws Exception {
        try (var producer = begun("open");
                var other = begun("done");
                var admin = server.admin()) {
            send(producer, 0, "a").get();
            send(producer, 2, "b").get();
            send(other, 1, "c");
            other.commitTransaction();
            awaitState("done", TransactionState.COMPLETE_COMMIT);

            var described = admin.describeTransactions(List.of("open"))
                    .description("open")
                    .get();
            assertEquals(TransactionState.ONGOING, described.state());
            assertEquals(Set.of(OUT, new TopicPartition("out", 2)), described.topicPartitions());
            assertEquals(60_000, described.transactionTimeoutMs());
            assertInstanceOf(
                    TransactionalIdNotFoundException.class,
                    assertThrows(
                                    ExecutionException.class,
                                    () -> admin.describeTransactions(List.of("nobody"))
                                            .description("nobody")
                                            .get())
                            .getCause());

            var all = admin.listTransactions().all().get();
            assertEquals(2, all.size());
            var open = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
            assertEquals(
                    described.producerId(),
                    admin.listTransactions(open).all().get().iterator().next().producerId());
            var byName = new ListTransactionsOptions().filterOnTransactionalIdPattern("d.*e");
            assertEquals(
                    "done",
                    admin.listTransactions(byName).all().get().iterator().next().transactionalId());
            var byTime = new ListTransactionsOptions().filterOnDuration(3_600_000);
            assertEquals(
                    List.of(), List.copyOf(admin.listTransactions(byTime).all().get()));

            var producers = admin.describeProducers(List.of(OUT))
                    .partitionResult(OUT)
                    .get()
                    .activeProducers();
            assertEquals(1, producers.size());
            assertEquals(described.producerId(), producers.getFirst().producerId());
            assertEquals(described.producerEpoch(), producers.getFirst().producerEpoch());
            assertEquals(0, producers.getFirst().currentTransactionStartOffset().orElse(-1));
        }
    }

    @Test
    void administratorsFenceProducersAndAbortHangingTransactions() throws Exception {
        try (var producer = begun("x");
                var admin = server.admin()) {
            send(producer, 0, "fenced").get();
            admin.fenceProducers(List.of("x")).all().get();
            assertThrows(ProducerFencedException.class, producer::commitTransaction);
        }
        try (var producer = begun("y");
                var admin = server.admin()) {
            send(producer, 0, "aborted by hand").get();
            var hanging = admin.describeProducers(List.of(OUT)).partitionResult(OUT).get().activeProducers().stream()
                    .filter(each -> each.currentTransactionStartOffset().isPresent())
                    .findFirst()
                    .orElseThrow();
            admin.abortTransaction(
                            new AbortTransactionSpec(OUT, hanging.producerId(), (short) hanging.producerEpoch(), 3))
                    .all()
                    .get();
            var ended = admin.describeProducers(List.of(OUT)).partitionResult(OUT).get().activeProducers().stream()
                    .filter(each -> each.producerId() == hanging.producerId())
                    .findFirst()
                    .orElseThrow();
            assertEquals(OptionalInt.of(3), ended.coordinatorEpoch()); // as the end says it

            server.produce("out", 1, 1);
            assertEquals(List.of("v0"), committed(1));
        }
    }

    @Test
    void aTransactionalIdThatIsNotUsedIsForgotten() throws Exception {
        server.close();
        server = new GroupServer(
                directory,
                Map.of(
                        "transactional.id.expiration.ms", "2000",
                        "transaction.remove.expired.transaction.cleanup.interval.ms", "50"));
        try (var producer = begun("x");
                var admin = server.admin()) {
            send(producer, 0, "v");
            producer.commitTransaction();
            while (!admin.listTransactions().all().get().isEmpty()) pause();

            producer.beginTransaction();
            assertThrows(
                    ExecutionException.class,
                    () -> send(producer, 0, "of nobody").get());
        }
        assertEquals(List.of("v"), committed(1));
    }

    @Test
    void aTransactionEndsThoughATopicOfItIsDeleted() throws Exception {
        server.create("gone", 1);
        try (var producer = begun("x");
                var admin = server.admin()) {
            producer.send(new ProducerRecord<>("gone", 0, null, "gone")).get();
            send(producer, 0, "stays").get();
            admin.deleteTopics(List.of("gone")).all().get();

            producer.commitTransaction();

            awaitState("x", TransactionState.COMPLETE_COMMIT);
        }
        assertEquals(List.of("stays"), committed(1));
    }

    @Test
    void producersAndWhatTheyHadOpenOutliveARestart() throws Exception {
        try (var producer = begun("x")) {
            send(producer, 0, "before").get();
            server.restart();
            send(producer, 1, "after");
            producer.commitTransaction();
            producer.beginTransaction();
            send(producer, 2, "next");
            producer.commitTransaction();
        }
        assertEquals(Set.of("before", "after", "next"), Set.copyOf(committed(3)));
    }

    // ---- helpers

    private KafkaProducer<String, String> producer(String id, Map<String, Object> more) {
        var config = new HashMap<String, Object>(Map.of(
                "bootstrap.servers", server.address(), "transactional.id", id, "max.block.ms", 30_000, "linger.ms", 0));
        config.putAll(more);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private KafkaProducer<String, String> begun(String id) {
        var producer = producer(id, Map.of());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static java.util.concurrent.Future<?> send(
            KafkaProducer<String, String> producer, int partition, String value) {
        return producer.send(new ProducerRecord<>("out", partition, null, value));
    }

    private KafkaConsumer<String, String> consumer(String protocol) {
        return server.consumer(protocol, "group", Map.of("isolation.level", "read_committed"));
    }

    /// What a reader of committed records finds, and that there is no more.
    private List<String> committed(int count) {
        return read("read_committed", count);
    }

    private List<String> all(int count) {
        return read("read_uncommitted", count);
    }

    private List<String> read(String isolation, int count) {
        try (var consumer = server.consumer("classic", "reader", Map.of("isolation.level", isolation))) {
            var partitions = List.of(OUT, new TopicPartition("out", 1), new TopicPartition("out", 2));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var found = poll(consumer, count);
            consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(record.value()));
            assertEquals(count, found.size(), found.toString());
            return found;
        }
    }

    private static List<String> poll(KafkaConsumer<String, String> consumer, int count) {
        var found = new ArrayList<String>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (found.size() < count && System.nanoTime() < end)
            consumer.poll(Duration.ofMillis(100)).forEach(record -> found.add(record.value()));
        assertEquals(count, found.size(), found.toString());
        return found;
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets() throws Exception {
        try (var admin = server.admin()) {
            return admin.listConsumerGroupOffsets("group")
                    .partitionsToOffsetAndMetadata()
                    .get();
        }
    }

    /// The end is answered before it is carried out.
    private void awaitOffset(long offset) throws Exception {
        try (var consumer = consumer("classic")) {
            var committed = consumer.committed(Set.of(IN), PATIENCE).get(IN);
            assertEquals(offset, committed.offset());
        }
    }

    private void awaitState(String id, TransactionState state) throws Exception {
        try (var admin = server.admin()) {
            while (admin.describeTransactions(List.of(id)).description(id).get().state() != state) pause();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(10_000_000);
    }
}
