package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.http.http2.Http2ErrorCode;
import java.util.Arrays;

/// What Helidon writes to an HTTP/2 client, unchanged: notes which streams it ends, and logs why it ends the
/// connection, which Helidon says to the client only. Helidon writes one frame at a time, under a lock of its own.
record ServerFrames(DataWriter target, Http2Streams streams, String peer) implements DataWriter {
    private static final System.Logger LOG = System.getLogger(ServerFrames.class.getName());
    private static final int REASON = Frame.HEADER_BYTES + 2 * Integer.BYTES; // behind the last stream and the code

    @Override
    public void writeNow(BufferData frame) {
        note(frame); // first: the client may react before the write returns
        target.writeNow(frame);
    }

    @Override
    public void writeNow(BufferData... frames) {
        for (var frame : frames) writeNow(frame);
    }

    @Override
    public void write(BufferData frame) {
        note(frame);
        target.write(frame);
    }

    @Override
    public void write(BufferData... frames) {
        for (var frame : frames) write(frame);
    }

    @Override
    public void flush() {
        target.flush();
    }

    @Override
    public void close() {
        target.close();
    }

    private void note(BufferData buffer) {
        if (buffer.available() < Frame.HEADER_BYTES) return;
        var header = new byte[Frame.HEADER_BYTES];
        for (int i = 0; i < header.length; i++) header[i] = (byte) buffer.get(i);
        var frame = Frame.of(header);
        if (frame.endsStream()) streams.serverEnded(frame.stream());
        if (frame.type() == Frame.RST_STREAM) streams.reset(frame.stream());
        if (frame.type() == Frame.GO_AWAY) log(buffer);
    }

    private void log(BufferData goAway) {
        var bytes = new byte[goAway.available()];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) goAway.get(i);
        var code = Http2ErrorCode.get(bytes[REASON - 1]);
        var reason = new String(Arrays.copyOfRange(bytes, REASON, bytes.length), UTF_8);
        boolean usual = code == Http2ErrorCode.NO_ERROR;
        LOG.log(
                usual ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                () -> "http/2 connection ended by the server peer=%s code=%s reason=%s".formatted(peer, code, reason));
    }
}
