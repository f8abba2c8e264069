package io.braid.aws.dynamodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.aws.wire.AwsFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "0e5, 0",
        "007.50, 7.5",
        "+1, 1",
        ".5, 0.5",
        "5., 5",
        "1E3, 1000",
        "-1.5e-3, -0.0015",
        "12345678901234567890123456789012345678, 12345678901234567890123456789012345678"
    })
    void aNumberIsKeptInOneForm(String text, String kept) {
        assertEquals(kept, Numbers.text(Numbers.parse(text)));
    }

    @ParameterizedTest
    @CsvSource({
        "123456789012345678901234567890123456789, more than 38 significant digits",
        "1e126, magnitude larger than supported range",
        "-1e126, magnitude larger than supported range",
        "1e-131, magnitude smaller than supported range",
        "1e999999999, magnitude larger than supported range",
        "one, cannot be converted to a numeric value: one",
        "'', cannot be converted to a numeric value",
        "1e, cannot be converted to a numeric value",
        "0x10, cannot be converted to a numeric value",
        "NaN, cannot be converted to a numeric value"
    })
    void whatDynamoDbDoesNotKeepIsRefused(String text, String message) {
        var fault = assertThrows(AwsFault.class, () -> Numbers.parse(text));

        assertTrue(fault.getMessage().contains(message), fault::getMessage);
    }

    @Test
    void theLimitsThemselvesAreKept() {
        assertEquals("1" + "0".repeat(125), Numbers.text(Numbers.parse("1e125")));
        assertEquals("0." + "0".repeat(129) + "1", Numbers.text(Numbers.parse("1e-130")));
    }

    @Test
    void aSumIsExactOrRefused() {
        assertEquals("0.3", Numbers.text(Numbers.sum(Numbers.parse("0.1"), Numbers.parse("0.2"))));
        assertThrows(AwsFault.class, () -> Numbers.sum(Numbers.parse("1e125"), Numbers.parse("1e-130")));
    }
}
