package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The port itself: protocols, headers, pages and limits.
class AwsListenerTest {
    private static final int ENTITY_BYTES_MAX = 1 << 20;
    private static final AwsConfig CONFIG = new AwsConfig(
            http(Duration.ofSeconds(30), Duration.ofMinutes(1)),
            "123456789012",
            "us-east-1",
            100,
            AwsConfig.FanOut.DEFAULT,
            AwsConfig.Scaling.DEFAULT,
            AwsConfig.KinesisConfig.DEFAULT,
            Duration.ofHours(24),
            Duration.ofDays(400));

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory, CONFIG);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(server.uri(path)).timeout(Duration.ofSeconds(30));
    }

    @Test
    void everyAnswerHasTwoIdsOfItsOwn() throws Exception {
        var one = server.call("ListStreams", "{}").headers();
        var two = server.call("NoSuchOperation", "{}").headers();

        var id = one.firstValue("x-amzn-RequestId").orElseThrow();
        assertTrue(id.matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), id);
        assertEquals(96, one.firstValue("x-amz-id-2").orElseThrow().length());
        assertNotEquals(id, two.firstValue("x-amzn-RequestId").orElseThrow());
        assertEquals(
                "application/x-amz-json-1.1", one.firstValue("Content-Type").orElseThrow());
    }

    @Test
    void anAnswerWithoutOutputHasNoBody() throws Exception {
        var response = server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");

        assertEquals(200, response.statusCode());
        assertEquals("0", response.headers().firstValue("Content-Length").orElseThrow());
        assertEquals("", response.body());
    }

    @Test
    void theAnswerIsInTheRequestsEncoding() throws Exception {
        // {"Limit": 1}
        var request = server.request("ListStreams", "")
                .setHeader("Content-Type", "application/x-amz-cbor-1.1")
                .POST(BodyPublishers.ofByteArray(HexFormat.of().parseHex("bf654c696d697401ff")))
                .build();

        var response = server.send(request, BodyHandlers.ofByteArray());

        assertEquals(
                "application/x-amz-cbor-1.1",
                response.headers().firstValue("Content-Type").orElseThrow());
        var expected = "bf" + "6b" + hex("StreamNames") + "9fff" + "6e" + hex("HasMoreStreams") + "f4" + "6f"
                + hex("StreamSummaries") + "9fff" + "ff";
        assertEquals(expected, HexFormat.of().formatHex(response.body()));
    }

    private static String hex(String ascii) {
        return HexFormat.of().formatHex(ascii.getBytes(UTF_8));
    }

    @Test
    void cborFaultsAreCborMaps() throws Exception {
        var request = server.request("NoSuchOperation", "")
                .setHeader("Content-Type", "application/x-amz-cbor-1.1")
                .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xa0}))
                .build();

        var response = server.send(request, BodyHandlers.ofByteArray());

        assertEquals(400, response.statusCode());
        var expected = "bf66" + hex("__type") + "7819" + hex("UnknownOperationException") + "ff";
        assertEquals(expected, HexFormat.of().formatHex(response.body()));
    }

    @Test
    void cborDataComesBackAsItWas() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        var data = new byte[300];
        new Random(3).nextBytes(data);
        var body = HexFormat.of()
                .parseHex("bf" + "67" + hex("Records") + "9f" + "bf" + "64" + hex("Data") + "59012c"
                        + HexFormat.of().formatHex(data) + "6c" + hex("PartitionKey") + "6161" + "ff" + "ff" + "6a"
                        + hex("StreamName") + "6173" + "ff");
        var put = server.request("PutRecords", "")
                .setHeader("Content-Type", "application/x-amz-cbor-1.1")
                .POST(BodyPublishers.ofByteArray(body))
                .build();

        assertEquals(200, server.send(put, BodyHandlers.discarding()).statusCode());

        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];
        var records = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();
        var encoded = records.split("\"Data\":\"")[1].split("\"")[0];
        assertArrayEquals(data, java.util.Base64.getDecoder().decode(encoded));
    }

    @Test
    void theRegionComesFromTheCredentialScope() throws Exception {
        server.broker().create(NewStream.of("s", 1));
        var request = server.request("DescribeStreamSummary", "{\"StreamName\":\"s\"}")
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-central-1/kinesis/aws4_request, Signature=0")
                .build();

        var body = server.send(request, BodyHandlers.ofString()).body();

        assertTrue(body.contains("arn:aws:kinesis:eu-central-1:123456789012:stream/s"), body);
    }

    @Test
    void http2IsServedByUpgradeOnTheSamePort() throws Exception {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            var upgraded = client.send(get("/health").build(), BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, upgraded.version());
            assertEquals("ok\n", upgraded.body());

            var call = client.send(server.request("ListStreams", "{}").build(), BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, call.version());
            assertEquals(200, call.statusCode());
        }
    }

    /// The connection preface of RFC 9113 and an empty SETTINGS frame; a server answers with its own SETTINGS.
    @Test
    void http2IsServedByPriorKnowledgeOnTheSamePort() throws Exception {
        try (var socket = new Socket("127.0.0.1", server.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
            socket.getOutputStream().write(HexFormat.of().parseHex("000000040000000000"));

            byte[] frame = socket.getInputStream().readNBytes(9);

            assertEquals(4, frame[3], "not a SETTINGS frame: " + HexFormat.of().formatHex(frame));
        }
    }

    @Test
    void pagesAreForPeopleAndMonitors() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":3}");
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"ab\",\"Data\":\"AAAA\"}");
        server.call("PutRecord", "{\"StreamName\":\"none\",\"PartitionKey\":\"ab\",\"Data\":\"AAAA\"}");

        var welcome = server.send(get("/").build(), BodyHandlers.ofString());
        var metrics = server.send(get("/metrics").build(), BodyHandlers.ofString());

        assertEquals(200, welcome.statusCode());
        assertTrue(welcome.body().contains("aws kinesis list-streams"), welcome.body());
        for (String line : new String[] {
            "braid_streams 1",
            "braid_open_shards 3",
            "braid_kinesis_records_in_total 1",
            "braid_kinesis_bytes_in_total 5",
            "braid_http_requests_total{operation=\"PutRecord\",status=\"200\"} 1",
            "braid_http_requests_total{operation=\"PutRecord\",status=\"400\"} 1",
            "braid_http_faults_total{type=\"ResourceNotFoundException\"} 1",
            "others 7"
        }) assertTrue(metrics.body().contains(line + "\n"), () -> "no " + line + " in\n" + metrics.body());
    }

    /// By the target's first part; each answers in the protocols it speaks, and no other.
    @Test
    void servicesAreToldApart() throws Exception {
        var tables = server.send(server.request("DynamoDB.ListTables", "{}").build(), BodyHandlers.ofString());
        var streams = server.send(server.request("ListStreams", "{}").build(), BodyHandlers.ofString());
        var wrong = server.request("ListStreams", "{}").setHeader("Content-Type", "application/x-amz-json-1.0");
        var refused = server.send(wrong.build(), BodyHandlers.ofString());
        var metrics = server.send(get("/metrics").build(), BodyHandlers.ofString());

        assertEquals("{\"TableNames\":[]}", tables.body());
        assertEquals("application/x-amz-json-1.0", type(tables));
        assertEquals(200, streams.statusCode());
        assertEquals("application/x-amz-json-1.1", type(streams));
        assertEquals("{\"__type\":\"UnknownOperationException\"}", refused.body());
        for (String line : new String[] {
            "braid_http_requests_total{operation=\"ListStreams\",status=\"200\"} 1",
            "braid_http_requests_total{operation=\"dynamodb.ListTables\",status=\"200\"} 1"
        }) assertTrue(metrics.body().contains(line + "\n"), () -> "no " + line + " in\n" + metrics.body());
    }

    private static String type(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElseThrow();
    }

    @Test
    void unknownPathsAndMethodsAreNamed() throws Exception {
        var unknown = server.send(get("/nowhere").build(), BodyHandlers.ofString());
        var delete = server.send(get("/health").DELETE().build(), BodyHandlers.ofString());

        assertEquals(404, unknown.statusCode());
        assertTrue(unknown.body().startsWith("There is nothing at /nowhere."), unknown.body());
        assertEquals(405, delete.statusCode());
        assertEquals("GET, HEAD", delete.headers().firstValue("Allow").orElseThrow());
    }

    @Test
    void aPostThatNamesNoOperationIsDeniedInAmazonsWords() throws Exception {
        var request = get("/").POST(BodyPublishers.ofString("a=b")).build();

        var response = server.send(request, BodyHandlers.ofString());

        assertEquals(403, response.statusCode());
        assertEquals(
                "{\"__type\":\"AccessDeniedException\",\"Message\":\"Unable to determine service/operation name to be"
                        + " authorized\"}",
                response.body());
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() throws Exception {
        var body = "x".repeat(ENTITY_BYTES_MAX + 1);

        var response = server.call("PutRecord", body);

        assertEquals(413, response.statusCode());
        assertEquals(
                "{\"__type\":\"RequestEntityTooLargeException\",\"message\":\"The request is larger than the 1048576"
                        + " bytes this server reads.\"}",
                response.body());
    }

    @Test
    void aRequestOfUnknownLengthThatIsTooLargeIsRefused() throws Exception {
        var request = server.request("PutRecord", "")
                .POST(BodyPublishers.ofInputStream(() -> new Endless(ENTITY_BYTES_MAX + ENTITY_BYTES_MAX / 2)))
                .build();

        assertEquals(413, server.send(request, BodyHandlers.ofString()).statusCode());
    }

    private static final class Endless extends InputStream {
        private int left;

        Endless(int bytes) {
            left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }
    }

    /// Ends by itself when the server closes the connection, and fails after the socket's time limit if it does not.
    private static void assertCloses(AwsConfig config, Path directory, String sent) throws Exception {
        try (var server = new TestServer(directory, config);
                var socket = new Socket("127.0.0.1", server.uri("/").getPort())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(sent.getBytes(UTF_8));

            socket.getInputStream().readAllBytes();
        }
    }

    private static AwsConfig impatient(Duration requestReadMax, Duration idleMax) {
        return CONFIG.withHttp(http(requestReadMax, idleMax));
    }

    private static AwsConfig.Http http(Duration requestReadMax, Duration idleMax) {
        return new AwsConfig.Http(
                "127.0.0.1", 0, ENTITY_BYTES_MAX, 64, 64, requestReadMax, idleMax, "loopback, https://app.example");
    }

    @Test
    void pagesOfOriginsThatAreNamedMayAsk() throws Exception {
        for (var origin :
                List.of("http://localhost:3000", "http://127.0.0.1", "https://[::1]:8", "https://app.example")) {
            var before = server.send(
                    HttpRequest.newBuilder(server.uri("/"))
                            .method("OPTIONS", BodyPublishers.noBody())
                            .header("Origin", origin)
                            .header("Access-Control-Request-Method", "POST")
                            .header("Access-Control-Request-Headers", "x-amz-target,authorization")
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(200, before.statusCode());
            assertEquals(origin, header(before, "Access-Control-Allow-Origin"));
            assertEquals("GET, HEAD, POST", header(before, "Access-Control-Allow-Methods"));
            assertEquals("x-amz-target,authorization", header(before, "Access-Control-Allow-Headers"));
            assertEquals("172800", header(before, "Access-Control-Max-Age"));

            var asked = listStreamsFrom(origin);
            assertEquals(200, asked.statusCode());
            assertEquals(origin, header(asked, "Access-Control-Allow-Origin"));
            assertEquals("Origin", header(asked, "Vary"));
            assertTrue(header(asked, "Access-Control-Expose-Headers").startsWith("x-amzn-RequestId,"));
        }
    }

    @Test
    void pagesOfOtherOriginsAreRefused() throws Exception {
        var others = List.of("https://evil.example", "https://app.example.evil", "http://localhost.evil", "null", "%");
        for (var origin : others) {
            var asked = listStreamsFrom(origin);
            assertEquals(403, asked.statusCode(), origin);
            assertEquals(
                    "Pages of %s may not ask: http.cors-origins names those that may.\n".formatted(origin),
                    asked.body());
            assertTrue(asked.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
        }
    }

    private HttpResponse<String> listStreamsFrom(String origin) throws Exception {
        return server.send(
                HttpRequest.newBuilder(server.uri("/"))
                        .POST(BodyPublishers.ofString("{}"))
                        .header("Content-Type", "application/x-amz-json-1.1")
                        .header("X-Amz-Target", "Kinesis_20131202.ListStreams")
                        .header("Origin", origin)
                        .build(),
                BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }

    @Test
    void aClientThatDoesNotFinishItsBodyIsDisconnected(@TempDir Path directory) throws Exception {
        assertCloses(
                impatient(Duration.ofMillis(200), Duration.ofMinutes(5)),
                directory,
                "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Kinesis_20131202.ListStreams\r\n"
                        + "Content-Type: application/x-amz-json-1.1\r\nContent-Length: 10\r\n\r\n{");
    }

    @Test
    void aConnectionThatIsNotUsedIsClosed(@TempDir Path directory) throws Exception {
        assertCloses(impatient(Duration.ofMinutes(5), Duration.ofMillis(400)), directory, "POST / HT");
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        var taken =
                CONFIG.withHttp(CONFIG.http().at("127.0.0.1", server.uri("/").getPort()));

        var failure = assertThrows(
                IOException.class,
                () -> AwsListener.start(
                        server.broker(),
                        taken,
                        Optional.empty(),
                        server.delivery(),
                        _ -> {},
                        java.time.Clock.systemUTC(),
                        new Random()));

        assertTrue(failure.getMessage().startsWith("cannot listen on 127.0.0.1:"), failure.getMessage());
    }
}
