package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormReaderTest {
    private static final Shape.Structure SHAPE = Shape.structure(
            Shape.optional("Name", Shape.text(0, 100)),
            Shape.optional("Time", new Shape.Moment()),
            Shape.optional("Count", Shape.integer(0, 1000)),
            Shape.optional("Shown", new Shape.Flag()),
            Shape.optional("Numbers", new Shape.ListOf(new Shape.Decimal(), 0, 100)),
            Shape.optional(
                    "Items",
                    new Shape.ListOf(
                            Shape.structure(
                                    Shape.optional("Key", Shape.text(0, 100)),
                                    Shape.optional("Tags", new Shape.ListOf(Shape.text(0, 100), 0, 100))),
                            0,
                            100)));

    private static Params read(String form) {
        return Params.read(new FormReader(form.getBytes(UTF_8)), SHAPE);
    }

    @Test
    void dotsLeadIntoStructuresAndLists() {
        var params = read("Action=Do&Items.member.2.Key=b&Items.member.1.Tags.member.1=x&Items.member.1.Tags.member.2=y"
                + "&Items.member.1.Key=a&Count=7&Shown=true&Version=1");

        var items = params.structures("Items");
        assertEquals(
                List.of("a", "b"),
                items.stream().map(item -> item.requiredText("Key")).toList());
        assertEquals(List.of("x", "y"), items.getFirst().texts("Tags"));
        assertEquals(OptionalLong.of(7), params.number("Count"));
        assertTrue(params.flag("Shown"));
    }

    @Test
    void itemsAreInTheOrderOfTheirNumbers() {
        var form = new StringBuilder();
        for (int i = 12; i > 0; i--)
            form.append("&Numbers.member.").append(i).append('=').append(i);

        assertEquals(
                List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0),
                read(form.toString()).decimals("Numbers"));
    }

    @Test
    void textIsDecoded() {
        assertEquals("a b&c=d.é", read("Name=a+b%26c%3Dd.%C3%A9").requiredText("Name"));
        assertEquals("", read("Name").requiredText("Name"));
    }

    @Test
    void anEmptyListIsAnEmptyText() {
        var params = read("Items=");

        assertTrue(params.has("Items"));
        assertEquals(List.of(), params.structures("Items"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-23T01:02:03.5Z", "2026-11-23T02:02:03.500+01:00", "2026-11-23T01:02:03.500"})
    void timesAreIso8601(String text) {
        assertEquals(
                OptionalLong.of(1795395723500L),
                read("Time=" + text.replace("+", "%2B")).moment("Time"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Count=many",
                "Shown=perhaps",
                "Time=noon",
                "Numbers.member.1=x",
                "Numbers=7",
                "Items.member.1=x",
                "Name=%zz",
                "Name.inside=x"
            })
    void nonsenseIsMalformed(String form) {
        var fault = assertThrows(AwsFault.class, () -> read(form));

        assertEquals("SerializationException", fault.type());
        assertEquals(400, fault.status());
    }

    @Test
    void tooManyValuesAreRefused() {
        var fault = assertThrows(AwsFault.class, () -> read("a=&".repeat(100_001)));

        assertEquals("MalformedInput", fault.code());
    }

    @Test
    void tooDeepANameIsRefused() {
        assertThrows(AwsFault.class, () -> read("a" + ".a".repeat(100) + "=1"));
    }
}
