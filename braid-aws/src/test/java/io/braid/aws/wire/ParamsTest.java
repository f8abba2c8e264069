package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Types first, then constraints, each in the words that were recorded from Amazon.
class ParamsTest {
    private static final Shape.Structure SHAPE = Shape.structure(
            Shape.required("Name", Shape.text(1, 5, "[a-z]+")),
            Shape.optional("Kind", Shape.oneOf("ONE", "TWO")),
            Shape.optional("Limit", Shape.integer(1, 10)),
            Shape.optional("Flag", new Shape.Flag()),
            Shape.optional("Time", new Shape.Moment()),
            Shape.optional("Data", new Shape.Blob(3)),
            Shape.optional("List", new Shape.ListOf(Shape.text(1, 5), 1, 2)),
            Shape.optional("Map", new Shape.MapOf(Shape.text(1, 2), Shape.text(0, 2), 1, 2)),
            Shape.optional("Inner", Shape.structure(Shape.required("Deep", Shape.text(1, 5)))));

    private static Params read(String json) {
        return Params.read(Protocol.JSON.reader(json.getBytes(UTF_8)), SHAPE);
    }

    @Test
    void membersAreTypedAndUnknownOnesPassedOver() {
        var params = read("{\"Name\":\"abc\",\"New\":{\"x\":[1]},\"Limit\":7.9,\"Flag\":true,\"Kind\":null,"
                + "\"Inner\":{\"Deep\":\"d\"}}");

        assertEquals(Optional.of("abc"), params.text("Name"));
        assertEquals(OptionalLong.of(7), params.number("Limit"));
        assertEquals(true, params.flag("Flag"));
        assertEquals(Optional.empty(), params.text("Kind"));
        assertEquals("d", params.structure("Inner").orElseThrow().requiredText("Deep"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"Name\":1}|class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an"
                        + " String",
                "{\"Name\":true}|class java.lang.Boolean can not be converted to an String",
                "{\"Name\":[]}|Start of list found where not expected",
                "{\"Name\":{}}|Start of structure or map found where not expected.",
                "{\"Limit\":\"1\"}|class java.lang.String can not be converted to an Integer",
                "{\"Flag\":\"wtf\"}|'WTF' can not be converted to an Boolean",
                "{\"Time\":\"1\"}|class java.lang.String can not be converted to milliseconds since epoch",
                "{\"Data\":1}|class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a"
                        + " Blob",
                "{\"List\":1}|Expected list or null",
                "{\"Map\":\"a\"}|Expected map or null",
                "{\"Inner\":1}|Expected null",
                "[]|Start of list found where not expected"
            })
    void aWrongTypeIsNamed(String json, String message) {
        var fault = assertThrows(AwsFault.class, () -> read(json));

        assertEquals("SerializationException", fault.type());
        assertEquals(message, fault.message().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}|1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be"
                        + " null",
                "{\"Name\":\"\",\"Limit\":0}|3 validation errors detected: Value '' at 'name' failed to satisfy"
                    + " constraint: Member must satisfy regular expression pattern: [a-z]+; Value '' at 'name' failed"
                    + " to satisfy constraint: Member must have length greater than or equal to 1; Value '0' at"
                    + " 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
                "{\"Name\":\"a\",\"Kind\":\"X\"}|1 validation error detected: Value 'X' at 'kind' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [ONE, TWO]",
                "{\"Name\":\"a\",\"Data\":\"AAAAAAAA\"}|1 validation error detected: Value"
                        + " 'java.nio.HeapByteBuffer[pos=0 lim=6 cap=6]' at 'data' failed to satisfy constraint: Member"
                        + " must have length less than or equal to 3",
                "{\"Name\":\"a\",\"List\":[\"\"]}|1 validation error detected: Value '' at 'list.1.member' failed to"
                        + " satisfy constraint: Member must have length greater than or equal to 1",
                "{\"Name\":\"a\",\"Map\":{\"abc\":\"v\"}}|1 validation error detected: Value '{abc=v}' at 'map' failed"
                    + " to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or"
                    + " equal to 2, Member must have length greater than or equal to 1]",
                "{\"Name\":\"a\",\"Inner\":{}}|1 validation error detected: Value null at 'inner.deep' failed to"
                        + " satisfy constraint: Member must not be null"
            })
    void violatedConstraintsAreListed(String json, String message) {
        var fault = assertThrows(AwsFault.class, () -> read(json));

        assertEquals("ValidationException", fault.type());
        assertEquals(message, fault.message().orElseThrow());
    }
}
