package io.braid.server.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// DER, the notation of certificates and keys (X.690, section 10): values of a tag and a length. Only what
/// [SelfSigned] writes and [Pem] has to take apart.
final class Der {
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTF8_STRING = 0x0c;
    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    /// `[0]`, `[1]` ... around another value.
    static final int EXPLICIT = 0xa0;
    /// `[0]`, `[1]` ... in place of another value's tag.
    static final int IMPLICIT = 0x80;

    static final byte[] NULL = {0x05, 0};

    private static final int INTEGER = 0x02;
    private static final int LONG_FORM = 0x80; // and that many bytes of length

    private Der() {}

    /// A value whose content is these bytes, one after the other.
    static byte[] of(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (var part : parts) content.writeBytes(part);
        var value = new ByteArrayOutputStream();
        value.write(tag);
        writeLength(value, content.size());
        value.writeBytes(content.toByteArray());
        return value.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return of(SEQUENCE, parts);
    }

    static byte[] integer(BigInteger number) {
        return of(INTEGER, number.toByteArray());
    }

    static byte[] bits(byte[] whole) {
        return of(BIT_STRING, new byte[1], whole); // of the last byte no bit is unused
    }

    /// An object identifier, `1.2.840.10045.2.1`.
    static byte[] oid(String dotted) {
        var numbers =
                Arrays.stream(dotted.split("\\.")).mapToInt(Integer::parseInt).toArray();
        var content = new ByteArrayOutputStream();
        content.write(numbers[0] * 40 + numbers[1]);
        for (int i = 2; i < numbers.length; i++) {
            for (int shift = 28; shift > 0; shift -= 7)
                if (numbers[i] >>> shift != 0) content.write(numbers[i] >>> shift & 0x7f | 0x80);
            content.write(numbers[i] & 0x7f);
        }
        return of(OBJECT_IDENTIFIER, content.toByteArray());
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < LONG_FORM) {
            out.write(length);
            return;
        }
        var bytes = BigInteger.valueOf(length).toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        out.write(LONG_FORM | bytes.length - from);
        out.write(bytes, from, bytes.length - from);
    }

    /// One value that was read.
    ///
    /// @param whole with tag and length
    record Value(int tag, byte[] content, byte[] whole) {
        /// The values within.
        List<Value> values() {
            return Der.values(content);
        }
    }

    /// The values that these bytes are.
    ///
    /// @throws IllegalArgumentException they are no DER; the message says what was found
    static List<Value> values(byte[] bytes) {
        var values = new ArrayList<Value>();
        int at = 0;
        while (at < bytes.length) {
            int start = at;
            int tag = bytes[at++] & 0xff;
            int length = at < bytes.length ? bytes[at++] & 0xff : -1;
            if (length >= LONG_FORM) {
                int lengthBytes = length & ~LONG_FORM;
                if (lengthBytes > 3 || at + lengthBytes > bytes.length) length = -1;
                else {
                    length = new BigInteger(1, bytes, at, lengthBytes).intValue();
                    at += lengthBytes;
                }
            }
            if (length < 0 || length > bytes.length - at)
                throw new IllegalArgumentException("it is cut off or damaged at byte %d".formatted(start));
            values.add(new Value(
                    tag, Arrays.copyOfRange(bytes, at, at + length), Arrays.copyOfRange(bytes, start, at + length)));
            at += length;
        }
        return values;
    }
}
