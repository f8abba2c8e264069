package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/// What Amazon says about Base64 that it refuses, as recorded from the service ("dectected" is theirs).
final class Base64Text {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    /// How much of a refused text is quoted back.
    private static final int QUOTED_BYTES_MAX = 1024;

    private Base64Text() {}

    /// What is wrong with the length and the last unit, which the JDK's decoder is lenient about.
    static Optional<String> fault(byte[] bytes, int start, int length) {
        if ((length & 3) != 0)
            return Optional.of(prefix(bytes, start, length)
                    + "Base64 encoded length is expected a multiple of 4 bytes but found: " + length);
        if (length == 0 || bytes[start + length - 1] != '=') return Optional.empty();
        boolean two = bytes[start + length - 2] == '=';
        int last = ALPHABET.indexOf(bytes[start + length - (two ? 3 : 2)]);
        boolean spills = last >= 0 && (last & (two ? 15 : 3)) != 0;
        return spills
                ? badCharacter(bytes, start, length)
                        .or(() -> Optional.of(
                                prefix(bytes, start, length) + "Invalid last non-pad Base64 character dectected"))
                : Optional.empty();
    }

    /// Names the first character that is none of the alphabet, or is padding in the middle.
    static Optional<String> badCharacter(byte[] bytes, int start, int length) {
        int end = start + length;
        for (int i = start; i < end; i++) {
            boolean padding = bytes[i] == '=' && i >= end - 2 && bytes[end - 1] == '=';
            if (ALPHABET.indexOf(bytes[i]) < 0 && !padding)
                return Optional.of(
                        prefix(bytes, start, length) + "Invalid Base64 character: '" + (char) (bytes[i] & 0xff) + "'");
        }
        return Optional.empty();
    }

    private static String prefix(byte[] bytes, int start, int length) {
        return "'" + new String(bytes, start, Math.min(length, QUOTED_BYTES_MAX), UTF_8)
                + "' can not be converted to a Blob: ";
    }
}
