package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.Condition.Comparator;
import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.List;

/// Which items a Query is about: those of one hash key, and of some range keys.
///
/// @param range holds for all if the request has none
record KeyCondition(AttributeValue hash, Condition range) {
    /// Takes a condition apart: one `=` on the hash key, and at most one other on the range key.
    ///
    /// @throws AwsFault it is not of that form
    static KeyCondition of(Condition condition, Order order) {
        var parts = new ArrayList<Condition>();
        flatten(condition, parts);
        var hashes = parts.stream().filter(part -> isHash(part, order)).toList();
        if (hashes.isEmpty())
            throw AwsFault.validation(
                    "Query condition missed key schema element: " + order.key().hash());
        parts.remove(hashes.getFirst());
        if (parts.size() > 1) throw AwsFault.validation("Conditions can be of length 1 or 2 only");
        for (var part : parts) checkRange(part, order);
        var compared = (Condition.Compared) hashes.getFirst();
        var hash = ((Operand.Given) compared.right()).value();
        checkType(order, order.key().hash(), hash);
        return new KeyCondition(hash, new Condition.All(parts));
    }

    private static void flatten(Condition condition, List<Condition> parts) {
        if (condition instanceof Condition.All(var of)) of.forEach(part -> flatten(part, parts));
        else parts.add(condition);
    }

    private static boolean isHash(Condition part, Order order) {
        return part instanceof Condition.Compared(Operand.At(Path path), Comparator comparator, Operand.Given _)
                && comparator == Comparator.EQUAL
                && path.isWhole()
                && path.attribute().equals(order.key().hash());
    }

    private static void checkRange(Condition part, Order order) {
        var path = switch (part) {
            case Condition.Compared(Operand.At(Path at), Comparator comparator, Operand.Given(var value))
            when comparator != Comparator.NOT_EQUAL -> checked(order, at, value);
            case Condition.Between(Operand.At(Path at), Operand.Given(var low), Operand.Given(var high)) -> {
                checked(order, at, low);
                yield checked(order, at, high);
            }
            case Condition.BeginsWith(Operand.At(Path at), Operand.Given(var prefix)) -> checked(order, at, prefix);
            default -> throw AwsFault.validation("Query key condition not supported");
        };
        if (!path.isWhole()) throw AwsFault.validation("Query key condition not supported");
    }

    private static Path checked(Order order, Path at, AttributeValue value) {
        var range = order.key().range();
        if (range.isEmpty() || !range.get().equals(at.attribute()))
            throw AwsFault.validation("Query condition missed key schema element: "
                    + range.orElse(order.key().hash()));
        checkType(order, at.attribute(), value);
        return at;
    }

    private static void checkType(Order order, String name, AttributeValue value) {
        if (value.type() != order.table().types().get(name))
            throw Table.invalid("Condition parameter type does not match schema type");
    }
}
