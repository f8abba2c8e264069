package io.braid.aws;

import io.helidon.common.buffers.DataReader;
import java.io.ByteArrayOutputStream;
import java.util.function.Supplier;

/// What an HTTP/2 client sends, from its preface on, without the frames that Helidon 4.5 ends a connection for and
/// need not: GOAWAY (RFC 9113, section 6.8), and RST_STREAM for a stream that is over, which section 5.1 says to
/// ignore. The thread of one connection.
///
/// A client resets a stream that is over when its reset and the end of the answer meet on the way. Helidon forgets
/// a stream at the next request, and takes a reset for a forgotten one for a broken protocol: every other request
/// of the connection then fails.
final class ClientFrames implements Supplier<byte[]> {
    private static final int PREFACE_BYTES = 24;

    private final Supplier<byte[]> source;
    private final Http2Streams streams;
    private final byte[] header = new byte[Frame.HEADER_BYTES];
    private int headerBytes; // of the next frame, seen so far
    private int left = PREFACE_BYTES; // of the frame that is passing
    private boolean dropping;

    ClientFrames(Supplier<byte[]> source, Http2Streams streams) {
        this.source = source;
        this.streams = streams;
    }

    static DataReader of(DataReader reader, Http2Streams streams) {
        return DataReader.create(new ClientFrames(
                () -> {
                    reader.ensureAvailable();
                    return reader.readBytes(reader.available());
                },
                streams));
    }

    /// The next bytes, at least one; null at the end, as Helidon's reader wants it.
    @Override
    public byte[] get() {
        var passed = new ByteArrayOutputStream();
        while (passed.size() == 0) {
            var bytes = source.get();
            if (bytes == null) return null;
            pass(bytes, passed);
        }
        return passed.toByteArray();
    }

    private void pass(byte[] bytes, ByteArrayOutputStream passed) {
        int at = 0;
        while (at < bytes.length) {
            if (left > 0) {
                int count = Math.min(left, bytes.length - at);
                if (!dropping) passed.write(bytes, at, count);
                left -= count;
                at += count;
            } else {
                header[headerBytes++] = bytes[at++];
                if (headerBytes == Frame.HEADER_BYTES) begin(passed);
            }
        }
    }

    private void begin(ByteArrayOutputStream passed) {
        headerBytes = 0;
        var frame = Frame.of(header);
        left = frame.length();
        dropping = isDropped(frame);
        if (!dropping) passed.write(header, 0, Frame.HEADER_BYTES);
    }

    private boolean isDropped(Frame frame) {
        int stream = frame.stream();
        if (frame.type() == Frame.HEADERS) streams.clientBegan(stream);
        if (frame.endsStream()) streams.clientEnded(stream);
        return switch (frame.type()) {
            case Frame.GO_AWAY -> true;
            case Frame.RST_STREAM -> !streams.isIdle(stream) && streams.reset(stream);
            default -> false;
        };
    }
}
