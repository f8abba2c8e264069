package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What requests use, as `/usage` and `/metrics` tell it. The server's day is 2026-11-23.
class UsageTest {
    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString());
    }

    private void use() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":2}");
        server.call(
                "PutRecords",
                "{\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"YWFh\"},{\"PartitionKey\":\"a\",\"Data\":\"%s\"}]}"
                        .formatted("YWFh".repeat(10_000)));
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .replaceAll(".*\"ShardIterator\":\"([^\"]+)\".*", "$1");
        server.call("GetRecords", "{\"ShardIterator\":\"%s\"}".formatted(iterator));
        server.pass(Duration.ofMinutes(30));
    }

    /// Two records of 4 and 30,001 bytes, read once, in half an hour of two shards.
    private static final String ROW = "{\"day\":\"2026-11-23\",\"account\":\"000000000000\",\"region\":\"us-east-1\","
            + "\"stream\":\"s\",\"mode\":\"PROVISIONED\",\"records\":2,\"bytes_in\":30005,\"payload_units\":3,"
            + "\"rounded_bytes_in\":31744,\"bytes_out\":30005,\"stream_millis\":1800000,\"shard_millis\":3600000}";

    @Test
    void whatWasUsedIsToldAndOutlivesTheServer() throws Exception {
        use();

        var told = get("/usage");
        assertEquals(200, told.statusCode());
        assertEquals(
                "application/json", told.headers().firstValue("Content-Type").orElseThrow());
        var expected = "{\"from\":\"2026-11-01\",\"to\":\"2026-11-23\",\"rows\":[" + ROW + "]}";
        assertEquals(expected, told.body());

        server.restart();
        assertEquals(expected, get("/usage").body());
        assertEquals(
                "{\"from\":\"2026-11-22\",\"to\":\"2026-11-22\",\"rows\":[]}",
                get("/usage?from=2026-11-22&to=2026-11-22").body());
        assertTrue(get("/usage?stream=other").body().endsWith("\"rows\":[]}"));
    }

    @Test
    void thePageOfMetricsHasTheSameNumbers() throws Exception {
        use();

        var page = get("/metrics").body();

        var labels = "{stream=\"s\",account=\"000000000000\",region=\"us-east-1\"} ";
        assertTrue(page.contains("braid_usage_payload_units_total" + labels + "3\n"), page);
        assertTrue(page.contains("braid_usage_shard_millis_total" + labels + "3600000\n"), page);
        assertTrue(page.contains("braid_usage_streams_not_shown 0\n"), page);
    }

    @Test
    void questionsThatMakeNoSenseAreRefused() throws Exception {
        var day = get("/usage?from=yesterday");
        assertEquals(400, day.statusCode());
        assertEquals("{\"message\":\"from must be a day like 2026-11-27, is 'yesterday'\"}", day.body());
        assertEquals(
                "{\"message\":\"from 2026-11-24 is after to 2026-11-23\"}",
                get("/usage?from=2026-11-24").body());
    }
}
