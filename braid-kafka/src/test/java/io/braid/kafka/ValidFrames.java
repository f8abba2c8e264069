package io.braid.kafka;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.RequestHeader;

/// Requests that are well formed and mean something or nothing: every field of a version's schema has a value, taken
/// from few enough that they often name what is there. All chance comes from one generator.
final class ValidFrames {
    private static final int ITEMS_MAX = 3;
    private static final List<String> WORDS =
            List.of("t", "t", "u", "g", "", "1", "data", "range", "consumer", "retention.ms", "group.version", "größe");
    private static final List<Long> NUMBERS = List.of(-1L, 0L, 0L, 1L, 1L, 2L, 3L, 10L, 100L);

    private final RandomGenerator random;
    private final Uuid topic;

    /// @param topic the id of a topic that exists
    ValidFrames(RandomGenerator random, Uuid topic) {
        this.random = random;
        this.topic = topic;
    }

    /// A request without the size before it.
    byte[] frame(ApiKeys api, short version) {
        var header = new RequestHeader(api, version, "fuzz", random.nextInt());
        var head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        var schema = api.messageType.requestSchemas()[version];
        var body = struct(schema);
        var frame = ByteBuffer.allocate(head.remaining() + schema.sizeOf(body)).put(head);
        schema.write(frame, body);
        return frame.array();
    }

    private Struct struct(Schema schema) {
        var struct = new Struct(schema);
        for (var field : schema.fields()) struct.set(field, value(field.def, field.def.type));
        return struct;
    }

    private Object value(Field field, Type type) {
        boolean isNull = type.isNullable() && random.nextInt(6) == 0;
        if (isNull) return null;
        return switch (type) {
            case Schema schema -> struct(schema);
            case ArrayOf array -> items(field, array.arrayElementType().orElseThrow());
            case CompactArrayOf array -> items(field, array.arrayElementType().orElseThrow());
            case TaggedFields _ -> new TreeMap<Integer, Object>();
            default -> plain(type);
        };
    }

    private Object[] items(Field field, Type type) {
        var items = new Object[random.nextInt(ITEMS_MAX)];
        for (int i = 0; i < items.length; i++) items[i] = value(field, type);
        return items;
    }

    private Object plain(Type type) {
        return switch (type.toString()) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) number();
            case "INT16" -> (short) number();
            case "UINT16" -> (int) Math.abs(number());
            case "INT32" -> (int) number();
            case "UINT32" -> Math.abs(number());
            case "INT64" -> random.nextInt(8) == 0 ? random.nextLong() : number();
            case "FLOAT64" -> random.nextInt(4) == 0 ? Double.NaN : (double) number();
            case "UUID" -> random.nextBoolean() ? topic : new Uuid(random.nextLong(), number());
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" ->
                WORDS.get(random.nextInt(WORDS.size()));
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" -> noise();
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" -> records();
            default -> throw new IllegalStateException("no value is made for a " + type);
        };
    }

    private long number() {
        return NUMBERS.get(random.nextInt(NUMBERS.size()));
    }

    private ByteBuffer noise() {
        var bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private MemoryRecords records() {
        var codec = random.nextBoolean() ? Compression.NONE : Compression.gzip().build();
        return MemoryRecords.withRecords(
                codec, new SimpleRecord(noise().array()), new SimpleRecord(1_000, noise().array(), noise().array()));
    }
}
