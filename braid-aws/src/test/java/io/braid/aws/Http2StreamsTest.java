package io.braid.aws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of one HTTP/2 connection, frame by frame, against the real listener.
class Http2StreamsTest {
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PING = 6;
    private static final int ANSWER_MILLIS_MAX = 30_000;
    /// How long an answer that must not come is waited for.
    private static final int SILENCE_MILLIS = 300;

    private TestServer server;
    private Socket socket;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
        socket = new Socket("127.0.0.1", server.uri("/").getPort());
        socket.setSoTimeout(ANSWER_MILLIS_MAX);
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
        send(4, 0, 0, new byte[0]);
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
        server.close();
    }

    private void send(int type, int flags, int stream, byte[] payload) throws IOException {
        socket.getOutputStream()
                .write(ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length)
                        .putInt(payload.length << 8 | type)
                        .put((byte) flags)
                        .putInt(stream)
                        .put(payload)
                        .array());
    }

    /// Reads on until a frame of this type, and one that ends the stream if `stream` is not 0.
    private void await(int type, int stream) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        while (true) {
            var frame = Frame.of(in.readNBytes(Frame.HEADER_BYTES));
            var payload = in.readNBytes(frame.length());
            assertNotEquals(Frame.GO_AWAY, frame.type(), () -> new String(payload, US_ASCII));
            assertNotEquals(Frame.RST_STREAM, frame.type());
            if (frame.type() == type && frame.stream() == stream && (stream == 0 || frame.endsStream())) return;
        }
    }

    private void health(int stream) throws IOException {
        send(Frame.HEADERS, END_STREAM | END_HEADERS, stream, head("82", "/health"));
        await(Frame.DATA, stream);
    }

    /// A header block without compression: method (an index of HPACK's table), scheme, authority and path.
    private static byte[] head(String method, String path, String... fields) {
        var block = new ByteArrayOutputStream();
        block.write(Integer.parseInt(method, 16));
        block.write(0x86);
        block.write(1); // the name is :authority
        text(block, "localhost");
        block.write(4); // the name is :path
        text(block, path);
        for (int i = 0; i < fields.length; i += 2) field(block, fields[i], fields[i + 1]);
        return block.toByteArray();
    }

    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    private static void text(ByteArrayOutputStream block, String text) {
        block.write(text.length());
        block.writeBytes(text.getBytes(US_ASCII));
    }

    @Test
    void aResetOfAStreamThatIsOverLeavesTheConnectionToTheOthers() throws IOException {
        health(1);
        health(3);

        send(Frame.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

        health(5);
    }

    @Test
    void anAnswerWaitsForTheEndOfItsRequest() throws IOException {
        var body = "{}".getBytes(US_ASCII);
        var fields = new String[] {
            "content-type", "application/x-amz-json-1.1",
            "content-length", "2",
            "x-amz-target", "Kinesis_20131202.ListStreams"
        };
        send(Frame.HEADERS, END_HEADERS, 1, head("83", "/", fields));
        send(Frame.DATA, 0, 1, body);
        send(PING, 0, 0, new byte[8]);
        await(PING, 0);

        socket.setSoTimeout(SILENCE_MILLIS);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());

        socket.setSoTimeout(ANSWER_MILLIS_MAX);
        send(Frame.DATA, END_STREAM, 1, new byte[0]);
        await(Frame.DATA, 1);
        health(3);
        assertEquals(0, socket.getInputStream().available());
    }
}
