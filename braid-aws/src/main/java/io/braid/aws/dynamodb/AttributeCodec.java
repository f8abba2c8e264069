package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.TypeFaults;
import io.braid.aws.wire.WireReader;
import io.braid.aws.wire.WireReader.Token;
import io.braid.aws.wire.WireWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// Values and items as the wire has them: a map of one member whose name is the type. Requests and answers are JSON;
/// what is kept on the disk is the same in CBOR.
final class AttributeCodec {
    /// Lists, maps and sets of more than this many values are larger than any item may be.
    private static final int VALUES_MAX = 400 << 10;
    private static final int DEPTH_MAX = 32;

    private AttributeCodec() {}

    /// @throws AwsFault it is none, in DynamoDB's words
    static Map<String, AttributeValue> readItem(WireReader reader) {
        TypeFaults.expectContainer(reader, Token.MAP, "Expected map or null");
        var item = readEntries(reader);
        if (item.values().stream().anyMatch(value -> value.depth() > DEPTH_MAX))
            throw AwsFault.validation("Nesting Levels have exceeded supported limits");
        return item;
    }

    private static Map<String, AttributeValue> readEntries(WireReader reader) {
        var entries = new LinkedHashMap<String, AttributeValue>();
        for (reader.enterMap(); reader.nextName(); ) {
            var name = reader.text();
            if (entries.size() == VALUES_MAX) throw AwsFault.unreadable();
            entries.put(name, read(reader));
        }
        return Collections.unmodifiableMap(entries);
    }

    /// @throws AwsFault it is none, in DynamoDB's words
    static AttributeValue read(WireReader reader) {
        TypeFaults.expectContainer(reader, Token.MAP, "Expected null");
        AttributeValue found = null;
        for (reader.enterMap(); reader.nextName(); ) {
            var name = reader.text();
            if (reader.token() == Token.NULL) {
                reader.readNull(); // SDKs write the members that they do not set, too
                continue;
            }
            if (found != null)
                throw AwsFault.validation("Supplied AttributeValue has more than one datatypes set, must contain"
                        + " exactly one of the supported datatypes");
            found = read(reader, name);
        }
        if (found == null) throw noType();
        return found;
    }

    private static AwsFault noType() {
        return AwsFault.validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
    }

    private static AttributeValue read(WireReader reader, String name) {
        return switch (name) {
            case "S" -> new AttributeValue.Text(text(reader));
            case "N" -> Numbers.parse(text(reader));
            case "B" -> binary(reader);
            case "SS" -> set(reader, Type.SS);
            case "NS" -> set(reader, Type.NS);
            case "BS" -> set(reader, Type.BS);
            case "M" -> {
                TypeFaults.expectContainer(reader, Token.MAP, "Expected map or null");
                yield new AttributeValue.MapOf(readEntries(reader));
            }
            case "L" -> {
                TypeFaults.expectContainer(reader, Token.LIST, "Expected list or null");
                var items = new ArrayList<AttributeValue>();
                for (reader.enterList(); reader.nextItem(); ) {
                    if (items.size() == VALUES_MAX) throw AwsFault.unreadable();
                    items.add(read(reader));
                }
                yield new AttributeValue.ListOf(Collections.unmodifiableList(items));
            }
            case "BOOL" -> {
                TypeFaults.expect(reader, Token.BOOLEAN, "an Boolean");
                yield new AttributeValue.Bool(reader.readBoolean());
            }
            case "NULL" -> {
                TypeFaults.expect(reader, Token.BOOLEAN, "an Boolean");
                if (!reader.readBoolean())
                    throw AwsFault.validation("One or more parameter values were invalid: Null attribute value types"
                            + " must have the value of true");
                yield new AttributeValue.Null();
            }
            default -> {
                reader.skip();
                throw noType();
            }
        };
    }

    private static String text(WireReader reader) {
        TypeFaults.expect(reader, Token.TEXT, "an String");
        reader.readText();
        return reader.text();
    }

    private static AttributeValue.Binary binary(WireReader reader) {
        return new AttributeValue.Binary(Params.blob(reader).toArray(ValueLayout.JAVA_BYTE));
    }

    private static AttributeValue set(WireReader reader, Type type) {
        TypeFaults.expectContainer(reader, Token.LIST, "Expected list or null");
        var members = new LinkedHashSet<AttributeValue>();
        var all = new ArrayList<String>(); // as messages show them
        for (reader.enterList(); reader.nextItem(); ) {
            if (all.size() == VALUES_MAX) throw AwsFault.unreadable();
            var member = type == Type.BS
                    ? binary(reader)
                    : type == Type.NS ? Numbers.parse(text(reader)) : new AttributeValue.Text(text(reader));
            members.add(member);
            all.add(shown(member));
        }
        if (members.isEmpty())
            throw AwsFault.validation(
                    "One or more parameter values were invalid: An %s set  may not be empty".formatted(word(type)));
        if (members.size() < all.size())
            throw AwsFault.validation(
                    "One or more parameter values were invalid: Input collection %s contains duplicates."
                            .formatted(all));
        return new AttributeValue.SetOf(type, Collections.unmodifiableSet(members));
    }

    private static String word(Type set) {
        return switch (set.ofMembers()) {
            case S -> "string";
            case N -> "number";
            default -> "binary";
        };
    }

    private static String shown(AttributeValue value) {
        return switch (value) {
            case AttributeValue.Text(String text) -> text;
            case AttributeValue.Number number -> Numbers.text(number);
            default -> "java.nio.HeapByteBuffer[pos=0 lim=%1$d cap=%1$d]".formatted(value.byteSize());
        };
    }

    static void writeItem(WireWriter answer, Map<String, AttributeValue> item) {
        answer.startMap();
        item.forEach((name, value) -> write(answer.field(name), value));
        answer.endMap();
    }

    static void write(WireWriter answer, AttributeValue value) {
        answer.startMap().field(Names.TYPES.get(value.type()));
        switch (value) {
            case AttributeValue.Text(String text) -> answer.text(text);
            case AttributeValue.Number number -> answer.text(Numbers.text(number));
            case AttributeValue.Binary(byte[] bytes) -> answer.blob(MemorySegment.ofArray(bytes));
            case AttributeValue.SetOf(Type _, var members) -> {
                answer.startList();
                for (var member : members) writeMember(answer, member);
                answer.endList();
            }
            case AttributeValue.ListOf(List<AttributeValue> items) -> {
                answer.startList();
                for (var item : items) write(answer, item);
                answer.endList();
            }
            case AttributeValue.MapOf(var entries) -> writeItem(answer, entries);
            case AttributeValue.Bool(boolean flag) -> answer.flag(flag);
            case AttributeValue.Null _ -> answer.flag(true);
        }
        answer.endMap();
    }

    private static void writeMember(WireWriter answer, AttributeValue member) {
        switch (member) {
            case AttributeValue.Number number -> answer.text(Numbers.text(number));
            case AttributeValue.Binary(byte[] bytes) -> answer.blob(MemorySegment.ofArray(bytes));
            case AttributeValue.Text(String text) -> answer.text(text);
            case AttributeValue.SetOf _,
                    AttributeValue.ListOf _,
                    AttributeValue.MapOf _,
                    AttributeValue.Bool _,
                    AttributeValue.Null _ -> throw new IllegalStateException("a set holds no " + member.type());
        }
    }
}
