package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The programs with which Kafka's own system tests check and measure a cluster.
@ExtendWith(OneServer.class)
class KafkaTestProgramsTest {
    private static final int RECORDS = 1_000;
    private static final Pattern ACKED = Pattern.compile("\"acked\":(\\d+)");
    private static final Pattern CONSUMED = Pattern.compile("\"name\":\"records_consumed\".*?\"count\":(\\d+),\"part");
    private static final Pattern VALUE = Pattern.compile("\"name\":\"record_data\".*?\"value\":\"(\\d+)\"");

    private KafkaTool tools;
    private OldestClient client;

    @BeforeEach
    void find(RunningServer server) {
        tools = new KafkaTool(server.kafka());
        client = new OldestClient(server.kafka(), "program");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void theVerifiableConsumerGetsWhatTheVerifiableProducerSent(String protocol) throws Exception {
        var topic = client.createTopic("verifiable", 1);
        produceVerifiably(topic);

        var consumed = tool(
                "VerifiableConsumer",
                "--topic",
                topic,
                "--group-id",
                client.name("verifiable"),
                "--group-protocol",
                protocol,
                "--reset-policy",
                "earliest",
                "--max-messages",
                "" + RECORDS,
                "--verbose");

        assertEquals(RECORDS, sum(CONSUMED, consumed), consumed::toString);
        var values = VALUE.matcher(consumed.out())
                .results()
                .map(value -> Integer.parseInt(value.group(1)))
                .toList();
        assertEquals(IntStream.range(0, RECORDS).boxed().toList(), values);
    }

    private void produceVerifiably(String topic) throws IOException {
        var produced = tool("VerifiableProducer", "--topic", topic, "--acks", "-1", "--max-messages", "" + RECORDS);
        assertEquals(RECORDS, last(ACKED, produced), produced::toString);
    }

    @Test
    void theTransactionalMessageCopierCopiesExactlyOnceAlthoughItAborts() throws Exception {
        var from = client.createTopic("copied", 1);
        var to = client.createTopic("copy", 1);
        produceVerifiably(from);

        tools.runAsTold(
                "org.apache.kafka.tools.TransactionalMessageCopier",
                List.of(
                        "--broker-list",
                        tools.bootstrap(),
                        "--transactional-id",
                        client.name("copier"),
                        "--consumer-group",
                        client.name("copier"),
                        "--input-topic",
                        from,
                        "--input-partition",
                        "0",
                        "--output-topic",
                        to,
                        "--max-messages",
                        "" + RECORDS,
                        "--transaction-size",
                        "50",
                        "--enable-random-aborts",
                        "--use-group-metadata"),
                "");

        try (var reader = new CommittedReader(client, List.of(to))) {
            reader.readAll();
            assertEquals(IntStream.range(0, RECORDS).mapToObj(String::valueOf).toList(), reader.values(to));
        }
    }

    @Test
    void thePerformanceToolsMeasure() throws Exception {
        var topic = client.createTopic("measured", 3);

        var produced = tool(
                "ProducerPerformance",
                "--topic",
                topic,
                "--num-records",
                "20000",
                "--record-size",
                "100",
                "--throughput",
                "-1");
        assertTrue(produced.out().contains("20000 records sent"), produced::toString);
        var transacted = tool(
                "ProducerPerformance",
                "--topic",
                topic,
                "--num-records",
                "5000",
                "--record-size",
                "100",
                "--throughput",
                "-1",
                "--transactional-id",
                client.name("measured"),
                "--transaction-duration-ms",
                "100");
        assertTrue(transacted.out().contains("5000 records sent"), transacted::toString);

        var consumed = tool("ConsumerPerformance", "--topic", topic, "--num-records", "25000", "--timeout", "30000");
        assertTrue(consumed.out().contains(", 25000, "), consumed::toString);

        var latency = tool(
                "EndToEndLatency",
                "--topic",
                topic,
                "--num-records",
                "200",
                "--producer-acks",
                "all",
                "--record-size",
                "100");
        assertTrue(latency.out().contains("Percentiles"), latency::toString);
    }

    private Finished tool(String name, String... arguments) throws IOException {
        return tools.run("org.apache.kafka.tools." + name, List.of(arguments), "");
    }

    private static int sum(Pattern number, Finished run) {
        return number.matcher(run.out())
                .results()
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .sum();
    }

    private static int last(Pattern number, Finished run) {
        Matcher found = number.matcher(run.out());
        int last = -1;
        while (found.find()) last = Integer.parseInt(found.group(1));
        return last;
    }
}
