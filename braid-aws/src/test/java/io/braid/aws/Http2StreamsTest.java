package io.braid.aws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of one HTTP/2 connection, frame by frame, against the real listener.
class Http2StreamsTest {
    /// How long an answer that must not come is waited for.
    private static final int SILENCE_MILLIS = 300;

    private TestServer server;
    private RawHttp2 client;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
        client = new RawHttp2(server);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void aResetOfAStreamThatIsOverLeavesTheConnectionToTheOthers() throws IOException {
        client.get(1, "/health");
        client.get(3, "/health");

        client.send(Frame.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

        client.get(5, "/health");
    }

    @Test
    void anAnswerWaitsForTheEndOfItsRequest() throws IOException {
        var body = "{}".getBytes(US_ASCII);
        var fields = new String[] {
            "content-type", "application/x-amz-json-1.1",
            "content-length", "2",
            "x-amz-target", "Kinesis_20131202.ListStreams"
        };
        client.send(Frame.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.head(RawHttp2.POST, "/", fields));
        client.send(Frame.DATA, 0, 1, body);
        client.send(RawHttp2.PING, 0, 0, new byte[8]);
        client.await(RawHttp2.PING, 0);

        client.socket.setSoTimeout(SILENCE_MILLIS);
        assertThrows(SocketTimeoutException.class, client::next);

        client.patient();
        client.send(Frame.DATA, RawHttp2.END_STREAM, 1, new byte[0]);
        client.await(Frame.DATA, 1);
        client.get(3, "/health");
        assertEquals(0, client.socket.getInputStream().available());
    }
}
