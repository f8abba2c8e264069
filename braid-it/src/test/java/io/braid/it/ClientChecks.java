package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// What is asked of every version of Kafka's Java client, in words that versions 2.8 to 4.4 all have.
/// Loaded once per version ([IsolatedClient]), so it speaks with the rest of the tests in types of the JDK
/// only.
public final class ClientChecks implements Function<Map<String, String>, Map<String, Callable<Void>>> {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    /// A check that may fail in any way.
    interface Check {
        void run() throws Exception;
    }

    private OldestClient client;

    /// @param setting `bootstrap`, `prefix` of all names, the group `protocols` that this version has, and
    ///     what its `administrators` can ask about transactions
    /// @return the checks by the sentence each of them proves
    @Override
    public Map<String, Callable<Void>> apply(Map<String, String> setting) {
        client = new OldestClient(setting.get("bootstrap"), setting.get("prefix"));
        var checks = new LinkedHashMap<String, Callable<Void>>();
        add(checks, "topics are created, grown and deleted", this::topics);
        add(checks, "settings of a topic are changed and read back", this::settings);
        for (var codec : CODECS) {
            add(checks, "idempotent batches of codec " + codec + " come back", () -> codec(codec, true));
            add(checks, "plain batches of codec " + codec + " come back", () -> codec(codec, false));
        }
        for (var acks : List.of("0", "1", "all"))
            add(checks, "acks=" + acks + " is answered as asked", () -> acks(acks));
        add(checks, "headers, timestamps, missing keys and missing values come back", this::wholeRecords);
        add(checks, "records are found by offset and by time", this::positions);
        add(checks, "deleted records are gone", this::deletedRecords);
        add(checks, "a record as large as allowed comes back, a larger one is refused", this::largeRecords);
        add(checks, "an unknown topic is an error that says so", this::unknownTopic);
        for (var protocol : setting.get("protocols").split(",")) {
            addAll(checks, new GroupChecks(client, protocol).checks());
            addAll(checks, new TransactionChecks(client, protocol).checksOfGroups());
        }
        addAll(checks, new TransactionChecks(client, "classic").checks());
        var administrators = Set.of(setting.get("administrators").split(","));
        if (administrators.contains("transactions")) addAll(checks, new TransactionAdminChecks(client).checks());
        if (administrators.contains("termination"))
            addAll(checks, new TransactionAdminChecks(client).checksOfTermination());
        return checks;
    }

    private static void addAll(Map<String, Callable<Void>> checks, Map<String, Check> more) {
        more.forEach((name, check) -> add(checks, name, check));
    }

    private static void add(Map<String, Callable<Void>> checks, String name, Check check) {
        checks.put(name, () -> {
            check.run();
            return null;
        });
    }

    private void topics() throws Exception {
        var topic = client.createTopic("topics", 2);

        var twice = assertThrows(ExecutionException.class, () -> client.createTopicNamed(topic, 2));
        assertInstanceOf(TopicExistsException.class, twice.getCause());
        try (var admin = client.admin();
                var consumer = client.consumer(Map.of())) {
            assertTrue(admin.listTopics().names().get().contains(topic));
            assertEquals(2, consumer.partitionsFor(topic).size());
            assertEquals(1, admin.describeCluster().nodes().get().size());

            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            Eventually.equal(5, () -> partitions(topic));

            admin.deleteTopics(List.of(topic)).all().get();
            Eventually.equal(false, () -> admin.listTopics().names().get().contains(topic));
        }
    }

    private int partitions(String topic) {
        try (var fresh = client.consumer(Map.of())) {
            return fresh.partitionsFor(topic).size();
        }
    }

    private void settings() throws Exception {
        var topic = client.createTopic("settings", 1);
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (var admin = client.admin()) {
            var change = new AlterConfigOp(new ConfigEntry("retention.ms", "7200000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                    .all()
                    .get();

            var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertEquals("7200000", config.get("retention.ms").value());
            assertEquals("delete", config.get("cleanup.policy").value());

            var back = new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(back))).all().get();
            var reset = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertEquals("604800000", reset.get("retention.ms").value());
        }
    }

    private void codec(String codec, boolean idempotent) throws Exception {
        var topic = client.createTopic("codec-" + codec, 1);
        var values = new ArrayList<String>();
        var config = Map.of(
                "compression.type", codec, "enable.idempotence", "" + idempotent, "linger.ms", "20", "acks", "all");
        try (var producer = client.producer(config)) {
            for (int i = 0; i < 200; i++) {
                values.add("value " + i + " is a text that compresses, text that compresses");
                producer.send(new ProducerRecord<>(topic, client.bytes("k" + i), client.bytes(values.get(i))));
            }
            producer.flush();
        }

        var records = client.read(topic, 0, 0, 200);

        assertEquals(values, records.stream().map(r -> client.text(r.value())).toList());
        assertEquals(199, records.getLast().offset());
    }

