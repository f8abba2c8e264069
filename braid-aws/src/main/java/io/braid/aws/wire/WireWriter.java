package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Writes an answer into one growing buffer. One thread.
///
///     answer.startMap().field(SHARD_ID).text("shardId-000000000000").endMap();
public abstract sealed class WireWriter permits JsonWriter, CborWriter, XmlWriter {
    private static final int START_BYTES = 512;

    protected byte[] buffer = new byte[START_BYTES];
    protected int size;

    public abstract WireWriter startMap();

    public abstract WireWriter endMap();

    public abstract WireWriter startList();

    public abstract WireWriter endList();

    /// The name of the member whose value comes next.
    public abstract WireWriter field(Name name);

    /// The same for a name that is not ours, such as an attribute's.
    public abstract WireWriter field(String name);

    /// Text that is known to be printable ASCII without quotes and backslashes.
    public abstract WireWriter ascii(byte[] bytes, int start, int length);

    /// Text that is known to be valid UTF-8.
    public abstract WireWriter utf8(MemorySegment text);

    public abstract WireWriter number(long value);

    /// A finite number.
    public abstract WireWriter decimal(double value);

    public abstract WireWriter flag(boolean value);

    public abstract WireWriter blob(MemorySegment bytes);

    /// Milliseconds since 1970.
    public abstract WireWriter moment(long millis);

    public final WireWriter text(String text) {
        return utf8(MemorySegment.ofArray(text.getBytes(UTF_8)));
    }

    /// What was written: valid until the next write, `size` bytes of it.
    public final byte[] buffer() {
        return buffer;
    }

    public final int size() {
        return size;
    }

    /// Forgets what was written.
    void restart() {
        size = 0;
    }

    /// Makes room for at least `count` more bytes.
    public final void reserve(int count) {
        if (buffer.length - size < count)
            buffer = Arrays.copyOf(buffer, (int)
                    Math.min(Integer.MAX_VALUE - 16, Math.max(2L * size, (long) size + count)));
    }

    protected final void put(int b) {
        reserve(1);
        buffer[size++] = (byte) b;
    }

    protected final void put(byte[] bytes, int start, int length) {
        reserve(length);
        System.arraycopy(bytes, start, buffer, size, length);
        size += length;
    }

    protected final void put(MemorySegment bytes) {
        int length = Math.toIntExact(bytes.byteSize());
        reserve(length);
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, buffer, size, length);
        size += length;
    }
}
