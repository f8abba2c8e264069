package io.braid.aws;

import java.nio.ByteBuffer;

/// The header of an HTTP/2 frame (RFC 9113, section 4.1).
///
/// @param length of what follows, in bytes
record Frame(int length, int type, int flags, int stream) {
    static final int HEADER_BYTES = 9;
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int GO_AWAY = 7;
    private static final int END_STREAM = 1;

    /// `header`: [#HEADER_BYTES] bytes.
    static Frame of(byte[] header) {
        var in = ByteBuffer.wrap(header);
        int lengthAndType = in.getInt();
        return new Frame(lengthAndType >>> 8, lengthAndType & 0xff, in.get() & 0xff, in.getInt() & Integer.MAX_VALUE);
    }

    /// Whether its sender sends no more for this stream.
    boolean endsStream() {
        return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }
}
