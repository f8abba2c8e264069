package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import io.braid.aws.dynamodb.Condition.Comparator;
import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Parses the expressions of one request, with the names and values that it gives for their placeholders. One
/// thread.
///
///     condition  = and { OR and }            and = not { AND not }         not = NOT not | primary
///     primary    = ( condition ) | function | operand comparator operand | operand BETWEEN operand AND operand
///                | operand IN ( operand, ... )
///     operand    = path | :value | size ( path )
///     update     = { SET set, ... | REMOVE path, ... | ADD path :value, ... | DELETE path :value, ... }
///     set        = path = term [ + term | - term ]
///     term       = path | :value | if_not_exists ( path, term ) | list_append ( term, term )
///
/// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html)
final class Expressions {
    private static final int DEPTH_MAX = 64; // of parentheses and NOTs: bounds the stack
    private static final int DIGITS_MAX = 9; // of an index into a list

    private final Map<String, String> names;
    private final Map<String, AttributeValue> values;
    private final Set<String> used = new HashSet<>();
    private Tokens tokens = new Tokens("expression", "none");
    private int depth;

    Expressions(Map<String, String> names, Map<String, AttributeValue> values) {
        this.names = names;
        this.values = values;
    }

    /// @param kind the parameter's name, for messages
    /// @throws AwsFault it is no condition
    Condition condition(String kind, String expression) {
        tokens = new Tokens(kind, expression);
        var condition = or();
        tokens.expectEnd();
        return condition;
    }

    /// @throws AwsFault it is no list of paths
    List<Path> projection(String expression) {
        tokens = new Tokens("ProjectionExpression", expression);
        var paths = paths();
        tokens.expectEnd();
        overlaps(paths);
        return paths;
    }

    /// @throws AwsFault it is no update
    Update update(String expression) {
        tokens = new Tokens("UpdateExpression", expression);
        var actions = new EnumMap<Update.Clause, List<Update.Action>>(Update.Clause.class);
        while (!tokens.isAtEnd()) {
            var clause = clause();
            if (actions.containsKey(clause))
                throw tokens.fault(
                        "The \"%s\" section can only be used once in an update expression;".formatted(clause));
            var parsed = new ArrayList<Update.Action>();
            do parsed.add(action(clause));
            while (tokens.takes(","));
            actions.put(clause, parsed);
        }
        var all = actions.values().stream().flatMap(List::stream).toList();
        overlaps(all.stream().map(Update.Action::path).toList());
        return new Update(all);
    }

    /// To be called when all is parsed.
    ///
    /// @throws AwsFault a name or a value was given and not used
    void requireAllUsed() {
        unused("ExpressionAttributeNames", names.keySet());
        unused("ExpressionAttributeValues", values.keySet());
    }

    private void unused(String parameter, Set<String> given) {
        var left = given.stream().filter(name -> !used.contains(name)).toList();
        if (!left.isEmpty())
            throw AwsFault.validation("Value provided in %s unused in expressions: keys: {%s}"
                    .formatted(parameter, String.join(", ", left)));
    }

    private void overlaps(List<Path> paths) {
        for (int i = 0; i < paths.size(); i++)
            for (int j = 0; j < i; j++)
                if (paths.get(i).overlaps(paths.get(j)))
                    throw tokens.fault(("Two document paths overlap with each other; must remove or rewrite one of"
                                    + " these paths; path one: %s, path two: %s")
                            .formatted(paths.get(j), paths.get(i)));
    }

    private Condition or() {
        var any = new ArrayList<>(List.of(and()));
        while (tokens.takes("OR")) any.add(and());
        return any.size() == 1 ? any.getFirst() : new Condition.Any(any);
    }

    private Condition and() {
        var all = new ArrayList<>(List.of(not()));
        while (tokens.takes("AND")) all.add(not());
        return all.size() == 1 ? all.getFirst() : new Condition.All(all);
    }

    private Condition not() {
        if (!tokens.peek().equalsIgnoreCase("NOT")) return primary();
        deeper();
        tokens.take();
        var condition = new Condition.Not(not());
        depth--;
        return condition;
    }

    private void deeper() {
        if (++depth > DEPTH_MAX) throw tokens.fault("The expression contains too many nested levels;");
    }

    private Condition primary() {
        if (tokens.takes("(")) {
            deeper();
            var inner = or();
            depth--;
            tokens.expect(")");
            return inner;
        }
        if (isFunction() && !tokens.peek().equals("size")) return function();
        var left = operand();
        if (tokens.takes("BETWEEN")) {
            var low = operand();
            tokens.expect("AND");
            return between(left, low, operand());
        }
        if (tokens.takes("IN")) {
            tokens.expect("(");
            var among = new ArrayList<Operand>();
            do among.add(operand());
            while (tokens.takes(","));
            tokens.expect(")");
            return new Condition.In(left, among);
        }
        var comparator = comparator();
        return new Condition.Compared(left, comparator, operand());
    }

    private Condition between(Operand operand, Operand low, Operand high) {
        if (low instanceof Operand.Given(var from)
                && high instanceof Operand.Given(var to)
                && AttributeValue.areOrdered(from, to)
                && AttributeValue.compare(from, to) > 0)
            throw tokens.fault("The BETWEEN operator requires upper bound to be greater than or equal to lower bound;");
        return new Condition.Between(operand, low, high);
    }

