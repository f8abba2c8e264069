package io.braid.bench.load;

import java.nio.charset.StandardCharsets;

/// Finds its way through CBOR (RFC 8949) from item to item, without looking at what it passes over. One thread.
final class CborScan {
    private static final int UNSIGNED = 0;
    private static final int DATA = 2;
    private static final int TEXT = 3;
    private static final int LIST = 4;
    private static final int MAP = 5;
    private static final int TAG = 6;
    private static final int INDEFINITE = 31; // as what follows the type in an item's first byte
    private static final int BREAK = 0xff;

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;

    CborScan(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.at = start;
        this.end = end;
    }

    /// Does something with each member of the map that comes next. Its name has been read; it has to [skip][#skip]
    /// the value, or [read][#text] it.
    void map(Member member) {
        long left = items(MAP);
        while (left < 0 ? !endsHere() : left-- > 0) {
            member.at(text());
        }
    }

    /// How many items the list has that comes next; passes over them.
    int list() {
        long left = items(LIST);
        int count = 0;
        while (left < 0 ? !endsHere() : left-- > 0) {
            skip();
            count++;
        }
        return count;
    }

    /// The text that comes next, which lies in one piece.
    String text() {
        int length = (int) items(TEXT);
        var text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    /// The number that comes next.
    long number() {
        return items(UNSIGNED);
    }

    boolean isText() {
        return type() == TEXT;
    }

    /// Passes over one item with all it holds.
    void skip() {
        int type = type();
        long value = head();
        switch (type) {
            case DATA, TEXT -> {
                if (value >= 0) at = Math.toIntExact(at + value);
                else while (!endsHere()) skip();
            }
            case LIST, MAP -> {
                int each = type == MAP ? 2 : 1;
                if (value < 0) while (!endsHere()) skip();
                else for (long left = value * each; left > 0; left--) skip();
            }
            case TAG -> skip();
            default -> {} // a number, or a simple value: the head is all of it
        }
    }

    /// What is done with one member of a map.
    interface Member {
        void at(String name);
    }

    /// The length or number of what comes next, which must be of a type; -1 if a break ends it.
    private long items(int type) {
        if (type() != type) {
            throw new IllegalArgumentException(
                    "type %d of CBOR stands at byte %d, where type %d should".formatted(type(), at - start, type));
        }
        return head();
    }

    private int type() {
        if (at >= end) { // also when what was passed over is longer than what is there
            throw new IllegalArgumentException("its CBOR breaks off after %d bytes".formatted(end - start));
        }
        return (bytes[at] & 0xff) >>> 5;
    }

    /// The number in the head of an item, which is passed; -1 for an indefinite length.
    private long head() {
        int low = bytes[at++] & 31;
        if (low < 24) return low;
        if (low == INDEFINITE) return -1;
        if (low > 27)
            throw new IllegalArgumentException("%d is no length of CBOR, at byte %d".formatted(low, at - 1 - start));
        long value = 0;
        for (int left = 1 << (low - 24); left > 0; left--) {
            value = value << 8 | bytes[at++] & 0xff;
        }
        return value;
    }

    /// Whether a break comes next; then it is passed.
    private boolean endsHere() {
        type(); // there is something
        if ((bytes[at] & 0xff) != BREAK) return false;
        at++;
        return true;
    }
}
