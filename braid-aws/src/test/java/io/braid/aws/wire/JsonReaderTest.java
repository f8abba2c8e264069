package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static JsonReader reader(String json) {
        return new JsonReader(json.getBytes(UTF_8));
    }

    @Test
    void aMapIsWalkedInOrder() {
        var reader = reader(" { \"a\" : [ 1 , true, null ] , \"b\" : { } } ");

        reader.enterMap();
        assertTrue(reader.nextName());
        assertEquals("a", reader.text());
        reader.enterList();
        assertTrue(reader.nextItem());
        assertEquals(BigDecimal.ONE, reader.readNumber());
        assertTrue(reader.nextItem());
        assertTrue(reader.readBoolean());
        assertTrue(reader.nextItem());
        reader.readNull();
        assertFalse(reader.nextItem());
        assertTrue(reader.nextName());
        assertTrue(reader.nameIs(new Name("b")));
        reader.skip();
        assertFalse(reader.nextName());
        reader.expectEnd();
    }

    @Test
    void escapesAreUndone() {
        var reader = reader("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 and a long tail without any\"");

        reader.readText();

        assertEquals("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00 and a long tail without any", reader.text());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 6, 7, 8, 9, 15, 16, 17, 1000})
    void theEndOfATextIsFoundAtEveryDistance(int length) {
        var text = "\u00ff".repeat(length / 2) + "x".repeat(length - length / 2);
        var reader = reader("[\"" + text + "\",\"" + text + "\\\\\"]");

        reader.enterList();
        reader.nextItem();
        reader.readText();
        assertEquals(text, reader.text());
        reader.nextItem();
        reader.readText();
        assertEquals(text + "\\", reader.text());
    }

    @Test
    void aBlobIsBase64EvenWithEscapedSlashes() {
        var bytes = new byte[] {-1, -1, -1, 0, 1};
        var encoded = Base64.getEncoder().encodeToString(bytes).replace("/", "\\/");

        var blob = reader("\"" + encoded + "\"").readBlob();

        assertArrayEquals(bytes, blob.toArray(ValueLayout.JAVA_BYTE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "23456|'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes"
                        + " but found: 5",
                "=+/=|'=+/=' can not be converted to a Blob: Invalid Base64 character: '='",
                "+/+=|'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
                "QR==|'QR==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
                "ab*d|'ab*d' can not be converted to a Blob: Invalid Base64 character: '*'"
            })
    void base64ThatAmazonRefusesIsRefusedInItsWords(String text, String message) {
        var fault =
                assertThrows(AwsFault.class, () -> reader("\"" + text + "\"").readBlob());

        assertEquals(message, fault.message().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,}",
                "{a:1}",
                "[1 2]",
                "[1,]",
                "\"open",
                "\"\\",
                "\"\\u12",
                "\"\\x\"",
                "tru",
                "nul",
                "-",
                "1e",
                "{} {}",
                "\u0000",
                "{\"a\":1]"
            })
    void whatIsNoJsonIsUnreadable(String json) {
        var fault = assertThrows(AwsFault.class, () -> {
            var reader = reader(json);
            reader.skip();
            reader.expectEnd();
        });

        assertEquals("SerializationException", fault.type());
    }

    @Test
    void nestingHasALimit() {
        assertThrows(
                AwsFault.class,
                () -> reader("[".repeat(WireReader.DEPTH_MAX + 1)).skip());
    }

    @Test
    void momentsAreSecondsKeptAsMilliseconds() {
        assertEquals(1_700_000_000_123L, reader("1700000000.123").readMoment());
        assertEquals(1_700_000_000_000L, reader("1.7E9").readMoment());
        assertEquals(Long.MAX_VALUE, reader("1e999999999").readMoment());
    }
}
