package io.braid.aws.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One value of an item, in DynamoDB's ten types. Immutable; equal if DynamoDB calls them equal.
/// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html)
sealed interface AttributeValue {
    record Text(String value) implements AttributeValue {}

    /// @param value canonical, see [Numbers]
    record Number(BigDecimal value) implements AttributeValue {}

    /// @param bytes changed by nobody
    record Binary(byte[] bytes) implements AttributeValue {
        @Override
        public boolean equals(Object other) {
            return other instanceof Binary(byte[] same) && Arrays.equals(bytes, same);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /// A set of texts, numbers or binaries, in no order; never empty.
    ///
    /// @param type SS, NS or BS
    record SetOf(Type type, Set<AttributeValue> members) implements AttributeValue {}

    record ListOf(List<AttributeValue> items) implements AttributeValue {}

    record MapOf(Map<String, AttributeValue> entries) implements AttributeValue {}

    record Bool(boolean value) implements AttributeValue {}

    record Null() implements AttributeValue {}

    /// The types by their names on the wire.
    enum Type {
        S,
        N,
        B,
        SS,
        NS,
        BS,
        M,
        L,
        BOOL,
        NULL;

        /// Of a set's members.
        Type ofMembers() {
            return switch (this) {
                case SS -> S;
                case NS -> N;
                case BS -> B;
                case S, N, B, M, L, BOOL, NULL -> throw new IllegalStateException(this + " is no set");
            };
        }
    }

    default Type type() {
        return switch (this) {
            case Text _ -> Type.S;
            case Number _ -> Type.N;
            case Binary _ -> Type.B;
            case SetOf(Type type, var _) -> type;
            case ListOf _ -> Type.L;
            case MapOf _ -> Type.M;
            case Bool _ -> Type.BOOL;
            case Null _ -> Type.NULL;
        };
    }

    /// Bytes as DynamoDB counts them for its limits.
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html)
    default int byteSize() {
        return switch (this) {
            case Text(String value) -> utf8Size(value);
            case Number(BigDecimal value) -> (value.precision() + 1) / 2 + 1;
            case Binary(byte[] bytes) -> bytes.length;
            case SetOf(Type _, var members) ->
                members.stream().mapToInt(AttributeValue::byteSize).sum();
            case ListOf(var items) ->
                3 + items.stream().mapToInt(item -> 1 + item.byteSize()).sum();
            case MapOf(var entries) -> 3 + entries.size() + byteSize(entries);
            case Bool _, Null _ -> 1;
        };
    }

    /// Of an item: names and values.
    static int byteSize(Map<String, AttributeValue> attributes) {
        int size = 0;
        for (var entry : attributes.entrySet())
            size += utf8Size(entry.getKey()) + entry.getValue().byteSize();
        return size;
    }

    private static int utf8Size(String text) {
        return text.getBytes(UTF_8).length;
    }

    /// How many values these are, those within each other too.
    static int count(Map<String, AttributeValue> attributes) {
        return attributes.values().stream().mapToInt(AttributeValue::count).sum();
    }

    private int count() {
        return switch (this) {
            case Text _, Number _, Binary _, Bool _, Null _ -> 1;
            case SetOf(Type _, var members) -> 1 + members.size();
            case ListOf(var items) ->
                1 + items.stream().mapToInt(AttributeValue::count).sum();
            case MapOf(var entries) -> 1 + count(entries);
        };
    }

    /// How many lists and maps lie within each other here.
    default int depth() {
        return switch (this) {
            case ListOf(var items) ->
                1 + items.stream().mapToInt(AttributeValue::depth).max().orElse(0);
            case MapOf(var entries) ->
                1
                        + entries.values().stream()
                                .mapToInt(AttributeValue::depth)
                                .max()
                                .orElse(0);
            case Text _, Number _, Binary _, SetOf _, Bool _, Null _ -> 0;
        };
    }

    /// The order of two values of the same one of the types S, N and B: numbers by value, the others byte by byte.
    static int compare(AttributeValue one, AttributeValue other) {
        return switch (one) {
            case Number(BigDecimal value) when other instanceof Number(BigDecimal second) -> value.compareTo(second);
            case Text(String value)
            when other instanceof Text(String second) ->
                Arrays.compareUnsigned(value.getBytes(UTF_8), second.getBytes(UTF_8));
            case Binary(byte[] bytes)
            when other instanceof Binary(byte[] second) -> Arrays.compareUnsigned(bytes, second);
            case Text _, Number _, Binary _, SetOf _, ListOf _, MapOf _, Bool _, Null _ ->
                throw new IllegalStateException("%s and %s have no order".formatted(one.type(), other.type()));
        };
    }

    /// Whether [#compare] takes these two.
    static boolean areOrdered(AttributeValue one, AttributeValue other) {
        return one.type() == other.type()
                && switch (one.type()) {
                    case S, N, B -> true;
                    case SS, NS, BS, M, L, BOOL, NULL -> false;
                };
    }
}
