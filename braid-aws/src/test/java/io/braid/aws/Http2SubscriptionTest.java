package io.braid.aws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.eventstream.MessageDecoder;

/// Subscriptions over HTTP/2, frame by frame: the client's window, and how a client that leaves is noticed.
/// There are no heartbeats here. Without TLS and with it.
@ParameterizedClass(name = "over TLS: {0}")
@ValueSource(booleans = {false, true})
class Http2SubscriptionTest {
    private static final int WINDOW_BYTES = 65_535; // of a client that sets none
    private static final int RECORD_BYTES = 200_000;
    private static final AwsConfig.FanOut SILENT =
            new AwsConfig.FanOut(10, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofSeconds(5));

    @Parameter
    private boolean secure;

    private TestServer server;
    private RawHttp2 client;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws Exception {
        start(AwsConfig.DEFAULT.withFanOut(SILENT));
    }

    private void start(AwsConfig config) throws Exception {
        server = secure ? TestServer.withTls(directory, config) : new TestServer(directory, config);
        if (server.broker().catalog().stream("s").isEmpty()) server.broker().create(NewStream.of("s", 1));
        connect();
    }

    private void connect() throws IOException {
        client = secure ? RawHttp2.overTls(server) : new RawHttp2(server);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    /// Subscribes on a stream of the connection.
    private void subscribe(int stream) throws Exception {
        subscribe(stream, consumer());
    }

    private String consumer() throws Exception {
        var consumer = server.call(
                        "RegisterStreamConsumer",
                        "{\"StreamARN\":\"arn:aws:kinesis:us-east-1:000000000000:stream/s\",\"ConsumerName\":\"c\"}")
                .body();
        return consumer.split("\"ConsumerARN\":\"")[1].split("\"")[0];
    }

    private void subscribe(int stream, String arn) throws Exception {
        var body = Subscriber.request(arn, 0, "\"Type\":\"TRIM_HORIZON\"").getBytes(US_ASCII);
        var fields = new String[] {
            "content-type", "application/x-amz-json-1.1",
            "content-length", Integer.toString(body.length),
            "x-amz-target", "Kinesis_20131202.SubscribeToShard"
        };
        client.send(Frame.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.head(RawHttp2.POST, "/", fields));
        client.send(Frame.DATA, RawHttp2.END_STREAM, stream, body);
    }

    /// Reads data of a stream until there is so much.
    private byte[] data(int stream, int bytes) throws IOException {
        var data = new ByteArrayOutputStream();
        while (data.size() < bytes) {
            var read = client.next();
            if (read.frame().type() == Frame.DATA && read.frame().stream() == stream) data.write(read.payload());
        }
        assertEquals(bytes, data.size());
        return data.toByteArray();
    }

    @Test
    void aFullWindowHoldsUpThisStreamAndNoOther() throws Exception {
        var record = Base64.getEncoder().encodeToString(new byte[RECORD_BYTES]);
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"" + record + "\"}");
        client.widen(0, 1 << 20); // the connection's
        subscribe(1);

        var first = data(1, WINDOW_BYTES);
        assertEquals("ok\n", client.get(3, "/health"));
        assertEquals(1, server.subscriptions());

        client.widen(1, 1 << 20);
        var decoder = new MessageDecoder();
        decoder.feed(first);
        assertEquals(1, decoder.getDecodedMessages().size()); // the initial response
        var event = decoder.getDecodedMessages();
        while (event.isEmpty()) {
            var read = client.next();
            if (read.frame().type() == Frame.DATA && read.frame().stream() == 1) decoder.feed(read.payload());
            event = decoder.getDecodedMessages();
        }
        assertTrue(Subscriber.payload(event.getFirst()).contains(record));
    }

    @Test
    void aStreamThatIsResetIsNoticedWithoutAWrite() throws Exception {
        subscribe(1);
        server.awaitSubscriptions(1);

        client.send(Frame.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

        server.awaitSubscriptions(0);
        assertEquals("ok\n", client.get(3, "/health"));
    }

    @Test
    void aConnectionThatIsClosedIsNoticedWithoutAWrite() throws Exception {
        subscribe(1);
        server.awaitSubscriptions(1);

        client.close();

        server.awaitSubscriptions(0);
    }

    /// Helidon counts idle time from the last request, and ends an idle connection at the client's next frame.
    @Test
    void aConnectionThatOnlySubscribesIsNotIdle() throws Exception {
        stop();
        var http = AwsConfig.Http.DEFAULT;
        start(AwsConfig.DEFAULT
                .withHttp(new AwsConfig.Http(
                        "127.0.0.1",
                        0,
                        http.entityBytesMax(),
                        http.connectionsMax(),
                        http.requestsMax(),
                        http.requestReadMax(),
                        Duration.ofMillis(500),
                        http.corsOrigins()))
                .withFanOut(
                        new AwsConfig.FanOut(10, Duration.ofMinutes(5), Duration.ofMillis(50), Duration.ofSeconds(5))));
        var consumer = consumer();
        client.close();
        connect(); // now: it is idle until it subscribes
        subscribe(1, consumer);

        for (int events = 0; events < 20; events++) {
            var read = client.next();
            while (read.frame().type() != Frame.DATA) read = client.next();
        }

        client.send(RawHttp2.PING, 0, 0, new byte[8]);
        client.await(RawHttp2.PING, 0);
        assertEquals(1, server.subscriptions());
    }
}
