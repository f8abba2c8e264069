package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;

/// Walks a request body value by value, without building anything. One thread.
///
///     for (reader.enterMap(); reader.nextName(); )
///         if (reader.nameIs(DATA)) use(reader.readBlob()); else reader.skip();
///
/// Every `read…`, `skip` and `enter…` takes exactly the value at the cursor; the caller looks at [#token] first
/// where the type may be wrong. A body that is not well-formed ends in [AwsFault#unreadable].
public abstract sealed class WireReader permits JsonReader, CborReader, FormReader {
    /// Deeper nesting than any request of ours has, which is 32 levels of an item's values, two of ours for each;
    /// guards the stack and the skipper.
    static final int DEPTH_MAX = 80;

    /// What the value at the cursor is.
    public enum Token {
        MAP,
        LIST,
        TEXT,
        /// Only in CBOR; JSON writes blobs as Base64 text.
        BYTES,
        NUMBER,
        BOOLEAN,
        NULL
    }

    protected final byte[] body;
    protected int at;
    protected int depth;

    // The text or byte string that was read last: a region of `region`, which is the body unless it was escaped.
    protected byte[] region;
    protected int regionStart;
    protected int regionLength;

    protected WireReader(byte[] body) {
        this.body = body;
        this.region = body;
    }

    public abstract Token token();

    public abstract void enterMap();

    /// Moves to the next member's value; false, and out of the map, after the last.
    public abstract boolean nextName();

    public abstract void enterList();

    /// Moves to the next item; false, and out of the list, after the last.
    public abstract boolean nextItem();

    public abstract BigDecimal readNumber();

    public abstract boolean readBoolean();

    /// Milliseconds since 1970; the value is a [Token#NUMBER].
    public abstract long readMoment();

    public abstract void readNull();

    /// Reads the text at the cursor: [#text] and [#utf8] show it until the next call.
    public abstract void readText();

    /// The bytes at the cursor, Base64-decoded in JSON; valid as long as the body.
    public abstract MemorySegment readBlob();

    /// Whether nothing but white space is left.
    public abstract void expectEnd();

    /// Whether numbers and the like are told apart from text; if not, [#token] says TEXT to all of them.
    public boolean isTyped() {
        return true;
    }

    /// A floating-point number. What JSON and forms have no number for is the text NaN, Infinity or -Infinity.
    ///
    /// @throws AwsFault it is another text, or nothing that stands for a number
    public double readDecimal() {
        if (token() == Token.TEXT) {
            readText();
            switch (text()) {
                case "NaN" -> {
                    return Double.NaN;
                }
                case "Infinity" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-Infinity" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                default -> {
                    if (isTyped())
                        throw AwsFault.serialization("class java.lang.String can not be converted to a Double");
                }
            }
        } else {
            TypeFaults.expect(this, Token.NUMBER, "a Double");
        }
        return readNumber().doubleValue();
    }

    public final boolean nameIs(Name name) {
        return name.isAt(region, regionStart, regionLength);
    }

    /// The text or name read last.
    public final String text() {
        return new String(region, regionStart, regionLength, UTF_8);
    }

    /// The text read last, as bytes that stay valid as long as the body.
    public final MemorySegment utf8() {
        return MemorySegment.ofArray(region).asSlice(regionStart, regionLength);
    }

    /// Passes over the value at the cursor, whatever it is.
    public final void skip() {
        switch (token()) {
            case MAP -> {
                enterMap();
                while (nextName()) skip();
            }
            case LIST -> {
                enterList();
                while (nextItem()) skip();
            }
            case TEXT -> readText();
            case BYTES -> readBlob();
            case NUMBER -> readNumber();
            case BOOLEAN -> readBoolean();
            case NULL -> readNull();
        }
    }

    protected final void deeper() {
        if (++depth > DEPTH_MAX) throw AwsFault.unreadable();
    }
}
