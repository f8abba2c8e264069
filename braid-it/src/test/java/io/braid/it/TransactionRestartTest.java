package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of transactions when the real process is killed in the middle of them.
class TransactionRestartTest {
    private static final Map<String, String> COMMITTED = Map.of("isolation.level", "read_committed");

    private RunningServer server;
    private OldestClient client;
    private String topic;

    @BeforeEach
    void start() throws Exception {
        server = RunningServer.startToBeKilled(
                "transactions", "--set", "transaction.abort.timed.out.transaction.cleanup.interval.ms=100");
        client = new OldestClient(server.kafka(), "killed");
        topic = client.createTopic("topic", 2);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void anAcknowledgedEndOutlivesAKillOfThatMoment() throws Exception {
        var group = client.name("group");
        var partition = new TopicPartition(topic, 0);
        try (var producer = started("x", Map.of())) {
            for (int life = 1; life <= 3; life++) {
                producer.beginTransaction();
                send(producer, 0, "committed " + life);
                send(producer, 1, "committed " + life);
                producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(life)), member(group));
                producer.commitTransaction();
                kill();
                assertEquals(life, committedOffset(group, partition));
                producer.beginTransaction();
                send(producer, 0, "aborted " + life);
                producer.flush();
                producer.abortTransaction();
                kill();
            }
        }

        var all = List.of("committed 1", "committed 2", "committed 3");
        assertEquals(all, committed(0));
        assertEquals(all, committed(1));
    }

    @Test
    void aTransactionThatIsOpenWhenTheServerIsKilledGoesOn() throws Exception {
        try (var producer = started("x", Map.of())) {
            producer.beginTransaction();
            send(producer, 0, "before");
            producer.flush();
            kill();
            assertEquals(0, stableEnd(0));
            send(producer, 0, "after");
            send(producer, 1, "after");
            producer.commitTransaction();
        }

        Eventually.equal(3L, () -> stableEnd(0));
        assertEquals(List.of("before", "after"), committed(0));
        assertEquals(List.of("after"), committed(1));
    }

    @Test
    void aTransactionThatIsOpenWhenTheServerIsKilledTimesOutInItsNextLife() throws Exception {
        try (var producer = started("x", Map.of("transaction.timeout.ms", "1500"));
                var admin = client.admin()) {
            producer.beginTransaction();
            send(producer, 0, "never ended");
            producer.flush();
            kill();

            Eventually.equal(2L, () -> stableEnd(0));
            Eventually.equal(
                    TransactionState.COMPLETE_ABORT,
                    () -> admin.describeTransactions(List.of("x"))
                            .description("x")
                            .get()
                            .state());
            assertThrows(KafkaException.class, producer::commitTransaction);
        }
        assertEquals(List.of(), committed(0));
    }

    @Test
    void aProducerThatStartsAgainAfterAKillAbortsWhatItHadOpen() throws Exception {
        try (var producer = started("x", Map.of())) {
            producer.beginTransaction();
            send(producer, 0, "of an earlier life");
            producer.flush();
            kill();
            try (var again = started("x", Map.of())) {
                again.beginTransaction();
                send(again, 0, "of this life");
                again.commitTransaction();
            }
            assertThrows(KafkaException.class, producer::commitTransaction);
        }
        Eventually.equal(4L, () -> stableEnd(0));
        assertEquals(List.of("of this life"), committed(0));
    }

    private void kill() throws Exception {
        server.kill();
        server.live();
    }

    private Producer<byte[], byte[]> started(String id, Map<String, String> more) {
        var settings = new HashMap<>(Map.of("transactional.id", id, "max.block.ms", "30000", "linger.ms", "0"));
        settings.putAll(more);
        var producer = client.producer(settings);
        producer.initTransactions();
        return producer;
    }

    private void send(Producer<byte[], byte[]> producer, int partition, String value) {
        producer.send(new ProducerRecord<>(topic, partition, null, client.bytes(value)));
    }

    private ConsumerGroupMetadata member(String group) {
        try (var consumer = client.consumer(Map.of("group.id", group, "enable.auto.commit", "false"))) {
            return consumer.groupMetadata();
        }
    }

    private long committedOffset(String group, TopicPartition partition) {
        try (var consumer = client.consumer(Map.of("group.id", group, "enable.auto.commit", "false"))) {
            return consumer.committed(Set.of(partition)).get(partition).offset();
        }
    }

    private long stableEnd(int partition) {
        var assignment = new TopicPartition(topic, partition);
        try (var consumer = client.consumer(COMMITTED)) {
            return consumer.endOffsets(List.of(assignment)).get(assignment);
        }
    }

    /// What readers of committed records find once nothing is open any more.
    private List<String> committed(int partition) throws Exception {
        var assignment = new TopicPartition(topic, partition);
        try (var all = client.consumer(Map.of());
                var consumer = client.consumer(COMMITTED)) {
            long end = all.endOffsets(List.of(assignment)).get(assignment);
            Eventually.equal(end, () -> stableEnd(partition));
            consumer.assign(List.of(assignment));
            consumer.seekToBeginning(List.of(assignment));
            var values = new ArrayList<String>();
            long until = System.nanoTime() + OldestClient.PATIENCE.toNanos();
            while (consumer.position(assignment) < end && System.nanoTime() < until)
                for (var record : consumer.poll(Duration.ofMillis(100))) values.add(client.text(record.value()));
            return values;
        }
    }
}
