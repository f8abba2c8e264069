package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What an item must be like: a parsed ConditionExpression, FilterExpression or KeyConditionExpression, or a legacy
/// `Expected`, which says the same in other words. Says no, rather than failing, where types do not fit.
/// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html)
sealed interface Condition {
    /// Of an item that may be anything, not be there even.
    Condition NONE = new All(List.of());

    record All(List<Condition> of) implements Condition {}

    record Any(List<Condition> of) implements Condition {}

    record Not(Condition of) implements Condition {}

    record Compared(Operand left, Comparator comparator, Operand right) implements Condition {}

    record Between(Operand operand, Operand low, Operand high) implements Condition {}

    record In(Operand operand, List<Operand> among) implements Condition {}

    record Exists(Path path) implements Condition {}

    record HasType(Path path, Type type) implements Condition {}

    record BeginsWith(Operand operand, Operand prefix) implements Condition {}

    record Contains(Operand operand, Operand wanted) implements Condition {}

    enum Comparator {
        EQUAL("="),
        NOT_EQUAL("<>"),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">=");

        final String sign;

        Comparator(String sign) {
            this.sign = sign;
        }

        private boolean holds(AttributeValue left, AttributeValue right) {
            if (this == EQUAL) return left.equals(right);
            if (this == NOT_EQUAL) return !left.equals(right);
            if (!AttributeValue.areOrdered(left, right)) return false;
            int order = AttributeValue.compare(left, right);
            return switch (this) {
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
                case EQUAL, NOT_EQUAL -> throw new IllegalStateException("decided above");
            };
        }
    }

    /// Whether this holds for an item; one that does not exist has no attributes.
    default boolean holds(Map<String, AttributeValue> item) {
        return switch (this) {
            case All(var of) -> of.stream().allMatch(condition -> condition.holds(item));
            case Any(var of) -> of.stream().anyMatch(condition -> condition.holds(item));
            case Not(var of) -> !of.holds(item);
            case Compared(Operand left, Comparator comparator, Operand right) -> {
                var one = left.in(item);
                var other = right.in(item);
                if (one.isEmpty() || other.isEmpty())
                    yield comparator == Comparator.NOT_EQUAL && one.isPresent() != other.isPresent();
                yield comparator.holds(one.get(), other.get());
            }
            case Between(Operand operand, Operand low, Operand high) ->
                new Compared(operand, Comparator.GREATER_OR_EQUAL, low).holds(item)
                        && new Compared(operand, Comparator.LESS_OR_EQUAL, high).holds(item);
            case In(Operand operand, var among) ->
                among.stream().anyMatch(one -> new Compared(operand, Comparator.EQUAL, one).holds(item));
            case Exists(Path path) -> path.in(item).isPresent();
            case HasType(Path path, Type type) ->
                path.in(item).filter(value -> value.type() == type).isPresent();
            case BeginsWith(Operand operand, Operand prefix) -> {
                var value = operand.in(item);
                var start = prefix.in(item);
                yield value.isPresent() && start.isPresent() && begins(value.get(), start.get());
            }
            case Contains(Operand operand, Operand wanted) -> {
                var value = operand.in(item);
                var part = wanted.in(item);
                yield value.isPresent() && part.isPresent() && contains(value.get(), part.get());
            }
        };
    }

    private static boolean begins(AttributeValue value, AttributeValue prefix) {
        if (value instanceof AttributeValue.Text(String text) && prefix instanceof AttributeValue.Text(String start))
            return text.startsWith(start);
        return value instanceof AttributeValue.Binary(byte[] bytes)
                && prefix instanceof AttributeValue.Binary(byte[] first)
                && bytes.length >= first.length
                && Arrays.equals(bytes, 0, first.length, first, 0, first.length);
    }

    private static boolean contains(AttributeValue value, AttributeValue part) {
        return switch (value) {
            case AttributeValue.Text(String text) ->
                part instanceof AttributeValue.Text(String wanted) && text.contains(wanted);
            case AttributeValue.Binary(byte[] bytes) ->
                part instanceof AttributeValue.Binary(byte[] wanted) && contains(bytes, wanted);
            case AttributeValue.SetOf(var _, var members) -> members.contains(part);
            case AttributeValue.ListOf(var items) -> items.contains(part);
            case AttributeValue.Number _, AttributeValue.MapOf _, AttributeValue.Bool _, AttributeValue.Null _ -> false;
        };
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
        for (int from = 0; from + wanted.length <= bytes.length; from++)
            if (Arrays.equals(bytes, from, from + wanted.length, wanted, 0, wanted.length)) return true;
        return false;
    }
}
