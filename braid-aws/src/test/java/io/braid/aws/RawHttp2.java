package io.braid.aws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLSocket;

/// An HTTP/2 client that sends and reads frame by frame.
final class RawHttp2 implements AutoCloseable {
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int WINDOW_UPDATE = 8;
    static final String GET = "82"; // indexes of HPACK's table
    static final String POST = "83";
    private static final int ANSWER_MILLIS_MAX = 30_000;

    final Socket socket;
    private final DataInputStream in;

    RawHttp2(TestServer server) throws IOException {
        this(new Socket("127.0.0.1", server.uri("/").getPort()));
    }

    /// One that finds out by ALPN that the server speaks HTTP/2.
    static RawHttp2 overTls(TestServer server) throws IOException {
        var address = server.secureAddress();
        var factory = LocalTls.context().getSocketFactory();
        var socket = (SSLSocket) factory.createSocket(address.getAddress(), address.getPort());
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertEquals("h2", socket.getApplicationProtocol());
        return new RawHttp2(socket);
    }

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
        patient();
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
        send(SETTINGS, 0, 0, new byte[0]);
    }

    /// Waits for answers as long as they may take.
    void patient() throws IOException {
        socket.setSoTimeout(ANSWER_MILLIS_MAX);
    }

    record Read(Frame frame, byte[] payload) {}

    /// The next frame, which must not be one that ends a stream or the connection in an error.
    Read next() throws IOException {
        var frame = Frame.of(in.readNBytes(Frame.HEADER_BYTES));
        var payload = in.readNBytes(frame.length());
        assertNotEquals(Frame.GO_AWAY, frame.type(), () -> new String(payload, US_ASCII));
        assertNotEquals(Frame.RST_STREAM, frame.type());
        return new Read(frame, payload);
    }

    /// Reads on until a frame of this type, and one that ends the stream if `stream` is not 0.
    Read await(int type, int stream) throws IOException {
        while (true) {
            var read = next();
            var frame = read.frame();
            if (frame.type() == type && frame.stream() == stream && (stream == 0 || frame.endsStream())) return read;
        }
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        socket.getOutputStream()
                .write(ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length)
                        .putInt(payload.length << 8 | type)
                        .put((byte) flags)
                        .putInt(stream)
                        .put(payload)
                        .array());
    }

    /// Gets a page, and answers it.
    String get(int stream, String path) throws IOException {
        send(Frame.HEADERS, END_STREAM | END_HEADERS, stream, head(GET, path));
        return new String(await(Frame.DATA, stream).payload(), US_ASCII);
    }

    void widen(int stream, int bytes) throws IOException {
        send(
                WINDOW_UPDATE,
                0,
                stream,
                ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array());
    }

    /// A header block without compression: method (an index of HPACK's table), scheme, authority and path.
    static byte[] head(String method, String path, String... fields) {
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

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
