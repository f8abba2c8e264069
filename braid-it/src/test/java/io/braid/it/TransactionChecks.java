package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;

/// What is asked of transactions, in words that all versions of the client have.
///
/// @param protocol of the group whose offsets are committed in a transaction, as in [GroupChecks]
record TransactionChecks(OldestClient client, String protocol) {
    private static final Map<String, String> COMMITTED = Map.of("isolation.level", "read_committed");

    Map<String, ClientChecks.Check> checks() {
        var checks = new LinkedHashMap<String, ClientChecks.Check>();
        checks.put("what is committed is shown in all partitions, and what is aborted in none", this::ends);
        checks.put("a second producer fences the first and aborts what it had open", this::fencing);
        checks.put("a transaction may be open for as long as the server allows and no longer", this::timeouts);
        return checks;
    }

    /// Once for each protocol of groups.
    Map<String, ClientChecks.Check> checksOfGroups() {
        return Map.of(
                "a " + protocol + " group's records are consumed, transformed and produced once", this::transform);
    }

    private void ends() throws Exception {
        var topic = client.createTopic("ends", 2);
        try (var producer = started("ends", Map.of())) {
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                for (int partition = 0; partition < 2; partition++)
                    send(producer, topic, partition, "transaction " + i);
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
        }

        var shown = List.of("transaction 0", "transaction 2", "transaction 4");
        for (int partition = 0; partition < 2; partition++) {
            assertEquals(shown, committed(topic, partition, 3));
            assertEquals(6, client.read(topic, partition, 0, 6).size(), "to readers of all records");
        }
        try (var all = client.consumer(Map.of());
                var stable = client.consumer(COMMITTED)) {
            var partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            Eventually.equal(all.endOffsets(partitions), () -> stable.endOffsets(partitions));
            assertEquals(Set.of(12L), Set.copyOf(all.endOffsets(partitions).values()), "with an end for each");
        }
    }

    private void fencing() throws Exception {
        var topic = client.createTopic("fencing", 1);
        var id = client.name("fencing");
        try (var zombie = startedAs(id, Map.of())) {
            zombie.beginTransaction();
            send(zombie, topic, 0, "of the zombie");
            zombie.flush();
            try (var successor = startedAs(id, Map.of())) {
                assertThrows(ProducerFencedException.class, zombie::commitTransaction);
                successor.beginTransaction();
                send(successor, topic, 0, "of the successor");
                successor.commitTransaction();
            }
        }

        assertEquals(List.of("of the successor"), committed(topic, 0, 1));
    }

    private void timeouts() {
        var longest = Map.of("transaction.timeout.ms", "900000");
        started("longest", longest).close();
        try (var refused =
                client.producer(settings(client.name("longer"), Map.of("transaction.timeout.ms", "900001")))) {
            var refusal = assertThrows(KafkaException.class, refused::initTransactions);
            assertTrue(refusal.toString().contains("timeout"), refusal::toString);
        }
    }

    private void transform() throws Exception {
        var source = client.createTopic("source", 1);
        var target = client.createTopic("target", 1);
        var from = new TopicPartition(source, 0);
        client.produce(source, 0, 10);
        try (var consumer = member();
                var producer = started("transform", Map.of())) {
            consumer.subscribe(List.of(source));
            var records = client.poll(consumer, 10);

            producer.beginTransaction();
            transform(records.subList(0, 7), producer, target);
            producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(7)), consumer.groupMetadata());
            producer.abortTransaction();
            assertEquals(null, consumer.committed(Set.of(from)).get(from));

            producer.beginTransaction();
            transform(records.subList(0, 4), producer, target);
            producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(4)), consumer.groupMetadata());
            producer.commitTransaction();
            assertEquals(4, consumer.committed(Set.of(from)).get(from).offset());

            producer.beginTransaction();
            transform(records.subList(4, 10), producer, target);
            producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(10)), consumer.groupMetadata());
            producer.commitTransaction();
            assertEquals(10, consumer.committed(Set.of(from)).get(from).offset());
        }

        var once = IntStream.range(0, 10).mapToObj(i -> "made of v" + i).toList();
        assertEquals(once, committed(target, 0, 10));
    }

    private void transform(
            List<ConsumerRecord<byte[], byte[]>> records, Producer<byte[], byte[]> producer, String target) {
        for (var record : records) send(producer, target, 0, "made of " + client.text(record.value()));
    }

    // ---- what the checks share

    private Consumer<byte[], byte[]> member() {
        var config = new LinkedHashMap<String, String>();
        config.put("group.id", client.name("transform"));
        config.put("enable.auto.commit", "false");
        config.putAll(COMMITTED);
        if (!protocol.equals("classic")) config.put("group.protocol", protocol);
        return client.consumer(config);
    }

    private Producer<byte[], byte[]> started(String purpose, Map<String, String> more) {
        return startedAs(client.name(purpose), more);
    }

    private Producer<byte[], byte[]> startedAs(String id, Map<String, String> more) {
        var producer = client.producer(settings(id, more));
        producer.initTransactions();
        return producer;
    }

    private static Map<String, String> settings(String id, Map<String, String> more) {
        var settings = new LinkedHashMap<>(Map.of("transactional.id", id, "max.block.ms", "30000"));
        settings.putAll(more);
        return settings;
    }

    private void send(Producer<byte[], byte[]> producer, String topic, int partition, String value) {
        producer.send(new ProducerRecord<>(topic, partition, null, client.bytes(value)));
    }

    /// What a reader of committed records finds; fails if there is more.
    private List<String> committed(String topic, int partition, int count) {
        var assignment = List.of(new TopicPartition(topic, partition));
        try (var consumer = client.consumer(COMMITTED)) {
            consumer.assign(assignment);
            consumer.seekToBeginning(assignment);
            var records = client.poll(consumer, count);
            assertEquals(0, consumer.poll(Duration.ofMillis(200)).count(), "beyond what was committed");
            return records.stream().map(record -> client.text(record.value())).toList();
        }
    }
}
