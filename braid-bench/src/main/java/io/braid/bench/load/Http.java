package io.braid.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// One HTTP/1.1 connection to a Kinesis endpoint that does as little as possible: a request is bytes that were made
/// before, an answer is a status and a body that lies in one buffer until the next request.
///
/// One thread only.
final class Http implements AutoCloseable {
    static final int ANSWER_BYTES_MAX = 16 << 20; // GetRecords answers at most 10 MiB
    /// A signature that is a sham of the right form: servers under measurement run without authentication.
    static final String AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/kinesis/aws4_request, "
            + "SignedHeaders=host;x-amz-date, Signature=" + "0".repeat(64);

    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final SocketChannel socket;
    private final ByteBuffer buffer; // filled from 0 to its position

    Http(InetSocketAddress server) throws IOException {
        this(server, ANSWER_BYTES_MAX);
    }

    /// @param answerBytesMax  of an answer with its head; that much memory is taken at once
    Http(InetSocketAddress server, int answerBytesMax) throws IOException {
        buffer = ByteBuffer.allocate(answerBytesMax);
        socket = SocketChannel.open(server);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /// An answer: `bytes` from `start` to `end` are the body, and are only good until the next exchange.
    record Answer(int status, byte[] bytes, int start, int end) {
        String text() {
            return new String(bytes, start, end - start, StandardCharsets.UTF_8);
        }
    }

    /// The bytes of a request in JSON.
    static ByteBuffer request(String operation, byte[] body) {
        return request(Protocol.JSON, operation, body);
    }

    /// The bytes of a request.
    static ByteBuffer request(Protocol protocol, String operation, byte[] body) {
        var head = """
            POST / HTTP/1.1\r
            Host: kinesis.us-east-1.amazonaws.com\r
            Content-Type: %s\r
            X-Amz-Target: Kinesis_20131202.%s\r
            X-Amz-Date: 20260101T000000Z\r
            Authorization: %s\r
            Content-Length: %d\r
            \r
            """.formatted(protocol.contentType(), operation, AUTHORIZATION, body.length)
                .getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocateDirect(head.length + body.length)
                .put(head)
                .put(body)
                .flip();
    }

    /// Sends a request and waits for the whole answer. The request's position is left as it was.
    Answer exchange(ByteBuffer request) throws IOException {
        var bytes = request.duplicate();
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
        buffer.clear();
        int body = readHead();
        var head = new String(buffer.array(), 0, body, StandardCharsets.ISO_8859_1).toLowerCase(java.util.Locale.ROOT);
        int status = Integer.parseInt(head.substring(9, 12));
        int length = header(head, "content-length:");
        if (length >= 0) {
            readUntil(body + length);
            return new Answer(status, buffer.array(), body, body + length);
        }
        if (head.contains("transfer-encoding: chunked")) {
            return new Answer(status, buffer.array(), body, readChunks(body));
        }
        return new Answer(status, buffer.array(), body, body);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// Reads until the head is complete; gives where the body starts.
    private int readHead() throws IOException {
        int from = 0;
        while (true) {
            readMore();
            int end = indexOf(END_OF_HEAD, from);
            if (end >= 0) {
                return end + END_OF_HEAD.length;
            }
            from = Math.max(0, buffer.position() - END_OF_HEAD.length);
        }
    }

    /// Moves the chunks together so that they lie in one piece from `start`; gives where that piece ends.
    private int readChunks(int start) throws IOException {
        int next = start;
        int end = start;
        while (true) {
            int line = lineEnd(next);
            var size = new String(buffer.array(), next, line - next, StandardCharsets.ISO_8859_1).strip();
            int length = Integer.parseInt(size.split(";")[0], 16);
            int data = line + 2;
            readUntil(data + length + 2);
            if (length == 0) {
                return end;
            }
            System.arraycopy(buffer.array(), data, buffer.array(), end, length);
            end += length;
            next = data + length + 2;
        }
    }

    private int lineEnd(int from) throws IOException {
        for (int at = from; ; at++) {
            readUntil(at + 2);
            if (buffer.get(at) == '\r' && buffer.get(at + 1) == '\n') {
                return at;
            }
        }
    }

    private void readUntil(int size) throws IOException {
        while (buffer.position() < size) {
            readMore();
        }
    }

    private void readMore() throws IOException {
        if (!buffer.hasRemaining()) {
            throw new IOException("an answer is longer than %d bytes".formatted(buffer.capacity()));
        }
        if (socket.read(buffer) < 0) {
            throw new EOFException("the server closed the connection within an answer");
        }
    }

    private int indexOf(byte[] pattern, int from) {
        var bytes = buffer.array();
        for (int at = from; at + pattern.length <= buffer.position(); at++) {
            if (java.util.Arrays.equals(bytes, at, at + pattern.length, pattern, 0, pattern.length)) {
                return at;
            }
        }
        return -1;
    }

    private static int header(String head, String name) {
        int at = head.indexOf("\r\n" + name);
        if (at < 0) {
            return -1;
        }
        int value = at + 2 + name.length();
        return Integer.parseInt(
                head.substring(value, head.indexOf("\r\n", value)).strip());
    }
}
