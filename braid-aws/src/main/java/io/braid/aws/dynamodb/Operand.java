package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an expression compares or sets: where its value comes from.
sealed interface Operand {
    record At(Path path) implements Operand {}

    record Given(AttributeValue value) implements Operand {}

    /// `size(path)`
    record Size(Path path) implements Operand {}

    /// `if_not_exists(path, otherwise)`
    record IfNotExists(Path path, Operand otherwise) implements Operand {}

    /// `list_append(first, second)`
    record ListAppend(Operand first, Operand second) implements Operand {}

    /// `first + second`, `first - second`
    record Sum(Operand first, Operand second, boolean isMinus) implements Operand {}

    /// Its value for this item; empty if it names what the item does not have.
    ///
    /// @throws AwsFault the types do not fit, which only values to be set can find out
    default Optional<AttributeValue> in(Map<String, AttributeValue> item) {
        return switch (this) {
            case At(Path path) -> path.in(item);
            case Given(AttributeValue value) -> Optional.of(value);
            case Size(Path path) -> path.in(item).flatMap(Operand::size);
            case IfNotExists(Path path, Operand otherwise) -> path.in(item).or(() -> otherwise.in(item));
            case ListAppend(Operand first, Operand second) -> {
                var items = new ArrayList<AttributeValue>(list(first.required(item)));
                items.addAll(list(second.required(item)));
                yield Optional.of(new AttributeValue.ListOf(List.copyOf(items)));
            }
            case Sum(Operand first, Operand second, boolean isMinus) -> {
                var one = number(first.required(item));
                var other = number(second.required(item));
                yield Optional.of(isMinus ? Numbers.difference(one, other) : Numbers.sum(one, other));
            }
        };
    }

    /// Its value, for who cannot do without.
    ///
    /// @throws AwsFault there is none, or its types do not fit
    default AttributeValue required(Map<String, AttributeValue> item) {
        return in(item).orElseThrow(() ->
                AwsFault.validation("The provided expression refers to an attribute that does not exist in the item"));
    }

    private static Optional<AttributeValue> size(AttributeValue value) {
        return switch (value) {
            case AttributeValue.Text _, AttributeValue.Binary _ -> sizeOf(value.byteSize());
            case AttributeValue.SetOf(var _, var members) -> sizeOf(members.size());
            case AttributeValue.ListOf(var items) -> sizeOf(items.size());
            case AttributeValue.MapOf(var entries) -> sizeOf(entries.size());
            case AttributeValue.Number _, AttributeValue.Bool _, AttributeValue.Null _ -> Optional.empty();
        };
    }

    private static Optional<AttributeValue> sizeOf(int size) {
        return Optional.of(Numbers.of(BigDecimal.valueOf(size)));
    }

    private static List<AttributeValue> list(AttributeValue value) {
        if (value instanceof AttributeValue.ListOf(var items)) return items;
        throw wrongType();
    }

    private static AttributeValue.Number number(AttributeValue value) {
        if (value instanceof AttributeValue.Number number) return number;
        throw wrongType();
    }

    static AwsFault wrongType() {
        return AwsFault.validation("An operand in the update expression has an incorrect data type");
    }
}
