package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.Condition.Comparator;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Conditions and updates as they were before expressions, which KCL still sends: read into the same [Condition] and
/// [Update].
/// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html)
final class Legacy {
    private static final List<String> PARAMETERS =
            List.of("AttributesToGet", "AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter");
    private static final List<String> EXPRESSIONS = List.of(
            "ProjectionExpression",
            "UpdateExpression",
            "ConditionExpression",
            "KeyConditionExpression",
            "FilterExpression");

    private Legacy() {}

    /// A request speaks in the old way or in the new one.
    ///
    /// @throws AwsFault it does both
    static void requireNotMixed(Params params) {
        var old = PARAMETERS.stream().filter(params::has).toList();
        var expressions = EXPRESSIONS.stream().filter(params::has).toList();
        if (!old.isEmpty() && !expressions.isEmpty())
            throw AwsFault.validation(("Can not use both expression and non-expression parameters in the same request:"
                            + " Non-expression parameters: {%s} Expression parameters: {%s}")
                    .formatted(String.join(", ", old), String.join(", ", expressions)));
    }

    /// @param expected by attribute
    /// @param any      whether one of them suffices (ConditionalOperator OR)
    static Condition condition(Map<String, Params> expected, boolean any) {
        var all = new ArrayList<Condition>();
        expected.forEach((name, what) -> all.add(condition(name, what)));
        return any ? new Condition.Any(all) : new Condition.All(all);
    }

    private static Condition condition(String name, Params what) {
        var value = what.own("Value", AttributeValue.class);
        var comparison = what.text("ComparisonOperator");
        var list = Requests.values(what, "AttributeValueList");
        if (comparison.isPresent()) {
            if (value.isPresent() && !list.isEmpty())
                throw invalid("Value and AttributeValueList cannot be used together for Attribute: " + name);
            return comparison(name, comparison.get(), value.map(List::of).orElse(list));
        }
        var exists = new Condition.Exists(Path.of(name));
        boolean shallExist = !what.has("Exists") || what.flag("Exists");
        if (shallExist && value.isEmpty())
            throw invalid("Value must be provided when Exists is %s for Attribute: %s"
                    .formatted(what.has("Exists") ? "true" : "null", name));
        if (!shallExist && value.isPresent())
            throw invalid("Value cannot be used when Exists is false for Attribute: " + name);
        return shallExist
                ? new Condition.Compared(
                        new Operand.At(Path.of(name)), Comparator.EQUAL, new Operand.Given(value.get()))
                : new Condition.Not(exists);
    }

    private static Condition comparison(String name, String operator, List<AttributeValue> values) {
        var path = Path.of(name);
        var at = new Operand.At(path);
        var given = values.stream().<Operand>map(Operand.Given::new).toList();
        boolean fits = switch (operator) {
            case "NULL", "NOT_NULL" -> given.isEmpty();
            case "BETWEEN" -> given.size() == 2;
            case "IN" -> !given.isEmpty();
            default -> given.size() == 1;
        };
        if (!fits) throw invalid("Invalid number of argument(s) for the %s ComparisonOperator".formatted(operator));
        return switch (operator) {
            case "EQ" -> new Condition.Compared(at, Comparator.EQUAL, given.getFirst());
            case "NE" -> new Condition.Compared(at, Comparator.NOT_EQUAL, given.getFirst());
            case "LT" -> new Condition.Compared(at, Comparator.LESS, given.getFirst());
            case "LE" -> new Condition.Compared(at, Comparator.LESS_OR_EQUAL, given.getFirst());
            case "GT" -> new Condition.Compared(at, Comparator.GREATER, given.getFirst());
            case "GE" -> new Condition.Compared(at, Comparator.GREATER_OR_EQUAL, given.getFirst());
            case "NULL" -> new Condition.Not(new Condition.Exists(path));
            case "NOT_NULL" -> new Condition.Exists(path);
            case "CONTAINS" -> new Condition.Contains(at, given.getFirst());
            case "NOT_CONTAINS" ->
                new Condition.All(List.of(
                        new Condition.Exists(path), new Condition.Not(new Condition.Contains(at, given.getFirst()))));
            case "BEGINS_WITH" -> new Condition.BeginsWith(at, given.getFirst());
            case "BETWEEN" -> new Condition.Between(at, given.getFirst(), given.getLast());
            case "IN" -> new Condition.In(at, given);
            default -> throw new IllegalStateException("not one of the values of the shape: " + operator);
        };
    }

    /// @param updates by attribute
    static Update update(Map<String, Params> updates) {
        var actions = new ArrayList<Update.Action>();
        updates.forEach((name, what) -> actions.add(
                action(Path.of(name), what.text("Action").orElse("PUT"), what.own("Value", AttributeValue.class))));
        return new Update(actions);
    }

    private static Update.Action action(Path path, String action, Optional<AttributeValue> value) {
        return switch (action) {
            case "PUT" -> new Update.Set(path, new Operand.Given(required(action, value)));
            case "ADD" -> {
                var added = required(action, value);
                if (added instanceof AttributeValue.ListOf) {
                    var empty = new Operand.Given(new AttributeValue.ListOf(List.of()));
                    yield new Update.Set(
                            path,
                            new Operand.ListAppend(new Operand.IfNotExists(path, empty), new Operand.Given(added)));
                }
                yield new Update.Add(path, added);
            }
            case "DELETE" ->
                value.<Update.Action>map(removed -> new Update.Delete(path, removed))
                        .orElseGet(() -> new Update.Remove(path));
            default -> throw new IllegalStateException("not one of the values of the shape: " + action);
        };
    }

    private static AttributeValue required(String action, Optional<AttributeValue> value) {
        return value.orElseThrow(
                () -> invalid("Only DELETE action is allowed when no attribute value is specified, not " + action));
    }

    private static AwsFault invalid(String what) {
        return AwsFault.validation("One or more parameter values were invalid: " + what);
    }
}
