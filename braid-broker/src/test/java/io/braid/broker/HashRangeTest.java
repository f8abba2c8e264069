package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashRangeTest {
    private static final BigInteger LAST = BigInteger.TWO.pow(128).subtract(BigInteger.ONE);

    @Test
    void threeRangesStartWhereAmazonsDo() {
        assertEquals(
                List.of(
                        range("0", "113427455640312821154458202477256070484"),
                        range("113427455640312821154458202477256070485", "226854911280625642308916404954512140969"),
                        range("226854911280625642308916404954512140970", "340282366920938463463374607431768211455")),
                HashRange.even(3));
    }

    @Test
    void anyNumberOfRangesCoversEveryKeyOnce() {
        for (int count : List.of(1, 2, 7, 100, 1_000)) {
            var next = BigInteger.ZERO;
            for (var range : HashRange.even(count)) {
                assertEquals(next, range.first().toBigInteger());
                next = range.last().toBigInteger().add(BigInteger.ONE);
            }
            assertEquals(LAST.add(BigInteger.ONE), next);
        }
        assertThrows(IllegalArgumentException.class, () -> HashRange.even(0));
    }

    @Test
    void aPartitionKeyIsPlacedByItsMd5AsAnUnsignedNumber() {
        // md5("a") = 0cc175b9c0f1b6a831c399e269772661, md5("") = d41d8cd98f00b204e9800998ecf8427e (RFC 1321)
        assertEquals(new HashKey(0x0cc175b9c0f1b6a8L, 0x31c399e269772661L), key("a"));
        assertEquals(new BigInteger("d41d8cd98f00b204e9800998ecf8427e", 16), key("").toBigInteger());
        assertEquals(1, Integer.signum(key("").compareTo(key("a"))));
    }

    @Test
    void aKeyOutsideTheSpaceIsRefused() {
        assertEquals(HashKey.MAX, HashKey.of(LAST));
        assertThrows(IllegalArgumentException.class, () -> HashKey.of(LAST.add(BigInteger.ONE)));
        assertThrows(IllegalArgumentException.class, () -> HashKey.of(BigInteger.valueOf(-1)));
    }

    @Test
    void halvesMeetAndTheKeyOfOneRangeCannotBeHalved() {
        var halves = HashRange.WHOLE.halves();

        assertEquals(HashRange.even(2), halves);
        assertEquals(halves.get(1).first(), halves.get(0).last().next());
        assertThrows(IllegalStateException.class, () -> new HashRange(HashKey.MIN, HashKey.MIN).halves());
        assertEquals(new HashKey(1, 0), new HashKey(0, -1).next());
    }

    /// docs/keys.md gives this formula to people who write with Kafka beside Kinesis.
    @Test
    void theFormulaInTheDocumentsFindsTheShardOfAKey() {
        for (int n : List.of(1, 3, 7, 64)) {
            var ranges = HashRange.even(n);
            var width = BigInteger.TWO.pow(128).divide(BigInteger.valueOf(n));
            for (int i = 0; i < 1_000; i++) {
                var hash = key("customer-" + i);
                int partition = hash.toBigInteger()
                        .divide(width)
                        .min(BigInteger.valueOf(n - 1))
                        .intValue();
                assertTrue(ranges.get(partition).contains(hash));
            }
            assertTrue(ranges.getLast().contains(HashKey.MAX));
        }
    }

    private static HashKey key(String partitionKey) {
        return HashKey.ofPartitionKey(partitionKey.getBytes(StandardCharsets.UTF_8));
    }

    private static HashRange range(String first, String last) {
        return new HashRange(HashKey.of(new BigInteger(first)), HashKey.of(new BigInteger(last)));
    }
}
