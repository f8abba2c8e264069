package io.braid.aws.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.aws.scaling.Decision.Leave;
import io.braid.aws.scaling.Decision.Merge;
import io.braid.aws.scaling.Decision.Split;
import io.braid.broker.HashKey;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// One rule at a time: a second is a turn, a window ten of them, and what is cold for a hundred is merged.
class ScalerTest {
    private static final ScalingPolicy POLICY = new ScalingPolicy(
            Duration.ofSeconds(1), Duration.ofSeconds(10), 50, 16, Duration.ofSeconds(100), 8, Duration.ZERO);
    private static final int WINDOW = 10;
    private static final int COLD = 100;
    private static final double MIB = 1 << 20;
    private static final Scaler.KeySampler NO_KEYS = _ -> new KeySample();

    private final ModelStream stream = new ModelStream(POLICY, 4);
    private Scaler.Bounds bounds = new Scaler.Bounds(0, 4, 8, 1_000, Optional.empty());
    private Scaler.KeySampler keys = NO_KEYS;
    private long second;

    /// Goes on for so many turns, and writes with `each` in the second before each.
    private List<Decision> turns(int count, Consumer<ModelStream> each) {
        var decisions = new ArrayList<Decision>();
        for (int i = 0; i < count; i++) {
            each.accept(stream);
            second++;
            decisions.addAll(stream.turn(bounds, keys, 1_000 * second));
        }
        return decisions;
    }

    private static Consumer<ModelStream> bytes(double perSecond) {
        return stream -> stream.writeEvenly(perSecond, bytes -> bytes);
    }

    private static void nothing(ModelStream stream) {}

    private static Consumer<ModelStream> intoTheFirst(double bytes) {
        return stream -> stream.write(stream.open().getFirst(), bytes, 0);
    }

    @Test
    void nothingIsDecidedBeforeAWindowHasPassed() {
        assertEquals(List.of(), turns(WINDOW, bytes(100 * MIB)));
        assertEquals(4, turns(1, bytes(100 * MIB)).size());
    }

    @Test
    void aShardThatTakesMoreThanHalfOfWhatItMayIsSplitInTheMiddle() {
        var decisions = turns(WINDOW + 1, intoTheFirst(0.51 * MIB));

        var middle = HashKey.of(BigInteger.ONE.shiftLeft(125));
        assertEquals(
                List.of(new Split(0, middle, "522.2 KiB/s and 0 records/s for 10s, more than 50 % of a shard")),
                decisions);
        assertEquals(List.of(), turns(WINDOW, ScalerTest::nothing));
    }

    @Test
    void aShardThatTakesHalfStays() {
        assertEquals(List.of(), turns(3 * WINDOW, bytes(4 * 0.49 * MIB)));
    }

    @Test
    void manySmallRecordsMakeAShardHotToo() {
        var decisions = turns(WINDOW + 1, stream -> stream.write(stream.open().getLast(), 1_000, 501));

        assertEquals(3, assertInstanceOf(Split.class, decisions.getFirst()).shard());
    }

    @Test
    void childrenAreMeasuredForAWindowOfTheirOwnBeforeTheySplit() {
        turns(WINDOW + 1, bytes(16 * MIB));
        assertEquals(8, stream.open().size());
        bounds = new Scaler.Bounds(0, 4, 100, 1_000, Optional.empty());

        assertEquals(List.of(), turns(WINDOW, bytes(16 * MIB)));
        assertEquals(8, turns(1, bytes(16 * MIB)).size());
    }

    @Test
    void theHottestAreSplitFirstUpToTheCeilingAndTheRestIsSaidOnce() {
        bounds = new Scaler.Bounds(0, 4, 5, 1_000, Optional.empty());
        Consumer<ModelStream> load = stream -> {
            for (var shard : stream.open()) stream.write(shard, (1 + 0.1 * shard.index()) * MIB, 0);
        };

        var decisions = turns(100, load);

        assertEquals(3, assertInstanceOf(Split.class, decisions.get(0)).shard());
        assertEquals(
                new Leave(
                        "hot shards",
                        "4 of 4 shards are hot and there may be no more: raise kinesis.scaling.shards-max,"
                                + " kinesis.shards-max or broker.partitions-max"),
                decisions.get(1));
        assertEquals(2, decisions.size());
        assertEquals(5, stream.open().size());
    }

    @Test
    void theRoomOfAllStreamsIsACeilingToo() {
        bounds = new Scaler.Bounds(0, 4, 8, 2, Optional.empty());

        turns(WINDOW + 1, bytes(100 * MIB));

        assertEquals(6, stream.open().size());
    }

