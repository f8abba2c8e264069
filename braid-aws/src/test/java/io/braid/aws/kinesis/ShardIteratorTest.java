package io.braid.aws.kinesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.aws.wire.AwsFault;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ShardIteratorTest {
    private static final long NOW = Instant.parse("2026-11-23T01:02:03Z").toEpochMilli();
    private static final ShardIterator ITERATOR = new ShardIterator(NOW, new UUID(1, 2), "orders", 3, 4_000_000_000L);

    private final Seal seal = seal("secret", "shard iterator");

    private static Seal seal(String secret, String purpose) {
        return new Seal(() -> secret.getBytes(StandardCharsets.UTF_8), purpose);
    }

    private void assertInvalid(String token) {
        var fault = assertThrows(AwsFault.class, () -> ShardIterator.open(seal, token, NOW));
        assertEquals("InvalidArgumentException", fault.type());
        assertEquals("Invalid ShardIterator.", fault.message().orElseThrow());
    }

    @Test
    void itCarriesEverythingItself() {
        assertEquals(ITERATOR, ShardIterator.open(seal, ITERATOR.sealed(seal), NOW + ShardIterator.LIFE_MILLIS));
    }

    @Test
    void itIsValidAfterARestart() {
        var sameServerLater = seal("secret", "shard iterator");

        assertEquals(ITERATOR, ShardIterator.open(sameServerLater, ITERATOR.sealed(seal), NOW));
    }

    @Test
    void itMayStandInQuotationMarks() {
        assertEquals(ITERATOR, ShardIterator.open(seal, "\"" + ITERATOR.sealed(seal) + "\"", NOW));
    }

    @Test
    void itFitsAmazonsLimitEvenForKafkasLongestName() {
        var longest = new ShardIterator(NOW, new UUID(1, 2), "n".repeat(249), 3, 4);

        assertTrue(longest.sealed(seal).length() <= 512);
    }

    @Test
    void oneCharacterChangedMakesItInvalid() {
        var token = ITERATOR.sealed(seal);
        for (int i = 0; i < token.length() - 4; i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            assertInvalid(token.substring(0, i) + other + token.substring(i + 1));
        }
    }

    @Test
    void nothingElsePasses() {
        assertInvalid("");
        assertInvalid("\"");
        assertInvalid("not base64!");
        assertInvalid("AAAA");
        assertInvalid(ITERATOR.sealed(seal("another secret", "shard iterator")));
        assertInvalid(new PageToken(NOW, "", "").sealed(seal("secret", "list shards")));
        assertInvalid(new PageToken(NOW, "", "").sealed(seal));
    }

    @Test
    void itExpiresAfterFiveMinutesInAmazonsWords() {
        var token = ITERATOR.sealed(seal);

        var fault = assertThrows(
                AwsFault.class, () -> ShardIterator.open(seal, token, NOW + ShardIterator.LIFE_MILLIS + 1));

        assertEquals("ExpiredIteratorException", fault.type());
        assertEquals(
                "Iterator expired. The iterator was created at time Mon Nov 23 01:02:03 UTC 2026 while right now it is"
                    + " Mon Nov 23 01:07:03 UTC 2026 which is further in the future than the tolerated delay of 300000"
                    + " milliseconds.",
                fault.message().orElseThrow());
    }
}