    private void acks(String acks) throws Exception {
        var topic = client.createTopic("acks", 1);
        try (var producer = client.producer(Map.of("acks", acks, "enable.idempotence", "false"))) {
            RecordMetadata answer = producer.send(new ProducerRecord<>(topic, null, client.bytes("v")))
                    .get();
            assertEquals(acks.equals("0") ? -1 : 0, answer.offset());
        }
        assertEquals("v", client.text(client.read(topic, 0, 0, 1).getFirst().value()));
    }

    private void wholeRecords() throws Exception {
        var topic = client.createTopic("records", 1);
        var sent = new ProducerRecord<>(topic, 0, 1_700_000_000_123L, client.bytes("key"), client.bytes("value"));
        sent.headers().add("colour", client.bytes("blue"));
        sent.headers().add("colour", null);
        sent.headers().add("", client.bytes("no name"));
        try (var producer = client.producer(Map.of())) {
            producer.send(sent);
            producer.send(new ProducerRecord<>(topic, 0, null, client.bytes("no key")));
            producer.send(new ProducerRecord<>(topic, 0, client.bytes("no value"), null));
            producer.send(new ProducerRecord<>(topic, 0, new byte[0], new byte[0]));
        }

        var records = client.read(topic, 0, 0, 4);

        var first = records.getFirst();
        assertEquals(1_700_000_000_123L, first.timestamp());
        assertEquals("CreateTime", first.timestampType().toString());
        var headers = first.headers().toArray();
        assertEquals(3, headers.length);
        assertEquals("colour=blue", headers[0].key() + "=" + client.text(headers[0].value()));
        assertNull(headers[1].value());
        assertEquals("=no name", headers[2].key() + "=" + client.text(headers[2].value()));
        assertEquals(
                List.of("key=value", "null=no key", "no value=null", "="),
                records.stream().map(r -> client.pair(r)).toList());
    }

    private void positions() throws Exception {
        var topic = client.createTopic("positions", 1);
        var partition = new TopicPartition(topic, 0);
        try (var producer = client.producer(Map.of("linger.ms", "50", "compression.type", "lz4"))) {
            for (int i = 0; i < 10; i++)
                producer.send(new ProducerRecord<>(topic, 0, 1_000_000L + 100 * i, null, client.bytes("v" + i)));
        }
        try (var consumer = client.consumer(Map.of())) {
            assertEquals(Map.of(partition, 0L), consumer.beginningOffsets(List.of(partition)));
            assertEquals(Map.of(partition, 10L), consumer.endOffsets(List.of(partition)));
            OffsetAndTimestamp between =
                    consumer.offsetsForTimes(Map.of(partition, 1_000_350L)).get(partition);
            assertEquals("4 at 1000400", between.offset() + " at " + between.timestamp());
            assertNull(consumer.offsetsForTimes(Map.of(partition, 2_000_000L)).get(partition));
        }

        assertEquals("v7", client.text(client.read(topic, 0, 7, 3).getFirst().value()));
    }

    private void deletedRecords() throws Exception {
        var topic = client.createTopic("deleted", 1);
        var partition = new TopicPartition(topic, 0);
        client.produce(topic, 0, 10);
        try (var admin = client.admin();
                var consumer = client.consumer(Map.of("auto.offset.reset", "earliest"))) {
            var deleted = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4)));
            assertEquals(4, deleted.lowWatermarks().get(partition).get().lowWatermark());
            assertEquals(Map.of(partition, 4L), consumer.beginningOffsets(List.of(partition)));
        }

        assertEquals(4, client.read(topic, 0, 0, 6).getFirst().offset());
    }

    private void largeRecords() throws Exception {
        var topic = client.name("large");
        try (var admin = client.admin()) {
            var limited = new NewTopic(topic, 1, (short) 1).configs(Map.of("max.message.bytes", "1048588"));
            admin.createTopics(List.of(limited)).all().get();
        }
        var large = new byte[1_000_000];
        new Random(1).nextBytes(large);
        var config = Map.of("max.request.size", "4000000", "buffer.memory", "33554432");
        try (var producer = client.producer(config)) {
            producer.send(new ProducerRecord<>(topic, 0, null, large)).get();
            var tooLarge = producer.send(new ProducerRecord<>(topic, 0, null, new byte[3_000_000]));
            var refused = assertThrows(ExecutionException.class, tooLarge::get);
            assertInstanceOf(RecordTooLargeException.class, refused.getCause());
        }

        List<ConsumerRecord<byte[], byte[]>> records = client.read(topic, 0, 0, 1);
        assertArrayEquals(large, records.getFirst().value());
    }

    private void unknownTopic() throws Exception {
        try (var admin = client.admin()) {
            var deletion =
                    admin.deleteTopics(Set.of(client.name("never-created"))).all();
            var refused = assertThrows(ExecutionException.class, deletion::get);
            assertInstanceOf(UnknownTopicOrPartitionException.class, refused.getCause());
        }
    }
}
