package io.braid.aws.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.aws.wire.WireReader.Token;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborReaderTest {
    private static CborReader reader(String hex) {
        return new CborReader(HexFormat.of().parseHex(hex.replace(" ", "")), false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf 6161 9f 01 f5 f6 ff 6162 a0 ff", "a2 6161 83 01 f5 f6 6162 bf ff"})
    void mapsAndListsMayHaveALengthOrABreak(String hex) {
        var reader = reader(hex);

        reader.enterMap();
        assertTrue(reader.nextName());
        assertEquals("a", reader.text());
        reader.enterList();
        assertTrue(reader.nextItem());
        assertEquals(BigDecimal.ONE, reader.readNumber());
        assertTrue(reader.nextItem());
        assertTrue(reader.readBoolean());
        assertTrue(reader.nextItem());
        assertEquals(Token.NULL, reader.token());
        reader.readNull();
        assertFalse(reader.nextItem());
        assertTrue(reader.nextName());
        reader.skip();
        assertFalse(reader.nextName());
        reader.expectEnd();
    }

    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "17, 23",
        "1818, 24",
        "190100, 256",
        "1a00010000, 65536",
        "1b0000000100000000, 4294967296",
        "1bffffffffffffffff, 18446744073709551615",
        "20, -1",
        "3863, -100",
        "f93e00, 1.5",
        "fa3fc00000, 1.5",
        "fb3ff8000000000000, 1.5",
        "c101, 1"
    })
    void numbersOfEverySizeAreRead(String hex, BigDecimal value) {
        assertEquals(0, value.compareTo(reader(hex).readNumber()));
    }

    @Test
    void timestampsAreMillisecondsAndFloatingPointSeconds() {
        assertEquals(1_700_000_000_123L, reader("c1 1b 0000018bcfe5687b").readMoment());
        assertEquals(1_700_000_000_500L, reader("c1 fb 41d954fc4020 0000").readMoment());
    }

    @Test
    void bytesStayWhereTheyAre() {
        var blob = reader("43 010203").readBlob();

        assertArrayEquals(new byte[] {1, 2, 3}, blob.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void bytesInChunksArePutTogether() {
        var blob = reader("5f 42 0102 41 03 ff").readBlob();

        assertArrayEquals(new byte[] {1, 2, 3}, blob.toArray(ValueLayout.JAVA_BYTE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bf",
                "bf6161",
                "a16161",
                "5bffffffffffffffff",
                "43 0102",
                "7f 41 01 ff",
                "1c",
                "fb",
                "ff",
                "1f",
                "9bffffffffffffffff",
                "f97e00",
                "a0a0"
            })
    void whatIsNoCborIsUnreadable(String hex) {
        var fault = assertThrows(AwsFault.class, () -> {
            var reader = reader(hex);
            reader.skip();
            reader.expectEnd();
        });

        assertEquals("SerializationException", fault.type());
    }

    @Test
    void nestingHasALimit() {
        assertThrows(
                AwsFault.class,
                () -> reader("9f".repeat(WireReader.DEPTH_MAX + 1)).skip());
    }
}
