package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Base64;

/// JSON without white space: blobs are Base64, timestamps are seconds with three decimals.
final class JsonWriter extends WireWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
    private static final byte[] TRUE = "true".getBytes(US_ASCII);
    private static final byte[] FALSE = "false".getBytes(US_ASCII);

    /// Whether a value stands before the cursor in the same container: the next one begins with a comma.
    private boolean follows;

    private byte[] plain = {}; // of the last blob
    private byte[] encoded = {}; // the last blob's Base64, and perhaps more behind it

    @Override
    void restart() {
        super.restart();
        follows = false;
    }

    @Override
    public WireWriter startMap() {
        return open('{');
    }

    @Override
    public WireWriter endMap() {
        return close('}');
    }

    @Override
    public WireWriter startList() {
        return open('[');
    }

    @Override
    public WireWriter endList() {
        return close(']');
    }

    private WireWriter open(char bracket) {
        separate();
        put(bracket);
        follows = false;
        return this;
    }

    private WireWriter close(char bracket) {
        put(bracket);
        follows = true;
        return this;
    }

    @Override
    public WireWriter field(Name name) {
        separate();
        put(name.json, 0, name.json.length);
        follows = false;
        return this;
    }

    @Override
    public WireWriter field(String name) {
        text(name);
        put(':');
        follows = false;
        return this;
    }

    @Override
    public WireWriter ascii(byte[] bytes, int start, int length) {
        separate();
        put('"');
        put(bytes, start, length);
        put('"');
        follows = true;
        return this;
    }

    @Override
    public WireWriter utf8(MemorySegment text) {
        separate();
        put('"');
        int start = size;
        put(text);
        for (int i = start; i < size; i++) {
            int b = buffer[i];
            if (b >= 0 && b < ' ' || b == '"' || b == '\\') {
                escapeFrom(i);
                break;
            }
        }
        put('"');
        follows = true;
        return this;
    }

    /// Rewrites what stands from `from` to the end with escapes.
    private void escapeFrom(int from) {
        var raw = java.util.Arrays.copyOfRange(buffer, from, size);
        size = from;
        reserve(raw.length + 16);
        for (byte b : raw) {
            switch (b) {
                case '"', '\\' -> {
                    put('\\');
                    put(b);
                }
                case '\b' -> escaped('b');
                case '\f' -> escaped('f');
                case '\n' -> escaped('n');
                case '\r' -> escaped('r');
                case '\t' -> escaped('t');
                default -> {
                    if (b >= 0 && b < ' ') {
                        escaped('u');
                        put('0');
                        put('0');
                        put(HEX[b >> 4]);
                        put(HEX[b & 15]);
                    } else {
                        put(b);
                    }
                }
            }
        }
    }

    private void escaped(char letter) {
        put('\\');
        put(letter);
    }

    @Override
    public WireWriter number(long value) {
        separate();
        digits(Long.toString(value));
        follows = true;
        return this;
    }

    @Override
    public WireWriter decimal(double value) {
        separate();
        digits(Double.toString(value));
        follows = true;
        return this;
    }

    @Override
    public WireWriter flag(boolean value) {
        separate();
        var word = value ? TRUE : FALSE;
        put(word, 0, word.length);
        follows = true;
        return this;
    }

    @Override
    public WireWriter blob(MemorySegment bytes) {
        int count = encode(bytes);
        reserve(count + 3);
        separate();
        put('"');
        put(encoded, 0, count);
        put('"');
        follows = true;
        return this;
    }

    /// Leaves the Base64 of `bytes` at the start of [#encoded] and answers how long it is. The JDK's encoder is the
    /// fastest there is, but takes whole arrays only: records of one size, which most streams have, share a pair.
    private int encode(MemorySegment bytes) {
        int length = Math.toIntExact(bytes.byteSize());
        if (plain.length != length) plain = new byte[length];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, plain, 0, length);
        long needed = (length + 2L) / 3 * 4;
        if (encoded.length < needed) encoded = new byte[Math.toIntExact(needed)];
        return Base64.getEncoder().encode(plain, encoded);
    }

    @Override
    public WireWriter moment(long millis) {
        separate();
        digits(Long.toString(Math.floorDiv(millis, 1000)));
        int rest = Math.floorMod(millis, 1000);
        put('.');
        put('0' + rest / 100);
        put('0' + rest / 10 % 10);
        put('0' + rest % 10);
        follows = true;
        return this;
    }

    private void digits(String digits) {
        put(digits.getBytes(US_ASCII), 0, digits.length());
    }

    private void separate() {
        if (follows) put(',');
    }
}
