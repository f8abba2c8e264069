package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/// Writes the messages of an event stream, each to the client at once. One thread.
///
///     total length u32 | headers' length u32 | CRC-32 of these eight bytes u32
///     headers: name length u8 | name | 7 (text) u8 | value length u16 | value
///     payload
///     CRC-32 of all before u32
///
/// https://smithy.io/2.0/aws/amazon-eventstream.html
///
/// Between messages it holds at most [#KEPT_BYTES_MAX] of memory; while one is written, that message.
public final class EventStream {
    public static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";

    /// The client takes no more: it has closed, reset, or not read for too long.
    public static final class Abandoned extends IOException {
        private static final long serialVersionUID = 1;

        Abandoned(Exception cause) {
            super("the client takes no more events", cause);
        }
    }

    private static final int PRELUDE_BYTES = 3 * Integer.BYTES;
    private static final int LENGTHS_BYTES = 2 * Integer.BYTES;
    private static final byte TEXT = 7;
    /// A stream that mostly waits keeps a buffer for messages of up to this size.
    private static final int KEPT_BYTES_MAX = 16 << 10;

    private final Protocol protocol;
    private final OutputStream out;
    private WireWriter message;

    /// @param out        the answer's body; a flush of it reaches the client
    public EventStream(Protocol protocol, OutputStream out) {
        this.protocol = protocol;
        this.out = out;
        this.message = protocol.writer();
    }

    /// Sends the message that comes before all events: what the operation answers besides them, which is nothing.
    public void begin() throws Abandoned {
        begin("event", ":event-type", "initial-response").startMap().endMap();
        send();
    }

    /// Begins an event; its payload is to be written next, then [sent][#send]. One that is not sent is forgotten when
    /// the next begins.
    public WireWriter event(String type) {
        return begin("event", ":event-type", type);
    }

    /// Sends an error as the last message.
    public void exception(AwsFault fault) throws Abandoned {
        var payload = begin("exception", ":exception-type", fault.eventType()).startMap();
        fault.message().ifPresent(text -> payload.field(AwsFault.MESSAGE).text(text));
        payload.endMap();
        send();
    }

    private WireWriter begin(String kind, String typeHeader, String type) {
        if (message.buffer.length > KEPT_BYTES_MAX) message = protocol.writer();
        message.restart();
        message.reserve(PRELUDE_BYTES);
        message.size = PRELUDE_BYTES;
        header(":message-type", kind);
        header(typeHeader, type);
        header(":content-type", protocol.contentType());
        ByteBuffer.wrap(message.buffer).putInt(Integer.BYTES, message.size - PRELUDE_BYTES);
        return message;
    }

    private void header(String name, String value) {
        message.put(name.length());
        message.put(name.getBytes(US_ASCII), 0, name.length());
        message.put(TEXT);
        message.put(value.length() >>> 8);
        message.put(value.length());
        message.put(value.getBytes(US_ASCII), 0, value.length());
    }

    /// Sends the message that was begun; returns when the client's window has let it through.
    public void send() throws Abandoned {
        message.reserve(Integer.BYTES);
        int total = message.size + Integer.BYTES;
        var bytes = ByteBuffer.wrap(message.buffer);
        bytes.putInt(0, total);
        bytes.putInt(LENGTHS_BYTES, crc(message.buffer, LENGTHS_BYTES));
        bytes.putInt(message.size, crc(message.buffer, message.size));
        try {
            out.write(message.buffer, 0, total);
            out.flush();
        } catch (IOException | RuntimeException e) { // the HTTP server has several words for a client that is gone
            throw new Abandoned(e);
        }
    }

    private static int crc(byte[] bytes, int length) {
        var crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
