package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StreamTest {
    private static final Instant SECOND = Instant.ofEpochSecond(1_000);
    private static final List<HashRange> HALVES = HashRange.even(2);

    @Test
    void eachKeyHasOneOpenShardAtTheBordersToo() {
        var stream = stream(2, open(0, 0, HALVES.get(0)), open(1, 1, HALVES.get(1)));

        assertEquals(0, stream.shardFor(HashKey.MIN).index());
        assertEquals(0, stream.shardFor(HALVES.get(0).last()).index());
        assertEquals(1, stream.shardFor(HALVES.get(1).first()).index());
        assertEquals(1, stream.shardFor(HashKey.MAX).index());
    }

    @Test
    void aClosedShardTakesNothingAndItsPartitionOnlyThroughAnotherOne() {
        var merged = open(2, 0, HashRange.WHOLE);
        var stream = stream(2, closed(0, 0, HALVES.get(0)), closed(1, 1, HALVES.get(1)), merged);

        assertEquals(merged, stream.shardFor(HashKey.MAX));
        assertTrue(stream.isWritable(0));
        assertFalse(stream.isWritable(1));
    }

    @Test
    void shardsThatLeaveAGapOrOverlapAreNoStream() {
        assertRefused("stream s: no open shard", 1, closed(0, 0, HashRange.WHOLE));
        assertRefused(
                "stream s: no open shard takes hash keys after " + HALVES.get(0).last(), 1, open(0, 0, HALVES.get(0)));
        assertRefused(gapBefore(HALVES.get(1)), 1, open(0, 0, HALVES.get(1)));
        assertRefused(gapBefore(HashRange.WHOLE), 2, open(0, 0, HashRange.WHOLE), open(1, 1, HashRange.WHOLE));
        assertRefused(gapBefore(HALVES.get(1)), 2, open(0, 0, HashRange.WHOLE), open(1, 1, HALVES.get(1)));
    }

    private static String gapBefore(HashRange range) {
        return "stream s: open shards overlap or leave a gap before hash key " + range.first();
    }

    @Test
    void shardsStandAtTheirIndexOnPartitionsOfTheirOwn() {
        assertRefused(
                "stream s: shard 1 stands after shard 1", 2, open(1, 0, HALVES.get(0)), open(1, 1, HALVES.get(1)));
        assertRefused("stream s: shard 0 lies on partition 1 of 1", 1, open(0, 1, HashRange.WHOLE));
        assertRefused(
                "stream s: two open shards on partition 0", 1, open(0, 0, HALVES.get(0)), open(1, 0, HALVES.get(1)));
    }

    private static void assertRefused(String message, int partitions, Shard... shards) {
        var refused = assertThrows(IllegalArgumentException.class, () -> stream(partitions, shards));
        assertEquals(message, refused.getMessage());
    }

    private static Shard open(int index, int partition, HashRange range) {
        return new Shard(index, partition, 0, new Shard.Open(), range, List.of(), SECOND);
    }

    private static Shard closed(int index, int partition, HashRange range) {
        return open(index, partition, range).closedAt(5, SECOND.plusSeconds(1));
    }

    private static Stream stream(int partitions, Shard... shards) {
        return new Stream(
                new UUID(0, 1),
                "s",
                Stream.Kind.USER,
                Stream.Mode.PROVISIONED,
                SECOND,
                Map.of(),
                List.of(shards),
                partitions);
    }
}
