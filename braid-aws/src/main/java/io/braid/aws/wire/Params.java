package io.braid.aws.wire;

import io.braid.aws.wire.WireReader.Token;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// The members of a request or of a structure inside it, typed as its [Shape.Structure] says. Members the shape
/// does not know are passed over, as Amazon does; a null counts as absent.
public final class Params {
    /// More items than any list or map of ours may have: reading stops there, long before memory does.
    private static final int ITEMS_MAX = 10_000;

    private final Map<String, Object> values;

    private Params(Map<String, Object> values) {
        this.values = values;
    }

    /// Reads a whole body.
    ///
    /// @throws AwsFault a SerializationException
    public static Params read(WireReader reader, Shape.Structure shape) {
        var params = (Params) value(reader, shape).orElseThrow(AwsFault::unreadable);
        reader.expectEnd();
        new Violations().check(shape, params).raise();
        return params;
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable((String) values.get(name));
    }

    /// A member that the shape requires.
    public String requiredText(String name) {
        return text(name).orElseThrow();
    }

    public OptionalLong number(String name) {
        var value = (Long) values.get(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    public OptionalDouble decimal(String name) {
        var value = (Double) values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /// The numbers of a list; none if it is absent.
    public List<Double> decimals(String name) {
        return items(name, Double.class);
    }

    /// Milliseconds since 1970.
    public OptionalLong moment(String name) {
        return number(name);
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    public Optional<Params> structure(String name) {
        return Optional.ofNullable((Params) values.get(name));
    }

    /// How many entries the map of this name has; 0 if it is absent.
    public int mapSize(String name) {
        return values.get(name) instanceof Map<?, ?> map ? map.size() : 0;
    }

    /// A member whose shape is a [Shape.Own], as that has read it.
    public <T> Optional<T> own(String name, Class<T> type) {
        return Optional.ofNullable(values.get(name)).map(type::cast);
    }

    /// The texts of a list; none if it is absent.
    public List<String> texts(String name) {
        return items(name, String.class);
    }

    /// The structures of a list; none if it is absent.
    public List<Params> structures(String name) {
        return items(name, Params.class);
    }

    /// The items of a list as their shape reads them; none if it is absent.
    public List<?> items(String name) {
        return values.get(name) instanceof List<?> list ? list : List.of();
    }

    private <T> List<T> items(String name, Class<T> type) {
        return items(name).stream().map(type::cast).toList();
    }

    /// A map of texts; empty if it is absent.
    public Map<String, String> textMap(String name) {
        var entries = new LinkedHashMap<String, String>();
        if (values.get(name) instanceof Map<?, ?> map)
            map.forEach((key, value) -> entries.put((String) key, (String) value));
        return entries;
    }

    /// Whether the request has the member, be it empty.
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /// A structure of this shape at the cursor, for a [Shape.Own]; its constraints are not checked.
    public static Params structureAt(WireReader reader, Shape.Structure shape) {
        return structure(reader, shape);
    }

    Optional<Object> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /// The value at the cursor; empty for a null.
    static Optional<Object> value(WireReader reader, Shape shape) {
        var token = reader.token();
        if (token == Token.NULL) {
            reader.readNull();
            return Optional.empty();
        }
        return Optional.of(
                switch (shape) {
                    case Shape.Text _ -> {
                        TypeFaults.expect(reader, Token.TEXT, "an String");
                        reader.readText();
                        yield reader.text();
                    }
                    case Shape.Whole whole -> {
                        TypeFaults.expect(reader, Token.NUMBER, "an " + whole.type());
                        yield Numbers.saturated(reader.readNumber());
                    }
                    case Shape.Decimal _ -> reader.readDecimal();
                    case Shape.Flag _ -> {
                        TypeFaults.expect(reader, Token.BOOLEAN, "an Boolean");
                        yield reader.readBoolean();
                    }
                    case Shape.Moment _ -> {
                        TypeFaults.expect(reader, Token.NUMBER, "milliseconds since epoch");
                        yield reader.readMoment();
                    }
                    case Shape.Blob _ -> blob(reader);
                    case Shape.Own own -> own.reader().apply(reader);
                    case Shape.ListOf list -> list(reader, list);
                    case Shape.MapOf map -> map(reader, map);
                    case Shape.Structure structure -> structure(reader, structure);
                });
    }

    /// The blob at the cursor, type-checked.
    public static MemorySegment blob(WireReader reader) {
        TypeFaults.expectBlob(reader);
        return reader.readBlob();
    }

    private static List<Object> list(WireReader reader, Shape.ListOf shape) {
        TypeFaults.expectContainer(reader, Token.LIST, "Expected list or null");
        var items = new ArrayList<>();
        for (reader.enterList(); reader.nextItem(); ) {
            if (items.size() == ITEMS_MAX) throw AwsFault.unreadable();
            value(reader, shape.item()).ifPresent(items::add);
        }
        return items;
    }

    private static Map<String, Object> map(WireReader reader, Shape.MapOf shape) {
        TypeFaults.expectContainer(reader, Token.MAP, "Expected map or null");
        var entries = new LinkedHashMap<String, Object>();
        for (reader.enterMap(); reader.nextName(); ) {
            if (entries.size() == ITEMS_MAX) throw AwsFault.unreadable();
            var key = reader.text();
            value(reader, shape.value()).ifPresent(value -> entries.put(key, value));
        }
        return entries;
    }

    private static Params structure(WireReader reader, Shape.Structure shape) {
        TypeFaults.expectContainer(reader, Token.MAP, "Expected null");
        var values = new LinkedHashMap<String, Object>();
        for (reader.enterMap(); reader.nextName(); ) {
            var name = reader.text();
            var member =
                    shape.members().stream().filter(m -> m.name().equals(name)).findFirst();
            if (member.isEmpty()) reader.skip();
            else value(reader, member.get().shape()).ifPresent(value -> values.put(name, value));
        }
        return new Params(values);
    }
}
