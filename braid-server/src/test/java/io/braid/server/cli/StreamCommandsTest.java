package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.server.Server;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `braid stream ...` against a server in this process.
@Timeout(120)
class StreamCommandsTest {
    @TempDir
    Path directory;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        var data = directory.resolve("data").toString();
        var line = List.of("--data", data, "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0");
        var configuration = ServerArguments.plain(line).orElseThrow().configuration(Map.of());
        server = Server.start(configuration, InstantSource.system(), new Random(1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatIsPutIsTailed() {
        assertEquals("created orders with 1 shard\nexit 0\n", braid("", "stream", "create", "orders"));
        assertEquals("put 2 records\nexit 0\n", braid("", "stream", "put", "orders", "one", "two", "--key", "k"));
        assertEquals("put 1 record\nexit 0\n", braid("three\n", "stream", "put", "orders", "--key", "k"));

        var values = braid("", "stream", "tail", "orders", "--from-start", "--no-follow", "-o", "value");
        var limited = braid("", "stream", "tail", "orders", "--from-start", "--limit", "2", "-o", "value");

        assertEquals("one\ntwo\nthree\nexit 0\n", values);
        assertEquals("one\ntwo\nexit 0\n", limited);
    }

    @Test
    void everyFormShowsTheRecord() {
        braid("", "stream", "create", "orders");
        braid("", "stream", "put", "orders", "one", "--key", "k");

        var text = braid("", "stream", "tail", "orders", "--from-start", "--no-follow");
        var json = braid("", "stream", "tail", "orders", "--from-start", "--no-follow", "--output", "json");

        assertTrue(text.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  shardId-000000000000  k  one\nexit 0\n"), text);
        assertTrue(
                json.matches("\\{\"time\":\"[^\"]+\",\"shard\":\"shardId-000000000000\",\"sequenceNumber\":\"\\d+\","
                        + "\"key\":\"k\",\"value\":\"one\"}\nexit 0\n"),
                json);
    }

    @Test
    void streamsAreListedDescribedAndDeleted() {
        braid("", "stream", "create", "orders", "--shards", "2");

        assertEquals("""
            STREAM  SHARDS  STATUS  RETENTION
            orders  2       ACTIVE  24h
            exit 0
            """, braid("", "stream", "list"));
        var described = braid("", "stream", "describe", "orders");
        assertTrue(described.startsWith("orders: ACTIVE, 2 open shards, retention 24 h, arn:aws:kinesis:"), described);
        assertTrue(described.contains("shardId-000000000001  open"), described);
        assertEquals("deleted orders\nexit 0\n", braid("", "stream", "delete", "orders"));
        assertEquals(
                "braid: ResourceNotFoundException: Stream orders under account 000000000000 not found.\nexit 1\n",
                braid("", "stream", "delete", "orders"));
    }

    /// Everything the command said, and how it ended.
    private String braid(String input, String... line) {
        var said = new StringWriter();
        var out = new PrintWriter(said, true);
        var terminal = new Commands.Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, out, Map.of());
        var arguments = new ArrayList<>(List.of(line));
        arguments.addAll(List.of("--http", server.http().toString()));
        int code = Commands.execute(arguments.toArray(String[]::new), terminal);
        return said + "exit " + code + "\n";
    }
}
