package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Kafka's own command line, each tool in a process of its own, as its shell scripts start it.
@ExtendWith(OneServer.class)
class KafkaToolsTest {
    private static final String TOPICS = "TopicCommand";
    private static final String PRODUCE = "ConsoleProducer";
    private static final String CONSUME = "consumer.ConsoleConsumer";
    private static final String GROUPS = "consumer.group.ConsumerGroupCommand";
    private static final String OFFSETS = "GetOffsetShell";
    private static final String TRANSACTIONS = "TransactionsCommand";

    private String bootstrap;

    @BeforeEach
    void find(RunningServer server) {
        bootstrap = server.kafka();
    }

    @Test
    void topicsAreCreatedListedDescribedGrownAndDeleted() throws IOException {
        var topic = Names.fresh("tool-topics");

        tool(TOPICS, "--create", "--topic", topic, "--partitions", "2", "--config", "retention.ms=3600000");
        assertTrue(tool(TOPICS, "--list").lines().contains(topic));
        assertDescription(topic, "PartitionCount: 2", "ReplicationFactor: 1", "retention.ms=3600000");

        tool(TOPICS, "--alter", "--topic", topic, "--partitions", "3");
        assertDescription(topic, "PartitionCount: 3", "Partition: 2");

        tool(TOPICS, "--delete", "--topic", topic);
        assertTrue(tool(TOPICS, "--list").lines().stream().noneMatch(topic::equals));
    }

    private void assertDescription(String topic, String... parts) throws IOException {
        var description = tool(TOPICS, "--describe", "--topic", topic);
        for (var part : parts) assertTrue(description.out().contains(part), description::toString);
    }

    @Test
    void whatTheConsoleProducesTheConsoleConsumesInAGroup() throws IOException {
        var topic = create("tool-console", 2);
        var group = Names.fresh("tool-group");
        toolWithInput(
                "k1:v1\nk2:v2\nk3:v3\n",
                PRODUCE,
                "--topic",
                topic,
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "key.separator=:",
                "--compression-codec",
                "zstd");

        var first = consume(topic, group, 3, "--formatter-property", "print.key=true", "--from-beginning");
        assertEquals(
                List.of("k1\tv1", "k2\tv2", "k3\tv3"),
                first.lines().stream().sorted().toList());

        assertTrue(tool(GROUPS, "--list").lines().contains(group));
        assertEquals(0, lag(group));
        toolWithInput("late\n", PRODUCE, "--topic", topic);
        assertEquals(1, lag(group));

        tool(GROUPS, "--reset-offsets", "--group", group, "--topic", topic, "--to-earliest", "--execute");
        assertEquals(4, lag(group));
        assertEquals(4, consume(topic, group, 4).lines().size());

        tool(GROUPS, "--delete", "--group", group);
        assertTrue(tool(GROUPS, "--list").lines().stream().noneMatch(group::equals));
    }

    private Finished consume(String topic, String group, int records, String... more) throws IOException {
        var fixed =
                Stream.of("--topic", topic, "--group", group, "--max-messages", "" + records, "--timeout-ms", "20000");
        return tool(CONSUME, Stream.concat(fixed, Stream.of(more)).toArray(String[]::new));
    }

    /// The sum of the column LAG.
    private int lag(String group) throws IOException {
        var description = tool(GROUPS, "--describe", "--group", group);
        int lag = 0;
        for (String line : description.lines()) {
            var columns = line.strip().split("\\s+");
            if (columns.length > 5 && columns[0].equals(group)) lag += Integer.parseInt(columns[5]);
        }
        return lag;
    }

    @Test
    void thePerformanceToolsMoveAllTheirRecords() throws IOException {
        var topic = create("tool-perf", 3);

        var produced = tool(
                "ProducerPerformance",
                List.of("--topic", topic, "--num-records", "20000", "--record-size", "200", "--throughput", "-1"));
        assertTrue(produced.out().contains("20000 records sent"), produced::toString);

        var consumed = tool("ConsumerPerformance", "--topic", topic, "--num-records", "20000", "--timeout", "20000");
        var counts = consumed.lines().getLast().split(", ");
        assertEquals("20000", counts[4], consumed::toString);
        assertEquals(
                20_000,
                offsets(topic, "-1").stream().mapToInt(KafkaToolsTest::offset).sum());
    }

