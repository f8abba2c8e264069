package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/// JSON (RFC 8259) as AWS JSON 1.1 uses it: blobs are Base64, timestamps are seconds.
///
/// Strings are found eight bytes at a time and stay where they are unless they hold an escape; Base64 is decoded
/// from where it stands by the JDK's decoder, which the JIT replaces by vector code. That decoding is what a
/// PutRecords costs, so nothing else touches the bytes.
final class JsonReader extends WireReader {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final int NUMBER_CHARACTERS_MAX = 64;

    /// Whether the next member or item is the container's first, by depth.
    private final boolean[] first = new boolean[DEPTH_MAX + 1];

    JsonReader(byte[] body) {
        super(body);
        skipSpace();
    }

    @Override
    public Token token() {
        return switch (peek()) {
            case '{' -> Token.MAP;
            case '[' -> Token.LIST;
            case '"' -> Token.TEXT;
            case 't', 'f' -> Token.BOOLEAN;
            case 'n' -> Token.NULL;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Token.NUMBER;
            default -> throw AwsFault.unreadable();
        };
    }

    @Override
    public void enterMap() {
        enter('{');
    }

    @Override
    public boolean nextName() {
        if (!advance('}')) return false;
        readText();
        take(':');
        return true;
    }

    @Override
    public void enterList() {
        enter('[');
    }

    @Override
    public boolean nextItem() {
        return advance(']');
    }

    private void enter(char bracket) {
        take(bracket);
        deeper();
        first[depth] = true;
    }

    private boolean advance(char end) {
        if (peek() == end) {
            at++;
            depth--;
            skipSpace();
            return false;
        }
        if (first[depth]) first[depth] = false;
        else take(',');
        return true;
    }

    @Override
    public void readText() {
        if (peek() != '"') throw AwsFault.unreadable();
        int start = ++at;
        int end = endOfRun(start);
        if (body[end] == '"') {
            region = body;
            regionStart = start;
            regionLength = end - start;
            at = end + 1;
        } else {
            unescape(start, end);
        }
        skipSpace();
    }

    /// The position of the next quote or backslash.
    private int endOfRun(int from) {
        int position = from;
        for (; position + Long.BYTES <= body.length; position += Long.BYTES) {
            long word = (long) LONG.get(body, position);
            long found = zeroBytes(word ^ QUOTES) | zeroBytes(word ^ BACKSLASHES);
            if (found != 0) return position + (Long.numberOfTrailingZeros(found) >>> 3);
        }
        for (; position < body.length; position++) if (body[position] == '"' || body[position] == '\\') return position;
        throw AwsFault.unreadable();
    }

    /// The high bit of every byte that is zero; higher bytes than the first such may be wrong, which is harmless.
    private static long zeroBytes(long word) {
        return (word - ONES) & ~word & HIGHS;
    }

    private void unescape(int start, int firstEscape) {
        var out = new ByteArrayOutputStream(firstEscape - start + 64);
        out.write(body, start, firstEscape - start);
        int position = firstEscape;
        while (true) {
            int b = byteAt(position);
            if (b == '"') break;
            if (b == '\\') {
                position = escape(position + 1, out);
            } else {
                int end = endOfRun(position);
                out.write(body, position, end - position);
                position = end;
            }
        }
        region = out.toByteArray();
        regionStart = 0;
        regionLength = region.length;
        at = position + 1;
    }

    /// Writes what the escape at `position` (after the backslash) stands for; answers where the text goes on.
    private int escape(int position, ByteArrayOutputStream out) {
        int letter = byteAt(position);
        switch (letter) {
            case '"', '\\', '/' -> out.write(letter);
            case 'b' -> out.write('\b');
            case 'f' -> out.write('\f');
            case 'n' -> out.write('\n');
            case 'r' -> out.write('\r');
            case 't' -> out.write('\t');
            case 'u' -> {
                char unit = hex(position + 1);
                int next = position + 5;
                if (Character.isHighSurrogate(unit)
                        && byteAt(next) == '\\'
                        && byteAt(next + 1) == 'u'
                        && Character.isLowSurrogate(hex(next + 2))) {
                    out.writeBytes(new String(new char[] {unit, hex(next + 2)}).getBytes(UTF_8));
                    return next + 6;
                }
                out.writeBytes(String.valueOf(unit).getBytes(UTF_8)); // a lone surrogate becomes a question mark
                return next;
            }
            default -> throw AwsFault.unreadable();
        }
        return position + 1;
    }

    private char hex(int position) {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(byteAt(position + i), 16);
            if (digit < 0) throw AwsFault.unreadable();
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    @Override
    public MemorySegment readBlob() {
        readText();
        var fault = Base64Text.fault(region, regionStart, regionLength);
        if (fault.isPresent()) throw AwsFault.serialization(fault.get());
        try {
            var decoded = Base64.getDecoder().decode(ByteBuffer.wrap(region, regionStart, regionLength));
            return MemorySegment.ofBuffer(decoded);
        } catch (IllegalArgumentException _) {
            throw Base64Text.badCharacter(region, regionStart, regionLength)
                    .map(AwsFault::serialization)
                    .orElseGet(AwsFault::unreadable);
        }
    }

    @Override
    public BigDecimal readNumber() {
        int start = at;
        while (at < body.length && isNumberCharacter(body[at])) at++;
        if (at - start > NUMBER_CHARACTERS_MAX) throw AwsFault.unreadable();
        try {
            var number = new BigDecimal(new String(body, start, at - start, UTF_8));
            skipSpace();
            return number;
        } catch (NumberFormatException _) {
            throw AwsFault.unreadable();
        }
    }

    private static boolean isNumberCharacter(int b) {
        return b >= '0' && b <= '9' || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    @Override
    public long readMoment() {
        return Numbers.saturated(readNumber().scaleByPowerOfTen(3));
    }

    @Override
    public boolean readBoolean() {
        boolean value = peek() == 't';
        word(value ? "true" : "false");
        return value;
    }

    @Override
    public void readNull() {
        word("null");
    }

    @Override
    public void expectEnd() {
        if (at != body.length) throw AwsFault.unreadable();
    }

    private void word(String word) {
        for (int i = 0; i < word.length(); i++) if (byteAt(at++) != word.charAt(i)) throw AwsFault.unreadable();
        skipSpace();
    }

    private void take(char expected) {
        if (peek() != expected) throw AwsFault.unreadable();
        at++;
        skipSpace();
    }

    private int peek() {
        return byteAt(at);
    }

    private int byteAt(int position) {
        if (position >= body.length) throw AwsFault.unreadable();
        return body[position];
    }

    private void skipSpace() {
        while (at < body.length && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) at++;
    }
}