    private boolean isFunction() {
        return tokens.peekSecond().equals("(")
                && Character.isLetter(tokens.peek().charAt(0));
    }

    private Comparator comparator() {
        return Stream.of(Comparator.values())
                .filter(comparator -> tokens.takes(comparator.sign))
                .findFirst()
                .orElseThrow(tokens::syntax);
    }

    private Condition function() {
        var name = tokens.take();
        tokens.expect("(");
        var condition = switch (name) {
            case "attribute_exists" -> new Condition.Exists(path());
            case "attribute_not_exists" -> new Condition.Not(new Condition.Exists(path()));
            case "attribute_type" -> {
                var path = path();
                tokens.expect(",");
                yield new Condition.HasType(path, attributeType(operand()));
            }
            case "begins_with" -> {
                var operand = operand();
                tokens.expect(",");
                yield new Condition.BeginsWith(operand, prefix(operand()));
            }
            case "contains" -> {
                var operand = operand();
                tokens.expect(",");
                yield new Condition.Contains(operand, operand());
            }
            case "if_not_exists", "list_append" ->
                throw tokens.fault("The function is not allowed in a condition expression; function: " + name);
            default -> throw tokens.fault("Invalid function name; function: " + name);
        };
        tokens.expect(")");
        return condition;
    }

    private Type attributeType(Operand operand) {
        if (operand instanceof Operand.Given(AttributeValue.Text(String name)))
            for (var type : Type.values()) if (type.name().equals(name)) return type;
        throw tokens.fault("Invalid attribute type name found; it must be one of {S,N,B,SS,NS,BS,M,L,BOOL,NULL}");
    }

    private Operand prefix(Operand prefix) {
        if (prefix instanceof Operand.Given(var value) && value.type() != Type.S && value.type() != Type.B)
            throw tokens.fault("Incorrect operand type for operator or function; operator or function: begins_with,"
                    + " operand type: " + value.type());
        return prefix;
    }

    private Operand operand() {
        if (!isFunction()) return pathOrValue();
        var name = tokens.take();
        if (!name.equals("size"))
            throw tokens.fault("The function is not allowed to be used this way in an expression; function: " + name);
        tokens.expect("(");
        var size = new Operand.Size(path());
        tokens.expect(")");
        return size;
    }

    private Operand pathOrValue() {
        return tokens.peek().startsWith(":") ? new Operand.Given(value()) : new Operand.At(path());
    }

    private AttributeValue value() {
        if (!tokens.peek().startsWith(":")) throw tokens.syntax();
        var name = tokens.take();
        used.add(name);
        var value = values.get(name);
        if (value == null)
            throw tokens.fault(
                    "An expression attribute value used in expression is not defined; attribute value: " + name);
        return value;
    }

    private List<Path> paths() {
        var paths = new ArrayList<Path>();
        do paths.add(path());
        while (tokens.takes(","));
        return paths;
    }

    private Path path() {
        var steps = new ArrayList<Path.Step>();
        steps.add(member());
        while (true) {
            if (tokens.takes(".")) {
                steps.add(member());
            } else if (tokens.takes("[")) {
                var index = tokens.peek();
                if (index.length() > DIGITS_MAX || !index.chars().allMatch(Character::isDigit)) throw tokens.syntax();
                steps.add(new Path.Step.Element(Integer.parseInt(tokens.take())));
                tokens.expect("]");
            } else {
                return new Path(steps);
            }
        }
    }

    private Path.Step member() {
        var token = tokens.peek();
        if (token.startsWith("#") && token.length() > 1) {
            tokens.take();
            used.add(token);
            var name = names.get(token);
            if (name == null)
                throw tokens.fault("An expression attribute name used in the document path is not defined; attribute"
                        + " name: " + token);
            return new Path.Step.Member(name);
        }
        if (token.isEmpty() || !Character.isLetter(token.charAt(0))) throw tokens.syntax();
        return new Path.Step.Member(tokens.take());
    }

    private Update.Clause clause() {
        for (var clause : Update.Clause.values()) if (tokens.takes(clause.name())) return clause;
        throw tokens.syntax();
    }

    private Update.Action action(Update.Clause clause) {
        var path = path();
        return switch (clause) {
            case SET -> {
                tokens.expect("=");
                var term = term();
                if (tokens.takes("+")) term = new Operand.Sum(term, term(), false);
                else if (tokens.takes("-")) term = new Operand.Sum(term, term(), true);
                yield new Update.Set(path, term);
            }
            case REMOVE -> new Update.Remove(path);
            case ADD -> new Update.Add(path, value());
            case DELETE -> new Update.Delete(path, value());
        };
    }

    private Operand term() {
        if (!isFunction()) return pathOrValue();
        deeper();
        var name = tokens.take();
        tokens.expect("(");
        var term = switch (name) {
            case "if_not_exists" -> {
                var path = path();
                tokens.expect(",");
                yield new Operand.IfNotExists(path, term());
            }
            case "list_append" -> {
                var first = term();
                tokens.expect(",");
                yield new Operand.ListAppend(first, term());
            }
            default -> throw tokens.fault("Invalid function name; function: " + name);
        };
        tokens.expect(")");
        depth--;
        return term;
    }
}
