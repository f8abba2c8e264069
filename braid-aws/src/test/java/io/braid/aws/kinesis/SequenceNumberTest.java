package io.braid.aws.kinesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.HashKey;
import io.braid.broker.HashRange;
import io.braid.broker.Shard;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceNumberTest {
    private static final HashRange ALL = new HashRange(HashKey.MIN, HashKey.MAX);

    private static BigInteger value(SequenceNumber number) {
        return new BigInteger(number.toString());
    }

    private static SequenceNumber number(long created, int shard, long offset, long arrival) {
        return new SequenceNumber(created, shard, offset, arrival);
    }

    @Test
    void theLayoutIsAmazons() {
        var number = number(0x054bb6b0fL, 0x1a, 0x123456789abcdefL, 0x054bb6b21L);

        assertEquals(
                "2054bb6b0fa0123456789abcdef00054bb6b210000001a2", value(number).toString(16));
        assertEquals(186, value(number).bitLength());
    }

    @Test
    void everyNumberCanBeReadBack() {
        var random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            var number = number(
                    random.nextLong() >>> 28 + random.nextInt(30),
                    random.nextInt() >>> 1,
                    random.nextLong() >>> 1 + random.nextInt(60),
                    random.nextLong() >>> 28 + random.nextInt(30));

            assertEquals(Optional.of(number), SequenceNumber.parse(number.toString()));
            assertEquals(slow(number), number.toString());
        }
    }

    /// The same digits by way of the hexadecimal layout.
    private static String slow(SequenceNumber n) {
        var hex = "2%09x%x%016x00%09x%08x2".formatted(n.created(), n.shard() & 15, n.offset(), n.arrival(), n.shard());
        return new BigInteger(hex, 16).toString();
    }

    @Test
    void numbersGrowWithTheOffsetWhateverTheTimestamps() {
        var earlier = number(100, 3, 7, 999);
        var later = number(100, 3, 8, 1);

        assertTrue(value(earlier).compareTo(value(later)) < 0);
    }

    @Test
    void aChildsNumbersAreGreaterThanAllOfItsParents() {
        var closed = new Shard.Closed(1 << 20, Instant.ofEpochSecond(5000));
        var parent = new Shard(0, 0, 0, closed, ALL, List.of(), Instant.ofEpochSecond(100));
        var child = new Shard(1, 0, 0, new Shard.Open(), ALL, List.of(0), Instant.ofEpochSecond(101));

        var end = value(SequenceNumber.end(parent, closed));
        assertTrue(end.compareTo(value(SequenceNumber.start(child))) < 0);
        assertTrue(value(SequenceNumber.of(parent, (1 << 20) - 1, 5_000_000)).compareTo(end) < 0);
    }

    @Test
    void aShardStartsBeforeItsFirstRecordWhateverItsTimestamp() {
        var shard = new Shard(2, 0, 5, new Shard.Open(), ALL, List.of(), Instant.ofEpochSecond(100));
        var start = SequenceNumber.start(shard);

        assertTrue(start.isStart());
        for (long timestamp : new long[] {Long.MIN_VALUE, -1, 0, 999, 1_700_000_000_000L, Long.MAX_VALUE}) {
            var record = SequenceNumber.of(shard, 5, timestamp);
            assertTrue(value(start).compareTo(value(record)) < 0, "timestamp " + timestamp);
            assertEquals(Optional.of(record), SequenceNumber.parse(record.toString()));
        }
    }

    @Test
    void whatIsNotInTheLayoutIsNotRead() {
        assertEquals(Optional.empty(), SequenceNumber.parse("0"));
        assertEquals(Optional.empty(), SequenceNumber.parse("5"));
        assertEquals(Optional.empty(), SequenceNumber.parse("9".repeat(56)));
        assertEquals(Optional.empty(), SequenceNumber.parse("9".repeat(129)));
        var indexTooHigh = new BigInteger("20000000000800000000000000000000000000000000002", 16);
        assertEquals(Optional.empty(), SequenceNumber.parse(indexTooHigh.toString()));
        assertEquals(Optional.of(5), SequenceNumber.legacyShard("5"));
    }
}
