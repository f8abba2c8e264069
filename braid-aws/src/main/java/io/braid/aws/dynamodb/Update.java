package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an UpdateItem changes: a parsed UpdateExpression, or legacy `AttributeUpdates`, which say the same in other
/// words. All operands see the item as it was before.
///
/// @param actions whose paths do not overlap
record Update(List<Action> actions) {
    enum Clause {
        SET,
        REMOVE,
        ADD,
        DELETE
    }

    sealed interface Action {
        Path path();
    }

    record Set(Path path, Operand value) implements Action {}

    record Remove(Path path) implements Action {}

    /// To a number or a set; what is not there counts as 0 or as an empty set.
    record Add(Path path, AttributeValue value) implements Action {}

    /// From a set. A set that loses its last member is gone.
    record Delete(Path path, AttributeValue value) implements Action {}

    Update {
        actions = List.copyOf(actions);
    }

    /// The item after it.
    ///
    /// @throws AwsFault a type does not fit, or a path leads nowhere
    Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
        var after = item;
        for (var action : inOrder()) {
            var value = value(action, item);
            if (value.isPresent()) after = action.path().set(after, value.get());
            else after = action.path().remove(after);
        }
        return after;
    }

    /// Elements that are removed from one list are numbered as they were before: the last ones go first. Those that
    /// are set behind the end of a list come in the order of their numbers.
    private List<Action> inOrder() {
        var ordered = new ArrayList<Action>();
        actions.stream()
                .filter(action -> !(action instanceof Remove))
                .sorted(Comparator.comparingInt(Update::index))
                .forEach(ordered::add);
        actions.stream()
                .filter(action -> action instanceof Remove)
                .sorted(Comparator.comparingInt(Update::index).reversed())
                .forEach(ordered::add);
        return ordered;
    }

    private static int index(Action action) {
        return action.path().steps().getLast() instanceof Path.Step.Element(int index) ? index : -1;
    }

    /// Empty if nothing is left of it.
    private static Optional<AttributeValue> value(Action action, Map<String, AttributeValue> item) {
        var before = action.path().in(item);
        return switch (action) {
            case Set(Path _, Operand value) -> Optional.of(value.required(item));
            case Remove _ -> Optional.empty();
            case Add(Path _, AttributeValue value) ->
                Optional.of(before.map(old -> sum(old, value)).orElseGet(() -> addable(value)));
            case Delete(Path _, AttributeValue value) -> {
                if (!(value instanceof AttributeValue.SetOf)) throw wrongType("DELETE", value);
                yield before.flatMap(old -> difference(old, value));
            }
        };
    }

    private static AttributeValue addable(AttributeValue value) {
        return switch (value) {
            case AttributeValue.Number _, AttributeValue.SetOf _ -> value;
            case AttributeValue.Text _,
                    AttributeValue.Binary _,
                    AttributeValue.ListOf _,
                    AttributeValue.MapOf _,
                    AttributeValue.Bool _,
                    AttributeValue.Null _ -> throw wrongType("ADD", value);
        };
    }

    private static AttributeValue sum(AttributeValue old, AttributeValue value) {
        addable(value);
        if (old instanceof AttributeValue.Number one && value instanceof AttributeValue.Number other)
            return Numbers.sum(one, other);
        if (old instanceof AttributeValue.SetOf(var type, var members)
                && value instanceof AttributeValue.SetOf(var same, var more)
                && type == same) {
            var union = new LinkedHashSet<>(members);
            union.addAll(more);
            return new AttributeValue.SetOf(type, Collections.unmodifiableSet(union));
        }
        throw Operand.wrongType();
    }

    private static Optional<AttributeValue> difference(AttributeValue old, AttributeValue value) {
        if (old instanceof AttributeValue.SetOf(var type, var members)
                && value instanceof AttributeValue.SetOf(var same, var fewer)
                && type == same) {
            var left = new LinkedHashSet<>(members);
            left.removeAll(fewer);
            return left.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new AttributeValue.SetOf(type, Collections.unmodifiableSet(left)));
        }
        throw Operand.wrongType();
    }

    private static AwsFault wrongType(String operator, AttributeValue value) {
        return AwsFault.validation(("Invalid UpdateExpression: Incorrect operand type for operator or function;"
                        + " operator: %s, operand type: %s")
                .formatted(operator, value.type()));
    }

    /// Of an item before or after this, the attributes that this changes (UPDATED_OLD, UPDATED_NEW).
    Map<String, AttributeValue> touched(Map<String, AttributeValue> item) {
        var touched = new LinkedHashMap<String, AttributeValue>();
        for (var action : actions) {
            var name = action.path().attribute();
            var value = item.get(name);
            if (value != null) touched.put(name, value);
        }
        return touched;
    }
}
