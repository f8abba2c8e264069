package io.braid.aws.wire;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;

/// CBOR (RFC 8949) as Amazon uses it: definite and indefinite lengths, blobs as byte strings, and timestamps as tag 1
/// with seconds in Smithy RPC v2. In AWS CBOR 1.1 those are whole milliseconds (and a floating-point number under
/// the tag is seconds, as the RFC says).
final class CborReader extends WireReader {
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int LIST = 4;
    private static final int MAP = 5;
    private static final int TAG = 6;
    private static final int BREAK = 0xff;
    private static final long INDEFINITE = -1;

    /// How many members or items are left, by depth; [#INDEFINITE] until a break.
    private final long[] left = new long[DEPTH_MAX + 1];

    private final boolean seconds;

    /// @param seconds whether whole numbers that are timestamps are seconds, and not milliseconds
    CborReader(byte[] body, boolean seconds) {
        super(body);
        this.seconds = seconds;
    }

    @Override
    public Token token() {
        skipTags();
        int head = peek();
        return switch (head >> 5) {
            case UNSIGNED, NEGATIVE -> Token.NUMBER;
            case BYTES -> Token.BYTES;
            case TEXT -> Token.TEXT;
            case LIST -> Token.LIST;
            case MAP -> Token.MAP;
            default ->
                switch (head) {
                    case 0xf4, 0xf5 -> Token.BOOLEAN;
                    case 0xf6, 0xf7 -> Token.NULL;
                    case 0xf9, 0xfa, 0xfb -> Token.NUMBER;
                    default -> throw AwsFault.unreadable();
                };
        };
    }

    @Override
    public void enterMap() {
        enter(MAP);
    }

    @Override
    public boolean nextName() {
        if (!advance()) return false;
        readText();
        return true;
    }

    @Override
    public void enterList() {
        enter(LIST);
    }

    @Override
    public boolean nextItem() {
        return advance();
    }

    private void enter(int major) {
        skipTags();
        int head = take();
        if (head >> 5 != major) throw AwsFault.unreadable();
        deeper();
        left[depth] = argument(head);
    }

    private boolean advance() {
        boolean more = left[depth] == INDEFINITE ? peek() != BREAK : left[depth] > 0;
        if (more) {
            if (left[depth] > 0) left[depth]--;
        } else {
            if (left[depth] == INDEFINITE) at++;
            depth--;
        }
        return more;
    }

    @Override
    public void readText() {
        string(TEXT);
    }

    @Override
    public MemorySegment readBlob() {
        skipTags();
        string(BYTES);
        return utf8();
    }

    private void string(int major) {
        skipTags();
        int head = take();
        if (head >> 5 != major) throw AwsFault.unreadable();
        long length = argument(head);
        if (length == INDEFINITE) {
            chunks(major);
        } else {
            region = body;
            regionStart = at;
            regionLength = run(length);
            at += regionLength;
        }
    }

    /// An indefinite string: definite ones, one after the other, until a break.
    private void chunks(int major) {
        var out = new ByteArrayOutputStream();
        for (int head = take(); head != BREAK; head = take()) {
            long length = argument(head);
            if (head >> 5 != major || length == INDEFINITE) throw AwsFault.unreadable();
            int run = run(length);
            out.write(body, at, run);
            at += run;
        }
        region = out.toByteArray();
        regionStart = 0;
        regionLength = region.length;
    }

    private int run(long length) {
        if (length < 0 || length > body.length - at) throw AwsFault.unreadable();
        return (int) length;
    }

    @Override
    public BigDecimal readNumber() {
        skipTags();
        int head = take();
        return switch (head) {
            case 0xf9 -> finite(Float.float16ToFloat((short) big(2)));
            case 0xfa -> finite(Float.intBitsToFloat((int) big(4)));
            case 0xfb -> finite(Double.longBitsToDouble(big(8)));
            default -> {
                long argument = argument(head);
                var value = argument >= 0 ? BigInteger.valueOf(argument) : unsigned(argument);
                if (head >> 5 == UNSIGNED) yield new BigDecimal(value);
                if (head >> 5 == NEGATIVE) yield new BigDecimal(value.not());
                throw AwsFault.unreadable();
            }
        };
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    private static BigDecimal finite(double value) {
        if (!Double.isFinite(value)) throw AwsFault.unreadable();
        return BigDecimal.valueOf(value);
    }

    @Override
    public double readDecimal() {
        if (token() != Token.NUMBER) return super.readDecimal();
        int head = peek();
        if (head < 0xf9) return super.readDecimal();
        at++;
        return switch (head) {
            case 0xf9 -> Float.float16ToFloat((short) big(2));
            case 0xfa -> Float.intBitsToFloat((int) big(4));
            default -> Double.longBitsToDouble(big(8));
        };
    }

    @Override
    public long readMoment() {
        skipTags();
        boolean inSeconds = seconds || peek() >= 0xf9;
        var number = readNumber();
        return Numbers.saturated(inSeconds ? number.scaleByPowerOfTen(3) : number);
    }

    @Override
    public boolean readBoolean() {
        skipTags();
        int head = take();
        if (head != 0xf4 && head != 0xf5) throw AwsFault.unreadable();
        return head == 0xf5;
    }

    @Override
    public void readNull() {
        at++;
    }

    @Override
    public void expectEnd() {
        if (at != body.length) throw AwsFault.unreadable();
    }

    private void skipTags() {
        while (peek() >> 5 == TAG) argument(take());
    }

    /// The number in a head: a value, a length or a count; [#INDEFINITE] for 31.
    private long argument(int head) {
        int low = head & 0x1f;
        if (low < 24) return low;
        return switch (low) {
            case 24 -> big(1);
            case 25 -> big(2);
            case 26 -> big(4);
            case 27 -> big(8);
            case 31 -> {
                if (head >> 5 < BYTES || head >> 5 == TAG) throw AwsFault.unreadable();
                yield INDEFINITE;
            }
            default -> throw AwsFault.unreadable();
        };
    }

    private long big(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) value = value << 8 | take();
        return value;
    }

    private int take() {
        int b = peek();
        at++;
        return b;
    }

    private int peek() {
        if (at >= body.length) throw AwsFault.unreadable();
        return body[at] & 0xff;
    }
}
