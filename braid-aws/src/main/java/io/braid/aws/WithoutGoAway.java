package io.braid.aws;

import io.helidon.common.buffers.DataReader;
import java.io.ByteArrayOutputStream;
import java.util.function.Supplier;

/// What an HTTP/2 client sends, from its preface on, without the GOAWAY frames (RFC 9113, section 6.8). The thread
/// of one connection.
final class WithoutGoAway implements Supplier<byte[]> {
    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int TYPE = 3;
    private static final int GO_AWAY = 7;

    private final Supplier<byte[]> source;
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerBytes; // of the next frame, seen so far
    private int left = PREFACE_BYTES; // of the frame that is passing
    private boolean dropping;

    WithoutGoAway(Supplier<byte[]> source) {
        this.source = source;
    }

    static DataReader of(DataReader reader) {
        return DataReader.create(new WithoutGoAway(() -> {
            reader.ensureAvailable();
            return reader.readBytes(reader.available());
        }));
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
                if (headerBytes == HEADER_BYTES) begin(passed);
            }
        }
    }

    private void begin(ByteArrayOutputStream passed) {
        headerBytes = 0;
        left = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
        dropping = header[TYPE] == GO_AWAY;
        if (!dropping) passed.write(header, 0, HEADER_BYTES);
    }
}
