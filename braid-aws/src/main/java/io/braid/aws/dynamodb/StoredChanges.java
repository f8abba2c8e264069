package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Protocol;
import io.braid.aws.wire.WireWriter;
import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// Changes as records of a compacted stream. Everything is DynamoDB's own values in CBOR:
///
/// | what  | the record's key              | its value                    |
/// |-------|-------------------------------|------------------------------|
/// | table | `[ "table", id ]`             | `{ version, table }`         |
/// | item  | `[ "item", table, value, … ]` | `{ version, item }`          |
/// | gone  | the same                      | none: a tombstone            |
///
/// A key has one form only, as numbers are kept in one form.
final class StoredChanges {
    private static final int VERSION = 1;
    private static final String TABLE = "table";
    private static final String ITEM = "item";
    private static final String VERSION_NAME = "version";

    private StoredChanges() {}

    static void add(BatchBuilder batch, long nowMillis, Change change) {
        switch (change) {
            case Change.TableKept(Table table) ->
                batch.add(nowMillis, tableKey(table.id()), value(TABLE, attributes(table)));
            case Change.TableGone(UUID table) -> batch.add(nowMillis, tableKey(table), BatchBuilder.ABSENT);
            case Change.ItemKept(UUID table, Key key, Item item) ->
                batch.add(nowMillis, itemKey(table, key), value(ITEM, item.attributes()));
            case Change.ItemGone(UUID table, Key key) -> batch.add(nowMillis, itemKey(table, key), BatchBuilder.ABSENT);
        }
    }

    /// @throws IOException they cannot be read, or a later release has written them
    static Change read(MemorySegment key, MemorySegment value) throws IOException {
        try {
            var names = list(key);
            var id = UUID.fromString(text(names.get(1)));
            var kind = text(names.getFirst());
            boolean isTable = kind.equals(TABLE);
            if (!isTable && !kind.equals(ITEM)) throw new IOException("a later release wrote a %s".formatted(kind));
            var itemKey = isTable ? null : new Key(names.subList(2, names.size()));
            if (value == BatchBuilder.ABSENT)
                return isTable ? new Change.TableGone(id) : new Change.ItemGone(id, itemKey);
            var kept = map(value);
            int version =
                    ((AttributeValue.Number) kept.get(VERSION_NAME)).value().intValueExact();
            if (version > VERSION)
                throw new IOException(
                        "version %d of %s: this release reads up to version %d".formatted(version, kind, VERSION));
            var attributes = ((AttributeValue.MapOf) kept.get(kind)).entries();
            return isTable
                    ? new Change.TableKept(table(attributes))
                    : new Change.ItemKept(id, itemKey, Item.of(attributes));
        } catch (AwsFault
                | ClassCastException
                | ArithmeticException
                | IllegalArgumentException
                | IndexOutOfBoundsException e) {
            throw new IOException("the record is damaged: " + e.getMessage(), e);
        }
    }

    private static MemorySegment tableKey(UUID id) {
        return written(new AttributeValue.ListOf(List.of(text(TABLE), text(id.toString()))));
    }

    private static MemorySegment itemKey(UUID table, Key key) {
        var names = new ArrayList<AttributeValue>(List.of(text(ITEM), text(table.toString())));
        names.addAll(key.values());
        return written(new AttributeValue.ListOf(names));
    }

    private static MemorySegment value(String kind, Map<String, AttributeValue> attributes) {
        var kept = new LinkedHashMap<String, AttributeValue>();
        kept.put(VERSION_NAME, number(VERSION));
        kept.put(kind, new AttributeValue.MapOf(attributes));
        return written(new AttributeValue.MapOf(kept));
    }

    private static MemorySegment written(AttributeValue value) {
        WireWriter writer = Protocol.CBOR.writer();
        AttributeCodec.write(writer, value);
        return MemorySegment.ofArray(writer.buffer()).asSlice(0, writer.size());
    }

    private static AttributeValue read(MemorySegment bytes) {
        var reader = Protocol.CBOR.reader(bytes.toArray(ValueLayout.JAVA_BYTE));
        var value = AttributeCodec.read(reader);
        reader.expectEnd();
        return value;
    }

    private static List<AttributeValue> list(MemorySegment bytes) {
        return ((AttributeValue.ListOf) read(bytes)).items();
    }

