package io.braid.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is checked of a record, and how records follow each other.
class RecordFormatTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " {\"a\" : [1, -0.5e+3, true, false, null, \"\\u00e9\\n\\\"\"], \"b\":{}}\r\n",
                "0",
                "\"é\"",
                "1E9",
                "[[[[]]],{\"\":[{}]}]"
            })
    void jsonTextsAreDelivered(String text) {
        assertEquals(Optional.empty(), RecordFormat.JSON.fault(text.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``           | at byte 0 a value is expected, its end was found",
                "hello        | at byte 0 a value is expected, 'h' was found",
                "{\"a\":1,}   | at byte 7 '\"' is expected, '}' was found",
                "{\"a\" 1}    | at byte 5 ':' is expected, '1' was found",
                "[1 2]        | at byte 3 ']' is expected, '2' was found",
                "[1,]         | at byte 3 a value is expected, ']' was found",
                "{} {}        | at byte 3 the end is expected, '{' was found",
                "01           | at byte 1 the end is expected, '1' was found",
                "-            | at byte 1 a digit is expected, its end was found",
                "1.           | at byte 2 a digit is expected, its end was found",
                "1e           | at byte 2 a digit is expected, its end was found",
                "tru          | at byte 3 true is expected, its end was found",
                "\"a          | at byte 2 a character of a string is expected, its end was found",
                "\"\\x\"      | at byte 2 an escaped character is expected, 'x' was found",
                "\"\\u12g4\"  | at byte 5 a hexadecimal digit is expected, 'g' was found",
                "NaN          | at byte 0 a value is expected, 'N' was found"
            })
    void whatIsNoJsonTextIsRefusedWithThePlace(String text, String reason) {
        assertEquals(
                Optional.of("The record is no JSON text: " + reason + "."),
                RecordFormat.JSON.fault(text.getBytes(UTF_8)));
    }

    @Test
    void valuesWithinEachOtherHaveAMaximumAndNotTheStack() {
        var deep = "[".repeat(1_000_000);

        assertTrue(RecordFormat.JSON.fault(deep.getBytes(UTF_8)).orElseThrow().contains("no more than 512"));
    }

    @Test
    void textsMustBeUtf8() {
        byte[] latin = {'a', (byte) 0xe9, 'b'};

        assertEquals(Optional.of("The record is no UTF-8 text: byte 1 is none."), RecordFormat.STRING.fault(latin));
        assertEquals(Optional.of("The record is no UTF-8 text: byte 1 is none."), RecordFormat.JSON.fault(latin));
        assertEquals(Optional.empty(), RecordFormat.BYTE_ARRAY.fault(latin));
        assertEquals(Optional.empty(), RecordFormat.STRING.fault("é".getBytes(UTF_8)));
    }

    @Test
    void linesEndOnceAndBytesStayAsTheyAre() throws IOException {
        assertEquals("a\nb\n\n", written(RecordFormat.STRING, "a", "b\n", ""));
        assertEquals("1\n2\n", written(RecordFormat.JSON, "1", "2\n"));
        assertEquals("ab\n", written(RecordFormat.BYTE_ARRAY, "a", "b\n", ""));
    }

    private static String written(RecordFormat format, String... records) throws IOException {
        var target = new ByteArrayOutputStream();
        for (var record : records) format.write(record.getBytes(UTF_8), target);
        return target.toString(UTF_8);
    }
}
