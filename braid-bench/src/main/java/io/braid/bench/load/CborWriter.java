package io.braid.bench.load;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes the CBOR (RFC 8949) that requests need. One thread.
final class CborWriter {
    private static final int UNSIGNED = 0;
    private static final int DATA = 2;
    private static final int TEXT = 3;
    private static final int INDEFINITE_LIST = 0x9f;
    private static final int INDEFINITE_MAP = 0xbf;
    private static final int BREAK = 0xff;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    CborWriter startMap() {
        out.write(INDEFINITE_MAP);
        return this;
    }

    CborWriter startList() {
        out.write(INDEFINITE_LIST);
        return this;
    }

    /// Ends the map or the list that was started last.
    CborWriter end() {
        out.write(BREAK);
        return this;
    }

    CborWriter text(String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        head(TEXT, utf8.length);
        out.writeBytes(utf8);
        return this;
    }

    CborWriter data(byte[] data) {
        head(DATA, data.length);
        out.writeBytes(data);
        return this;
    }

    /// @param number  0 or more
    CborWriter number(int number) {
        head(UNSIGNED, number);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /// The type and the shortest form of the length or number.
    private void head(int type, int value) {
        if (value < 24) {
            out.write(type << 5 | value);
        } else if (value < 1 << 8) {
            out.write(type << 5 | 24);
            out.write(value);
        } else if (value < 1 << 16) {
            out.write(type << 5 | 25);
            out.write(value >>> 8);
            out.write(value);
        } else {
            out.write(type << 5 | 26);
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.write(value >>> shift);
            }
        }
    }
}