    private static Map<String, AttributeValue> map(MemorySegment bytes) {
        return ((AttributeValue.MapOf) read(bytes)).entries();
    }

    // A table as an item.

    private static Map<String, AttributeValue> attributes(Table table) {
        var item = new LinkedHashMap<String, AttributeValue>();
        item.put("id", text(table.id().toString()));
        item.put("name", text(table.name()));
        item.put("created", number(table.createdMillis()));
        var types = new TreeMap<String, AttributeValue>();
        table.types().forEach((name, type) -> types.put(name, text(type.name())));
        item.put("types", new AttributeValue.MapOf(types));
        item.put("key", texts(table.key().names()));
        item.put(
                "indexes",
                new AttributeValue.ListOf(
                        table.indexes().stream().map(StoredChanges::index).toList()));
        item.put("onDemand", new AttributeValue.Bool(table.billing().isOnDemand()));
        item.put("throughput", throughput(table.billing().throughput()));
        item.put("protected", new AttributeValue.Bool(table.isProtected()));
        item.put("recovery", new AttributeValue.Bool(table.hasRecovery()));
        var tags = new TreeMap<String, AttributeValue>();
        table.tags().forEach((name, tag) -> tags.put(name, text(tag)));
        item.put("tags", new AttributeValue.MapOf(tags));
        return item;
    }

    private static Table table(Map<String, AttributeValue> item) {
        var types = new TreeMap<String, Type>();
        ((AttributeValue.MapOf) item.get("types"))
                .entries()
                .forEach((name, type) -> types.put(name, Type.valueOf(text(type))));
        var tags = new TreeMap<String, String>();
        ((AttributeValue.MapOf) item.get("tags")).entries().forEach((name, tag) -> tags.put(name, text(tag)));
        return new Table(
                UUID.fromString(text(item.get("id"))),
                text(item.get("name")),
                number(item.get("created")),
                types,
                new KeySchema(texts(item.get("key"))),
                ((AttributeValue.ListOf) item.get("indexes"))
                        .items().stream().map(StoredChanges::index).toList(),
                new Table.Billing(flag(item.get("onDemand")), throughput(item.get("throughput"))),
                flag(item.get("protected")),
                flag(item.get("recovery")),
                tags);
    }

    private static AttributeValue index(Table.Index index) {
        var item = new LinkedHashMap<String, AttributeValue>();
        item.put("name", text(index.name()));
        item.put("global", new AttributeValue.Bool(index.isGlobal()));
        item.put("key", texts(index.key().names()));
        item.put("projection", text(index.projection().name()));
        item.put("included", texts(index.included()));
        item.put("throughput", throughput(index.throughput()));
        return new AttributeValue.MapOf(item);
    }

    private static Table.Index index(AttributeValue value) {
        var item = ((AttributeValue.MapOf) value).entries();
        return new Table.Index(
                text(item.get("name")),
                flag(item.get("global")),
                new KeySchema(texts(item.get("key"))),
                Table.Projection.valueOf(text(item.get("projection"))),
                texts(item.get("included")),
                throughput(item.get("throughput")));
    }

    private static AttributeValue throughput(Table.Throughput throughput) {
        return new AttributeValue.ListOf(List.of(number(throughput.read()), number(throughput.write())));
    }

    private static Table.Throughput throughput(AttributeValue value) {
        var units = ((AttributeValue.ListOf) value).items();
        return new Table.Throughput(number(units.getFirst()), number(units.getLast()));
    }

    private static AttributeValue texts(List<String> texts) {
        return new AttributeValue.ListOf(texts.stream().map(StoredChanges::text).toList());
    }

    private static List<String> texts(AttributeValue value) {
        return ((AttributeValue.ListOf) value)
                .items().stream().map(StoredChanges::text).toList();
    }

    private static AttributeValue text(String text) {
        return new AttributeValue.Text(text);
    }

    private static String text(AttributeValue value) {
        return ((AttributeValue.Text) value).value();
    }

    private static AttributeValue number(long number) {
        return Numbers.of(BigDecimal.valueOf(number));
    }

    private static long number(AttributeValue value) {
        return ((AttributeValue.Number) value).value().longValueExact();
    }

    private static boolean flag(AttributeValue value) {
        return ((AttributeValue.Bool) value).value();
    }
}
