package io.braid.aws.dynamodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Expressions against one item, as tables: what holds, what an update makes, and what is refused.
class ExpressionsTest {
    private static final Map<String, AttributeValue> ITEM = item("""
        {"a":{"N":"7"},"s":{"S":"shard-1"},"b":{"B":"AQID"},"set":{"SS":["x","y"]},"ns":{"NS":["1","2"]},
         "list":{"L":[{"N":"1"},{"S":"two"},{"N":"3"}]},"map":{"M":{"in":{"M":{"deep":{"N":"1"}}}}},
         "yes":{"BOOL":true},"nil":{"NULL":true},"or":{"N":"5"}}\
        """);

    private static final Map<String, AttributeValue> VALUES = item("""
        {":7":{"N":"7"},":seven":{"N":"7.00"},":8":{"N":"8"},":1":{"N":"1"},":text":{"S":"shard"},":x":{"S":"x"},
         ":b":{"B":"AQ=="},":S":{"S":"S"},":z":{"SS":["x","z"]},":list":{"L":[{"N":"9"}]},":yes":{"BOOL":true},
         ":none":{"S":"nobody"},":m":{"M":{"in":{"M":{"deep":{"N":"1.0"}}}}}}\
        """);

    private static final Map<String, String> NAMES = Map.of("#a", "a", "#or", "or", "#map", "map");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a = :7 | true
        a = :seven | true
        :7 = a | true
        a <> :7 | false
        a < :8 | true
        a <= :7 | true
        a > :text | false
        a = s | false
        s > :text | true
        missing = :7 | false
        missing <> :7 | true
        missing < :7 | false
        attribute_exists(map.in.deep) | true
        attribute_exists(map.in.other) | false
        attribute_exists(list[2]) | true
        attribute_exists(list[3]) | false
        attribute_exists(a.b) | false
        attribute_not_exists(#a) | false
        attribute_not_exists(missing) | true
        attribute_type(s, :S) | true
        attribute_type(a, :S) | false
        begins_with(s, :text) | true
        begins_with(b, :b) | true
        begins_with(missing, :text) | false
        contains(s, :text) | true
        contains(set, :x) | true
        contains(set, :none) | false
        contains(ns, :1) | true
        contains(list, :1) | true
        contains(b, :b) | true
        size(s) = :7 | true
        size(set) < :7 | true
        size(b) > :1 | true
        size(missing) > :1 | false
        size(a) > :1 | false
        a BETWEEN :1 AND :8 | true
        a between :8 and :8 | false
        a IN (:1, :8) | false
        a in (:1, :7) | true
        NOT a = :8 | true
        not not a = :7 | true
        a = :7 AND s = :text OR yes = :yes | true
        a = :7 AND (s = :text OR yes = :yes) | true
        a = :8 OR a = :1 OR a = :7 | true
        NOT (a = :7 OR a = :8) AND a = :7 | false
        #or > :1 | true
        #map.in.deep = :1 | true
        map = :m | true
        list[1] = :x | false
        nil = :yes | false
        """)
    void aConditionHoldsOrDoesNot(String expression, boolean holds) {
        var condition = new Expressions(NAMES, VALUES).condition("ConditionExpression", expression);

        assertEquals(holds, condition.holds(ITEM));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SET a = :8 | a | {"N":"8"}
        set #a = a + :1 | a | {"N":"8"}
        SET a = a - :8 | a | {"N":"-1"}
        SET n = if_not_exists(n, :1) | n | {"N":"1"}
        SET a = if_not_exists(a, :1) + :1 | a | {"N":"8"}
        SET list = list_append(list, :list) | list | {"L":[{"N":"1"},{"S":"two"},{"N":"3"},{"N":"9"}]}
        SET list = list_append(:list, list) | list | {"L":[{"N":"9"},{"N":"1"},{"S":"two"},{"N":"3"}]}
        SET list[1] = :8, list[9] = :7 | list | {"L":[{"N":"1"},{"N":"8"},{"N":"3"},{"N":"7"}]}
        SET map.in.deep = :x | map | {"M":{"in":{"M":{"deep":{"S":"x"}}}}}
        SET a = s, s = a | s | {"N":"7"}
        REMOVE list[0], list[2] | list | {"L":[{"S":"two"}]}
        REMOVE map.in.deep | map | {"M":{"in":{"M":{}}}}
        REMOVE a | a | -
        REMOVE missing | a | {"N":"7"}
        ADD a :1 | a | {"N":"8"}
        ADD n :1 | n | {"N":"1"}
        ADD set :z | set | {"SS":["x","y","z"]}
        ADD other :z | other | {"SS":["x","z"]}
        DELETE set :z | set | {"SS":["y"]}
        DELETE missing :z | missing | -
        SET n = :1 REMOVE a ADD other :z | a | -
        """)
    void anUpdateMakesOfAnAttribute(String expression, String attribute, String expected) {
        var updated = new Expressions(NAMES, VALUES).update(expression).of(ITEM);

        assertEquals(
                expected.equals("-") ? null : item("{\"v\":" + expected + "}").get("v"), updated.get(attribute));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SET s = s + :1 | An operand in the update expression has an incorrect data type
        SET a = missing | The provided expression refers to an attribute that does not exist in the item
        SET missing.x = :1 | The document path provided in the update expression is invalid for update
        ADD s :1 | An operand in the update expression has an incorrect data type
        ADD n :x | Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, \
        operand type: S
        DELETE set :x | Invalid UpdateExpression: Incorrect operand type for operator or function; operator: \
        DELETE, operand type: S
        DELETE ns :z | An operand in the update expression has an incorrect data type
        """)
    void anUpdateDoesNotFitTheItem(String expression, String message) {
        var update = new Expressions(NAMES, VALUES).update(expression);

        assertEquals(
                message, assertThrows(AwsFault.class, () -> update.of(ITEM)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        '' | The expression can not be empty;
        a | Syntax error; token: "<EOF>", near: "a"
        a = | Syntax error; token: "<EOF>", near: "="
        a = :7 b | Syntax error; token: "b", near: ":7 b"
        (a = :7 | Syntax error; token: "<EOF>", near: ":7"
        a == :7 | Syntax error; token: "=", near: "= = :7"
        AND | Syntax error; token: "<EOF>", near: "AND"
        a[x] = :7 | Syntax error; token: "x", near: "[ x ]"
        a[99999999999] = :7 | Syntax error; token: "99999999999", near: "[ 99999999999 ]"
        a. = :7 | Syntax error; token: "=", near: ". = :7"
        a BETWEEN :7 | Syntax error; token: "<EOF>", near: ":7"
        a IN () | Syntax error; token: ")", near: "( )"
        a = :undefined | An expression attribute value used in expression is not defined; attribute value: :undefined
        #undefined = :7 | An expression attribute name used in the document path is not defined; attribute \
        name: #undefined
        starts(a, :7) | Invalid function name; function: starts
        if_not_exists(a, :7) | The function is not allowed in a condition expression; function: if_not_exists
        a = begins_with(a, :7) | The function is not allowed to be used this way in an expression; function: begins_with
        begins_with(a, :7) | Incorrect operand type for operator or function; operator or function: \
        begins_with, operand type: N
        attribute_type(a, :text) | Invalid attribute type name found; it must be one of {S,N,B,SS,NS,BS,M,L,BOOL,NULL}
        a BETWEEN :8 AND :7 | The BETWEEN operator requires upper bound to be greater than or equal to lower bound;
        """)
    void whatIsNoConditionIsRefused(String expression, String message) {
        var fault = assertThrows(
                AwsFault.class, () -> new Expressions(NAMES, VALUES).condition("ConditionExpression", expression));

        assertEquals("Invalid ConditionExpression: " + message, fault.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a = :7 | Syntax error; token: "a", near: "a ="
        SET a :7 | Syntax error; token: ":7", near: "a :7"
        SET a = :7 SET s = :7 | The "SET" section can only be used once in an update expression;
        SET a = :7, a = :8 | Two document paths overlap with each other; must remove or rewrite one of these \
        paths; path one: [a], path two: [a]
        SET map.in = :7 REMOVE map | Two document paths overlap with each other; must remove or rewrite one \
        of these paths; path one: [map, in], path two: [map]
        ADD a s | Syntax error; token: "s", near: "a s"
        SET a = size(a) | Invalid function name; function: size
        """)
    void whatIsNoUpdateIsRefused(String expression, String message) {
        var fault = assertThrows(AwsFault.class, () -> new Expressions(NAMES, VALUES).update(expression));

        assertEquals("Invalid UpdateExpression: " + message, fault.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false"})
    void parenthesesLieWithinEachOtherOnlySoDeep(int depth, boolean accepted) {
        var expression = "(".repeat(depth) + "a = :7" + ")".repeat(depth);
        var expressions = new Expressions(NAMES, VALUES);

        if (accepted) expressions.condition("FilterExpression", expression);
        else assertThrows(AwsFault.class, () -> expressions.condition("FilterExpression", expression));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a | {"a":{"N":"7"}}
        a, missing | {"a":{"N":"7"}}
        list[2], list[0] | {"list":{"L":[{"N":"1"},{"N":"3"}]}}
        map.in.deep, #or | {"map":{"M":{"in":{"M":{"deep":{"N":"1"}}}}},"or":{"N":"5"}}
        a.b | {}
        """)
    void aProjectionLeavesOut(String expression, String expected) {
        var projection = new Projection(new Expressions(NAMES, VALUES).projection(expression));

        assertEquals(item(expected), projection.of(ITEM));
    }

    static Map<String, AttributeValue> item(String json) {
        return AttributeCodec.readItem(Protocol.JSON_10.reader(json.getBytes(StandardCharsets.UTF_8)));
    }
}
