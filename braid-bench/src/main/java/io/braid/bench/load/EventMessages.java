package io.braid.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads the messages of an event stream, for a client that trusts its connection: checksums are passed over.
///
///     total length u32 | headers' length u32 | CRC-32 u32 | headers | payload | CRC-32 u32
///
/// One thread.
final class EventMessages {
    private static final int AROUND_BYTES = 16;
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    private static final byte TEXT = 7;

    private final DataInputStream in;

    EventMessages(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /// @param type     of an event, or of the error that ends the stream
    /// @param payload  as its protocol writes it
    record Message(String type, byte[] payload) {}

    /// Waits for the next message; empty at the end of the stream.
    Optional<Message> next() throws IOException {
        int first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        int total = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int headersLength = in.readInt();
        int payloadLength = total - headersLength - AROUND_BYTES;
        if (total < 0 || total > MESSAGE_BYTES_MAX || headersLength < 0 || payloadLength < 0) {
            throw new IOException("a message of %d bytes with %d of headers".formatted(total, headersLength));
        }
        in.readInt();
        var headers = ByteBuffer.wrap(in.readNBytes(headersLength));
        var payload = in.readNBytes(payloadLength);
        in.readInt();
        return Optional.of(new Message(type(headers), payload));
    }

    private static String type(ByteBuffer headers) throws IOException {
        var type = "";
        while (headers.hasRemaining()) {
            var name = text(headers, headers.get() & 0xff);
            if (headers.get() != TEXT) {
                throw new IOException("header %s is no text".formatted(name));
            }
            var value = text(headers, headers.getShort() & 0xffff);
            if (name.equals(":event-type") || name.equals(":exception-type")) {
                type = value;
            }
        }
        return type;
    }

    private static String text(ByteBuffer headers, int length) {
        var bytes = new byte[length];
        headers.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
