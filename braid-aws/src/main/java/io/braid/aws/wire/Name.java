package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/// The name of a member, encoded once for both protocols. ASCII, at most 255 characters.
public final class Name {
    final byte[] ascii;
    final byte[] json;
    final byte[] cbor;

    public Name(String text) {
        ascii = text.getBytes(US_ASCII);
        json = ('"' + text + "\":").getBytes(US_ASCII);
        int head = ascii.length < 24 ? 1 : 2;
        cbor = new byte[head + ascii.length];
        if (head == 1) {
            cbor[0] = (byte) (0x60 + ascii.length);
        } else {
            cbor[0] = 0x78;
            cbor[1] = (byte) ascii.length;
        }
        System.arraycopy(ascii, 0, cbor, head, ascii.length);
    }

    boolean isAt(byte[] bytes, int start, int length) {
        return length == ascii.length && Arrays.equals(bytes, start, start + length, ascii, 0, length);
    }

    @Override
    public String toString() {
        return new String(ascii, US_ASCII);
    }
}
