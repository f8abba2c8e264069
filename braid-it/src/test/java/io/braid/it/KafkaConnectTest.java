package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kafka Connect, unchanged, standalone and distributed: a file goes through a topic into another file.
class KafkaConnectTest {
    private static final String SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector";
    private static final String SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector";
    private static final int LINES = 500;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private RunningServer server;
    private URI rest;

    @BeforeEach
    void start() throws Exception {
        server = RunningServer.start("connect", "--set", "group.min.session.timeout.ms=1000");
        rest = URI.create("http://127.0.0.1:" + StablePorts.two().first());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aStandaloneWorkerGoesOnWhereItStopped() throws Exception {
        var lines = append(0);
        var worker = properties("worker", Map.of("offset.storage.file.filename", directory.resolve("offsets") + ""));
        var source = properties("source", source());
        var sink = properties("sink", sink());
        try (var process = worker("ConnectStandalone", worker, source, sink)) {
            Eventually.equal(lines, this::copied);
            process.stop();

            lines.addAll(append(LINES));
            process.live();

            Eventually.equal(lines, this::copied);
        }
    }

    @Test
    void aDistributedWorkerThatIsKilledReadsItsSourceExactlyOnce() throws Exception {
        var lines = append(0);
        var worker = properties("worker", distributed());
        try (var process = worker("ConnectDistributed", worker)) {
            Eventually.equal(true, this::isUp);
            var exactly = source();
            exactly.put("exactly.once.support", "required");
            put("source", exactly);
            put("sink", sink());
            Eventually.equal(lines, () -> List.copyOf(new LinkedHashSet<>(copied())));

            lines.addAll(append(LINES));
            process.kill();
            lines.addAll(append(2 * LINES));
            process.live();

            // A sink is told offsets after it has written, so what it wrote when it was killed it may write again.
            Eventually.equal(lines, () -> List.copyOf(new LinkedHashSet<>(copied())));
            assertEquals("RUNNING", state("source"), process::toString);
        }
        try (var reader = new CommittedReader(new OldestClient(server.kafka(), "connect"), List.of("lines"))) {
            reader.readAll();
            assertEquals(lines, reader.values("lines"));
        }
    }

    private ClientProcess worker(String main, Path... files) throws IOException {
        var arguments = Stream.of(files).map(Path::toString);
        return ClientProcess.start(
                "connect",
                Stream.concat(
                                Stream.of("-cp", Recipes.classPath("connect"), "org.apache.kafka.connect.cli." + main),
                                arguments)
                        .toList());
    }

    private Path properties(String name, Map<String, String> more) throws IOException {
        var all = new HashMap<>(more);
        if (name.equals("worker")) {
            all.put("bootstrap.servers", server.kafka());
            all.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
            all.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
            all.put("consumer.isolation.level", "read_committed");
            all.put("consumer.session.timeout.ms", "3000"); // or a killed sink would be waited for much longer
            all.put("consumer.heartbeat.interval.ms", "500");
            all.put("offset.flush.interval.ms", "500");
            all.put("plugin.discovery", "service_load");
            all.put("listeners", rest.toString());
        }
        var text = all.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"));
        return Files.writeString(directory.resolve(name + ".properties"), text);
    }

    private static Map<String, String> distributed() {
        var all = new HashMap<>(Map.of(
                "group.id", "connect",
                "exactly.once.source.support", "enabled",
                "session.timeout.ms", "3000",
                "heartbeat.interval.ms", "500",
                "scheduled.rebalance.max.delay.ms", "0"));
        for (var kept : List.of("offset", "status")) all.put(kept + ".storage.partitions", "1");
        for (var kept : List.of("config", "offset", "status")) {
            all.put(kept + ".storage.topic", "connect-" + kept);
            all.put(kept + ".storage.replication.factor", "1");
        }
        return all;
    }

    private Map<String, String> source() {
        return connector("source", SOURCE, Map.of("file", directory.resolve("in") + "", "topic", "lines"));
    }

    private Map<String, String> sink() {
        return connector("sink", SINK, Map.of("file", directory.resolve("out") + "", "topics", "lines"));
    }

    private static Map<String, String> connector(String name, String implementation, Map<String, String> more) {
        var all = new HashMap<>(more);
        all.putAll(Map.of("name", name, "connector.class", implementation, "tasks.max", "1"));
        return all;
    }

    /// Writes the next lines of the source's file, and returns them.
    private List<String> append(int from) throws IOException {
        var lines = IntStream.range(from, from + LINES)
                .mapToObj(number -> "line " + number)
                .collect(Collectors.toCollection(ArrayList::new));
        Files.write(directory.resolve("in"), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return lines;
    }

    /// What the sink's file has.
    private List<String> copied() throws IOException {
        var out = directory.resolve("out");
        return Files.exists(out) ? Files.readAllLines(out) : List.of();
    }

    private boolean isUp() throws InterruptedException {
        try {
            return get("/connectors").statusCode() == 200;
        } catch (IOException e) {
            return false; // nobody listens yet
        }
    }

    private void put(String connector, Map<String, String> settings) throws IOException, InterruptedException {
        var json = settings.entrySet().stream()
                .map(entry -> "\"%s\":\"%s\"".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
        var request = HttpRequest.newBuilder(rest.resolve("/connectors/" + connector + "/config"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() / 100 == 2, () -> answer.statusCode() + ": " + answer.body());
    }

    /// The state of a connector, which its status names first.
    private String state(String connector) throws IOException, InterruptedException {
        var body = get("/connectors/" + connector + "/status").body();
        var named = "\"state\":\"";
        int begin = body.indexOf(named) + named.length();
        return body.substring(begin, body.indexOf('"', begin));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(rest.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
