package io.braid.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Amazon's placeholders and rules, with the examples of its guide.
class KeyTemplateTest {
    private static final String ID = "a1b2c3d4-5678-90ab-cdef-000000000001";
    private static final KeyTemplate.Owner OWNER = new KeyTemplate.Owner("my-channel", ID, "my-stream");
    private static final Instant TIME = Instant.parse("2026-07-20T14:30:59Z");
    private static final String SUFFIX = "-a1b2c3d4567-0000002a-00000000000004d2";

    @ParameterizedTest
    @CsvSource({
        "!{channel-name}/!{yyyy}/!{MM}/!{dd}/!{HH}/records!{extension}, GZIP, my-channel/2026/07/20/14/records, .gz",
        "data/stream=!{stream-name}/!{yyyy}-!{MM}-!{dd}/!{HH}!{mm}!{extension:.json}, ZSTD,"
                + " data/stream=my-stream/2026-07-20/1430, .json",
        "!{channel-name}/!{channel-id}, NONE, my-channel/a1b2c3d4-5678-90ab-cdef-000000000001, ''",
        "year=!{yy}/a!{extension:.json.gz}, GZIP, year=26/a, .json.gz",
        "plain, NONE, plain, ''",
        "plain!{extension}, NONE, plain, ''",
        "z!{extension}, ZSTD, z, .zst"
    })
    void placeholdersAreWhatTheyStandFor(String template, ObjectCompression compression, String front, String end) {
        var key = KeyTemplate.parse(template, compression, OWNER).key(42, 1234, TIME);

        assertEquals(front + SUFFIX + end, key);
    }

    @Test
    void withoutATemplateTheKeyIsAmazonsDefault() {
        var key = KeyTemplate.parse(KeyTemplate.DEFAULT, ObjectCompression.GZIP, OWNER)
                .key(42, 1234, TIME);

        assertEquals(
                "kinesis-channel/my-channel/%s/2026/07/20/14/my-channel-%s-2026-07-20-14-30%s.gz"
                        .formatted(ID, ID, SUFFIX),
                key);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "/data/!{channel-name}!{extension}, must not begin with a slash",
                "data/../!{channel-name}!{extension}, must not come to a path with '..'",
                "data/./!{channel-name}!{extension}, must not come to a path with '..'",
                "data//!{channel-name}!{extension}, must not have one slash after another",
                "!{channel-name}!{extension}/!{yyyy}, must have !{extension} at its end",
                "data/!{partition-id}!{extension}, has !{partition-id}",
                "data/!{channel-name}, must end in !{extension}",
                "data/!{channel-name}/!{yyyy, has a placeholder without its closing brace",
                "data/{x}!{extension}, may have letters",
                "data/!{extension:JSON}, has !{extension:JSON}: an extension begins with a period",
                "data/!{extension:.j2}, has !{extension:.j2}: an extension begins with a period"
            })
    void otherTemplatesAreRefusedWithAReason(String template, String reason) {
        var fault = KeyTemplate.fault(template, ObjectCompression.GZIP, OWNER).orElseThrow();

        assertTrue(fault.startsWith(reason), fault);
    }

    @Test
    void namesCountAsTheyComeOut() {
        var dots = new KeyTemplate.Owner("..", ID, "my-stream");
        var length = 986 - ID.length();

        assertTrue(KeyTemplate.fault("a/!{channel-name}/b", ObjectCompression.NONE, dots)
                .orElseThrow()
                .startsWith("must not come to a path"));
        assertEquals(
                Optional.empty(),
                KeyTemplate.fault("x".repeat(length) + "!{channel-id}", ObjectCompression.NONE, OWNER));
        assertEquals(
                Optional.of("must not come to more than 986 characters, and comes to 987."),
                KeyTemplate.fault("x".repeat(length + 1) + "!{channel-id}", ObjectCompression.NONE, OWNER));
    }

    @Test
    void noTwoObjectsShareAKeyWhateverTheTemplate() {
        var other = new KeyTemplate.Owner("my-channel", "b" + ID.substring(1), "my-stream");
        var template = KeyTemplate.parse("x", ObjectCompression.NONE, OWNER);

        assertNotEquals(template.key(0, 1, TIME), template.key(0, 2, TIME));
        assertNotEquals(template.key(0, 1, TIME), template.key(1, 1, TIME));
        assertNotEquals(
                template.key(0, 1, TIME),
                KeyTemplate.parse("x", ObjectCompression.NONE, other).key(0, 1, TIME));
    }

    @Test
    void aProducersWildestTimeHasAKey() {
        var template = KeyTemplate.parse("!{yyyy}", ObjectCompression.NONE, OWNER);

        assertTrue(template.key(0, 0, Instant.ofEpochMilli(Long.MAX_VALUE)).startsWith("9999-"));
        assertTrue(template.key(0, 0, Instant.ofEpochMilli(-1)).startsWith("1970-"));
    }
}
