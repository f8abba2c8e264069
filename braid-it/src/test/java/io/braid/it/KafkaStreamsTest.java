package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/// Kafka Streams, unchanged, exactly once: two applications of the same topology, one with each protocol of groups,
/// are killed in the middle of their work, and then the server is. What they write is exact nevertheless.
class KafkaStreamsTest {
    private static final List<String> PROTOCOLS = List.of("classic", "streams");
    private static final int LINES = 600; // per round, of which there are three
    private static final int WORDS = 20;
    private static final int WORDS_PER_LINE = 3;
    private static final int ORDERS = 300; // per round

    private final Map<String, Integer> words = new HashMap<>();
    private final List<String> paid = new ArrayList<>();
    private final Random random = new Random(7);

    @Test
    void countsAndJoinsAreExactAlthoughApplicationsAndTheServerAreKilled() throws Exception {
        try (var server = RunningServer.startToBeKilled(
                "streams",
                "--set",
                "group.min.session.timeout.ms=1000",
                "--set",
                "group.streams.min.session.timeout.ms=1000",
                "--set",
                "group.streams.session.timeout.ms=3000",
                "--set",
                "group.streams.min.heartbeat.interval.ms=100",
                "--set",
                "group.streams.heartbeat.interval.ms=300")) {
            var client = new OldestClient(server.kafka(), "streams");
            for (var topic : List.of("lines", "orders", "payments")) client.createTopicNamed(topic, 2);
            for (var topic : outputs()) client.createTopicNamed(topic, 2);
            try (var classic = application(server, "classic");
                    var streams = application(server, "streams");
                    var reader = new CommittedReader(client, outputs())) {
                var applications = List.of(classic, streams);
                int before = sum();
                round(client, 1);
                awaitMore(reader, before, applications);
                for (var application : applications) application.kill();

                before = sum();
                round(client, 2);
                for (var application : applications) application.live();
                awaitMore(reader, before, applications);

                before = sum();
                round(client, 3);
                awaitMore(reader, before, applications);
                server.kill();
                server.live();

                for (var protocol : PROTOCOLS) {
                    reader.await(protocol + "-counts", sum(), applications::toString);
                    reader.await(protocol + "-paid", paid.size(), applications::toString);
                }
                assertSeenByTheTool(server);
                for (var application : applications) application.finish();
                reader.readAll();
                for (var protocol : PROTOCOLS) assertExact(protocol, reader);
            } catch (Throwable e) {
                server.keepEvidence();
                throw e;
            }
        }
    }

    private static ClientProcess application(RunningServer server, String protocol) throws IOException {
        return ClientProcess.start(
                "streams-" + protocol,
                List.of(
                        "-cp",
                        Recipes.classPath("streams"),
                        Recipes.program("streams/WordsAndOrders"),
                        server.kafka(),
                        protocol,
                        protocol,
                        "{home}"));
    }

    private static List<String> outputs() {
        return PROTOCOLS.stream()
                .flatMap(protocol -> List.of(protocol + "-counts", protocol + "-paid").stream())
                .toList();
    }

    /// Writes lines, orders and their payments, and remembers what must become of them.
    private void round(OldestClient client, int number) {
        try (var producer = client.producer(Map.of("acks", "all", "enable.idempotence", "true", "linger.ms", "5"))) {
            for (int i = 0; i < LINES; i++) {
                var line = IntStream.range(0, WORDS_PER_LINE)
                        .mapToObj(_ -> "word" + random.nextInt(WORDS))
                        .toList();
                for (var word : line) words.merge(word, 1, Integer::sum);
                producer.send(new ProducerRecord<>("lines", null, client.bytes(String.join(" ", line))));
            }
            for (int i = 0; i < ORDERS; i++) {
                var id = client.bytes("order-%d-%d".formatted(number, i));
                var order = "%d-%d".formatted(number, i);
                producer.send(new ProducerRecord<>("orders", id, client.bytes("ordered " + order)));
                producer.send(new ProducerRecord<>("payments", id, client.bytes("paid " + order)));
                paid.add("ordered %1$s paid %1$s".formatted(order));
            }
            producer.flush();
        }
    }

    /// Each of the two is a group of its own kind.
    private static void assertSeenByTheTool(RunningServer server) throws IOException {
        var tool = "org.apache.kafka.tools.streams.StreamsGroupCommand";
        var listed = new KafkaTool(server.kafka()).run(tool, List.of("--list"), "");
        assertEquals(List.of("streams"), listed.lines(), listed::toString);
        var described =
                new KafkaTool(server.kafka()).run(tool, List.of("--describe", "--group", "streams", "--members"), "");
        assertTrue(described.out().contains("streams"), described::toString);
        assertTrue(described.out().contains("ACTIVE"), described::toString);
    }

    private int sum() {
        return words.values().stream().mapToInt(count -> count).sum();
    }

    /// Both applications are seen to be at work, and, as there is much more to do, in the middle of it.
    private static void awaitMore(CommittedReader reader, int before, List<ClientProcess> applications) {
        for (var protocol : PROTOCOLS) reader.await(protocol + "-counts", before + 1, applications::toString);
    }

    /// Every word that came was counted once, so its counts are 1, 2, 3 and so on; every order was paid once.
    private void assertExact(String protocol, CommittedReader reader) {
        var counted = new HashMap<String, List<String>>();
        words.forEach((word, count) -> counted.put(
                word, IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList()));
        assertEquals(counted, reader.valuesByKey(protocol + "-counts"), protocol);
        assertEquals(
                paid.stream().sorted().collect(Collectors.joining("\n")),
                reader.values(protocol + "-paid").stream().sorted().collect(Collectors.joining("\n")),
                protocol);
    }
}