    @Test
    void neighboursThatWereColdLongEnoughAreMergedDownToTheFloor() {
        turns(WINDOW + 1, bytes(16 * MIB));
        assertEquals(8, stream.open().size());

        assertEquals(List.of(), turns(COLD - 1, ScalerTest::nothing));
        var decisions = turns(2 * COLD, ScalerTest::nothing);

        assertEquals(4, decisions.size());
        assertEquals(new Merge(4, 5, "both below 16 % of a shard for 1m40s, now 0.0 % together"), decisions.getFirst());
        assertEquals(4, stream.open().size());
        for (var shard : stream.open()) assertEquals(0.25, stream.part(shard), 1e-9);
    }

    @Test
    void oneWarmWindowMakesAShardWaitAnew() {
        turns(WINDOW + 1, bytes(16 * MIB));
        turns(COLD - 1, ScalerTest::nothing);
        turns(1, bytes(8 * 2 * MIB)); // a fifth of a shard each over the window

        assertEquals(List.of(), turns(COLD, ScalerTest::nothing));
        assertEquals(8, stream.open().size());
    }

    @Test
    void aColdShardBesideAWarmOneStays() {
        turns(WINDOW + 1, bytes(16 * MIB));

        turns(5 * COLD, stream -> {
            var open = stream.open();
            for (int i = 0; i < open.size(); i += 2) stream.write(open.get(i), 0.3 * MIB, 0);
        });

        assertEquals(8, stream.open().size());
    }

    @Test
    void whatForbidsMergesIsSaidOnce() {
        turns(WINDOW + 1, bytes(16 * MIB));
        bounds = new Scaler.Bounds(0, 4, 8, 1_000, Optional.of("a Kafka producer wrote"));

        var decisions = turns(5 * COLD, ScalerTest::nothing);

        assertEquals(List.of(new Leave("7 pairs of cold shards", "a Kafka producer wrote")), decisions);
    }

    @Test
    void asManyShardsAsAreToBeReadyAreMadeAndKept() {
        bounds = new Scaler.Bounds(7, 7, 8, 1_000, Optional.empty());

        var decisions = turns(1, ScalerTest::nothing);

        assertEquals("4 shards, 7 are to be ready", decisions.getFirst().why());
        assertEquals(7, stream.open().size());
        turns(5 * COLD, ScalerTest::nothing);
        assertEquals(7, stream.open().size());
    }

    @Test
    void aShardWhoseLoadIsOneKeysIsLeftAloneForAsLongAsColdTakes() {
        keys = shard -> {
            var sample = new KeySample();
            for (int i = 0; i < 100; i++) sample.add(shard.range().first(), 1_000);
            return sample;
        };

        var decisions = turns(WINDOW + COLD, intoTheFirst(MIB));

        assertEquals(
                List.of(new Leave(
                        "shard 0",
                        "1024.0 KiB/s and 0 records/s for 10s, more than 50 % of a shard,"
                                + " but 100 % of that have the hash key 0: a split would not help")),
                decisions);
        keys = NO_KEYS;
        assertInstanceOf(Split.class, turns(WINDOW, intoTheFirst(MIB)).getFirst(), "it is looked at again");
    }

    /// Without keys to look at, only the load of the children can tell.
    @Test
    void aLineOfSplitsThatDoNotHelpEnds() {
        bounds = new Scaler.Bounds(0, 4, 100, 1_000, Optional.empty());

        var decisions = turns(10 * WINDOW, intoTheFirst(MIB));

        assertEquals(Scaler.VAIN_MAX + 1, decisions.size());
        for (int i = 0; i < Scaler.VAIN_MAX; i++) assertInstanceOf(Split.class, decisions.get(i));
        assertTrue(decisions.getLast().why().endsWith("but the last 3 splits did not help"), decisions::toString);
    }

    @Test
    void splitsThatHelpEndNoLine() {
        bounds = new Scaler.Bounds(0, 4, 100, 1_000, Optional.empty());

        turns(10 * WINDOW, bytes(80 * MIB));

        assertEquals(100, stream.open().size(), "80 MiB/s would be enough for 160");
    }

    @Test
    void bothSidesOfASplitHaveTheirShareWhereKeysAreUneven() {
        keys = _ -> keysInTheLowestSixteenth();

        var decisions = turns(WINDOW + 1, intoTheFirst(MIB));

        var at = assertInstanceOf(Split.class, decisions.getFirst()).at().toBigInteger();
        var sixteenth = BigInteger.ONE.shiftLeft(126 - 4);
        assertTrue(at.compareTo(sixteenth) < 0, "split at " + at + ", above all keys");
    }

    private static KeySample keysInTheLowestSixteenth() {
        var sample = new KeySample();
        var step = BigInteger.ONE.shiftLeft(126 - 4).divide(BigInteger.valueOf(100));
        for (int i = 0; i < 100; i++) sample.add(HashKey.of(step.multiply(BigInteger.valueOf(i))), 100);
        return sample;
    }
}
