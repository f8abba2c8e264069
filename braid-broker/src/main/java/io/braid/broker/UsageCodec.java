package io.braid.broker;

import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/// A row of an hour as a record of a compacted stream, big-endian. The newest record of a key counts.
///
/// | part  | layout                                                                                     |
/// |-------|--------------------------------------------------------------------------------------------|
/// | key   | hours since 1970 (i64), stream (2 x i64), mode (i8), life (i64)                            |
/// | value | version (i8), account, region, name (i16 and UTF-8 each), units (i8), each: code (i8), i64 |
///
/// Units that a later release counts are passed over.
final class UsageCodec {
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 4 * Long.BYTES + 1;
    private static final UsageUnit[] UNITS = UsageUnit.values();
    private static final Stream.Mode[] MODES = {Stream.Mode.PROVISIONED, Stream.Mode.ON_DEMAND}; // by their code

    /// @param life tells two runs of a server apart, which count the same hour each for itself
    record Kept(UsageRow row, long life) {}

    private UsageCodec() {}

    static void add(BatchBuilder batch, long nowMillis, UsageRow row, long life) {
        var key = ByteBuffer.allocate(KEY_BYTES)
                .putLong(UsageHours.of(row.from().toEpochMilli()))
                .putLong(row.stream().getMostSignificantBits())
                .putLong(row.stream().getLeastSignificantBits())
                .put((byte) (row.mode() == MODES[0] ? 0 : 1))
                .putLong(life);
        batch.add(nowMillis, MemorySegment.ofArray(key.array()), MemorySegment.ofArray(value(row)));
    }

    private static byte[] value(UsageRow row) {
        byte[][] texts = {
            utf8(row.owner().account()),
            utf8(row.owner().region()),
            utf8(row.owner().name())
        };
        int size = 2 + UNITS.length * (1 + Long.BYTES);
        for (var text : texts) size += Short.BYTES + text.length;
        var value = ByteBuffer.allocate(size).put(VERSION);
        for (var text : texts) value.putShort((short) text.length).put(text);
        value.put((byte) UNITS.length);
        for (var unit : UNITS) value.put(unit.code()).putLong(row.usage().of(unit));
        return value.array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// @throws IOException it cannot be read, or a later release has written it
    static Kept read(MemorySegment keyBytes, MemorySegment valueBytes) throws IOException {
        var key = ByteBuffer.wrap(keyBytes.toArray(ValueLayout.JAVA_BYTE));
        var value = ByteBuffer.wrap(valueBytes.toArray(ValueLayout.JAVA_BYTE));
        try {
            var hour = Instant.ofEpochMilli(UsageHours.start(key.getLong()));
            var stream = new UUID(key.getLong(), key.getLong());
            var mode = MODES[key.get()];
            long life = key.getLong();
            byte version = value.get();
            if (version != VERSION)
                throw new IOException(
                        "version %d of a row of usage: this release reads version %d".formatted(version, VERSION));
            var owner = new UsageRow.Owner(text(value), text(value), text(value));
            return new Kept(new UsageRow(hour, stream, mode, owner, usage(value)), life);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IOException("a row of usage is damaged: " + e, e);
        }
    }

    private static Usage usage(ByteBuffer value) {
        var amounts = new long[UNITS.length];
        for (int left = value.get(); left > 0; left--) {
            byte code = value.get();
            long amount = value.getLong();
            for (var unit : UNITS) if (unit.code() == code) amounts[unit.ordinal()] = amount;
        }
        return Usage.of(amounts);
    }

    private static String text(ByteBuffer value) {
        var bytes = new byte[value.getShort()];
        value.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