    @Test
    void deletedRecordsAreGoneForGetOffsets() throws IOException {
        var topic = create("tool-delete", 1);
        toolWithInput("a\nb\nc\n", PRODUCE, "--topic", topic);
        assertEquals(List.of(topic + ":0:0"), offsets(topic, "earliest"));

        var offsets = Files.createTempFile(Jvm.target(), "delete", ".json");
        Files.writeString(offsets, """
            {"partitions": [{"topic": "%s", "partition": 0, "offset": 2}], "version": 1}
            """.formatted(topic));
        var deleted = tool("DeleteRecordsCommand", "--offset-json-file", offsets.toString());

        assertTrue(deleted.out().contains("low_watermark: 2"), deleted::toString);
        assertEquals(List.of(topic + ":0:2"), offsets(topic, "earliest"));
        assertEquals(List.of(topic + ":0:3"), offsets(topic, "latest"));
    }

    @Test
    void settingsAreChangedAndDescribed() throws IOException {
        var topic = create("tool-configs", 1);

        configs("--alter", "--entity-type", "topics", "--entity-name", topic, "--add-config", "retention.ms=99000");
        assertTrue(describeConfigs(topic).out().contains("retention.ms=99000"));

        configs("--alter", "--entity-type", "topics", "--entity-name", topic, "--delete-config", "retention.ms");
        assertTrue(!describeConfigs(topic).out().contains("retention.ms=99000"));

        var brokers = configs("--describe", "--entity-type", "brokers", "--all");
        assertTrue(brokers.out().contains("All configs for broker"), brokers::toString);
    }

    private Finished describeConfigs(String topic) throws IOException {
        return configs("--describe", "--entity-type", "topics", "--entity-name", topic);
    }

    private Finished configs(String... arguments) throws IOException {
        return run("kafka.admin.ConfigCommand", List.of(arguments), "");
    }

    @Test
    void transactionsAreListedDescribedAndEnded() throws IOException {
        var topic = create("tool-transactions", 1);
        var client = new OldestClient(bootstrap, "tool");
        var hanging = client.name("hanging");
        var terminated = client.name("terminated");
        try (var first = open(client, hanging, topic);
                var second = open(client, terminated, topic)) {
            var listed = tool(TRANSACTIONS, "list").out();
            assertTrue(listed.contains(hanging) && listed.contains(terminated), listed);
            var described = tool(TRANSACTIONS, "describe", "--transactional-id", hanging)
                    .out();
            assertTrue(described.contains("Ongoing") && described.contains(topic + "-0"), described);
            var producers = tool(TRANSACTIONS, "describe-producers", "--topic", topic, "--partition", "0");
            assertEquals(3, producers.lines().size(), producers::toString);

            tool(TRANSACTIONS, "abort", "--topic", topic, "--partition", "0", "--start-offset", "0");
            assertEquals(List.of(topic + ":0:3"), offsets(topic, "latest"));
            tool(TRANSACTIONS, "forceTerminateTransaction", "--transactionalId", terminated);

            assertThrows(ProducerFencedException.class, second::commitTransaction);
            first.abortTransaction();
        }
        var none = tool(TRANSACTIONS, "find-hanging", "--topic", topic, "--partition", "0");
        assertEquals(1, none.lines().size(), none::toString);
    }

    private static Producer<byte[], byte[]> open(OldestClient client, String id, String topic) {
        var producer = client.producer(Map.of("transactional.id", id));
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, 0, null, client.bytes("open")));
        producer.flush();
        return producer;
    }

    @Test
    void everyApiTheServerNamesIsKnownToTheTool() throws IOException {
        var versions = tool("BrokerApiVersionsCommand");

        assertTrue(versions.out().contains("Produce(0): "), versions::toString);
        var unknown = versions.lines().stream()
                .filter(line -> line.contains("UNKNOWN"))
                .map(line -> line.replace(",", "").strip())
                .toList();
        assertEquals(List.of("UNKNOWN(93): 0", "UNKNOWN(94): 0"), unknown, versions::toString); // came with 4.4
    }

    private String create(String prefix, int partitions) throws IOException {
        var topic = Names.fresh(prefix);
        tool(TOPICS, "--create", "--topic", topic, "--partitions", "" + partitions);
        return topic;
    }

    private List<String> offsets(String topic, String time) throws IOException {
        return tool(OFFSETS, "--topic", topic, "--time", time).lines();
    }

    private static int offset(String line) {
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    private Finished tool(String name, String... arguments) throws IOException {
        return tool(name, List.of(arguments));
    }

    private Finished tool(String name, List<String> arguments) throws IOException {
        return run("org.apache.kafka.tools." + name, arguments, "");
    }

    private Finished toolWithInput(String input, String name, String... arguments) throws IOException {
        return run("org.apache.kafka.tools." + name, List.of(arguments), input);
    }

    private Finished run(String main, List<String> arguments, String input) throws IOException {
        return new KafkaTool(bootstrap).run(main, arguments, input);
    }
}
