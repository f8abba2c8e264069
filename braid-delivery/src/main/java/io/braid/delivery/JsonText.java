package io.braid.delivery;

import java.util.Optional;

/// Whether bytes are one JSON text (RFC 8259), and if not, why. They are known to be UTF-8. One thread, one text.
final class JsonText {
    private static final int DEPTH_MAX = 512;
    private static final int END = -1;

    private final byte[] bytes;
    private int at;

    private JsonText(byte[] bytes) {
        this.bytes = bytes;
    }

    /// As a sentence; empty if it is one.
    static Optional<String> fault(byte[] bytes) {
        var text = new JsonText(bytes);
        try {
            text.value(0);
            if (text.next() != END) throw text.wrong("the end");
            return Optional.empty();
        } catch (Wrong wrong) {
            return Optional.of(wrong.getMessage());
        }
    }

    private static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    private Wrong wrong(String expected) {
        boolean isPrinted = at < bytes.length && bytes[at] >= ' ' && bytes[at] != 0x7f;
        var found = at == bytes.length
                ? "its end"
                : isPrinted ? "'%c'".formatted(bytes[at]) : "0x%02x".formatted(bytes[at]);
        return new Wrong(
                "The record is no JSON text: at byte %d %s is expected, %s was found.".formatted(at, expected, found));
    }

    /// The first byte behind white space, which stays where it is.
    private int next() {
        while (at < bytes.length && " \t\r\n".indexOf(bytes[at]) >= 0) at++;
        return peek();
    }

    private int peek() {
        return at < bytes.length ? bytes[at] & 0xff : END;
    }

    private void take(char expected) throws Wrong {
        if (peek() != expected) throw wrong("'" + expected + "'");
        at++;
    }

    private boolean takeIf(char wanted) {
        if (peek() != wanted) return false;
        at++;
        return true;
    }

    private void value(int depth) throws Wrong {
        if (depth > DEPTH_MAX) throw wrong("no more than %d values within each other".formatted(DEPTH_MAX));
        switch (next()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object(int depth) throws Wrong {
        take('{');
        if (next() == '}') {
            at++;
            return;
        }
        do {
            next();
            string();
            next();
            take(':');
            value(depth + 1);
            next();
        } while (takeIf(','));
        take('}');
    }

    private void array(int depth) throws Wrong {
        take('[');
        if (next() == ']') {
            at++;
            return;
        }
        do {
            value(depth + 1);
            next();
        } while (takeIf(','));
        take(']');
    }

    private void string() throws Wrong {
        take('"');
        while (!takeIf('"')) {
            int c = peek();
            if (c < ' ') throw wrong("a character of a string");
            at++;
            if (c == '\\') escape();
        }
    }

    private void escape() throws Wrong {
        if (takeIf('u')) {
            for (int i = 0; i < 4; i++) {
                if (Character.digit(peek(), 16) < 0) throw wrong("a hexadecimal digit");
                at++;
            }
            return;
        }
        if (peek() == END || "\"\\/bfnrt".indexOf(peek()) < 0) throw wrong("an escaped character");
        at++;
    }

    private void word(String word) throws Wrong {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) throw wrong(word);
            at++;
        }
    }

    private void number() throws Wrong {
        boolean negative = takeIf('-');
        if (!isDigit()) throw wrong(negative ? "a digit" : "a value");
        if (!takeIf('0')) digits();
        if (takeIf('.')) digits();
        if (takeIf('e') || takeIf('E')) {
            if (!takeIf('+')) takeIf('-');
            digits();
        }
    }

    private boolean isDigit() {
        return peek() >= '0' && peek() <= '9';
    }

    private void digits() throws Wrong {
        if (!isDigit()) throw wrong("a digit");
        while (isDigit()) at++;
    }
}
