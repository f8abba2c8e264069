package io.braid.aws.wire;

import java.lang.foreign.MemorySegment;

/// CBOR as the SDKs read it: indefinite maps and lists, timestamps as tag 1 with what the protocol counts in.
final class CborWriter extends WireWriter {
    private static final int UNSIGNED = 0x00;
    private static final int NEGATIVE = 0x20;
    private static final int BYTES = 0x40;
    private static final int TEXT = 0x60;
    private static final int LIST = 0x9f;
    private static final int MAP = 0xbf;
    private static final int TAG_MOMENT = 0xc1;
    private static final int FALSE = 0xf4;
    private static final int TRUE = 0xf5;
    private static final int BREAK = 0xff;

    private static final int DOUBLE = 0xfb;

    private final boolean seconds;

    /// @param seconds whether timestamps are seconds, as the RFC has it, and not milliseconds
    CborWriter(boolean seconds) {
        this.seconds = seconds;
    }

    @Override
    public WireWriter startMap() {
        put(MAP);
        return this;
    }

    @Override
    public WireWriter endMap() {
        put(BREAK);
        return this;
    }

    @Override
    public WireWriter startList() {
        put(LIST);
        return this;
    }

    @Override
    public WireWriter endList() {
        put(BREAK);
        return this;
    }

    @Override
    public WireWriter field(Name name) {
        put(name.cbor, 0, name.cbor.length);
        return this;
    }

    @Override
    public WireWriter field(String name) {
        text(name);
        return this;
    }

    @Override
    public WireWriter ascii(byte[] bytes, int start, int length) {
        head(TEXT, length);
        put(bytes, start, length);
        return this;
    }

    @Override
    public WireWriter utf8(MemorySegment text) {
        head(TEXT, text.byteSize());
        put(text);
        return this;
    }

    @Override
    public WireWriter number(long value) {
        if (value >= 0) head(UNSIGNED, value);
        else head(NEGATIVE, ~value);
        return this;
    }

    @Override
    public WireWriter decimal(double value) {
        put(DOUBLE);
        long bits = Double.doubleToLongBits(value);
        for (int shift = 56; shift >= 0; shift -= 8) put((int) (bits >>> shift));
        return this;
    }

    @Override
    public WireWriter flag(boolean value) {
        put(value ? TRUE : FALSE);
        return this;
    }

    @Override
    public WireWriter blob(MemorySegment bytes) {
        head(BYTES, bytes.byteSize());
        put(bytes);
        return this;
    }

    @Override
    public WireWriter moment(long millis) {
        put(TAG_MOMENT);
        if (!seconds) return number(millis);
        return millis % 1000 == 0 ? number(millis / 1000) : decimal(millis / 1000.0);
    }

    private void head(int major, long argument) {
        if (argument < 24) {
            put(major + (int) argument);
        } else if (argument < 1L << 8) {
            head(major, 24, argument, 1);
        } else if (argument < 1L << 16) {
            head(major, 25, argument, 2);
        } else if (argument < 1L << 32) {
            head(major, 26, argument, 4);
        } else {
            head(major, 27, argument, 8);
        }
    }

    private void head(int major, int low, long argument, int bytes) {
        put(major + low);
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) put((int) (argument >>> shift));
    }
}
