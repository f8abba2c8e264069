package io.braid.aws.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.aws.scaling.KeySample.Advice.OneKey;
import io.braid.aws.scaling.KeySample.Advice.SplitAt;
import io.braid.broker.HashKey;
import io.braid.broker.HashRange;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeySampleTest {
    private static final HashRange RANGE = new HashRange(key(0), key(999));

    private final KeySample sample = new KeySample();

    private static HashKey key(long value) {
        return HashKey.of(BigInteger.valueOf(value));
    }

    private void add(long key, int times) {
        for (int i = 0; i < times; i++) sample.add(key(key), 100);
    }

    @Test
    void theMiddleIsGoodEnoughForKeysThatAreSpread() {
        for (int i = 0; i < 40; i++) add(i * 23 + 50, 1);

        assertEquals(new SplitAt(key(500)), sample.advise(RANGE));
    }

    @Test
    void aFewRecordsTellNothing() {
        add(1, 19);

        assertEquals(new SplitAt(key(500)), sample.advise(RANGE));
    }

    @Test
    void theBorderIsBetweenTheKeysThatShareTheLoadNearestToTheMiddle() {
        add(10, 50);
        add(20, 5);
        add(400, 50);

        assertEquals(new SplitAt(key(400)), sample.advise(RANGE));
    }

    @Test
    void loadWeighsMoreThanHowManyRecordsThereAre() {
        add(700, 100);
        for (int i = 0; i < 20; i++) sample.add(key(600 + i), 1 << 20);

        var at = assertInstanceOf(SplitAt.class, sample.advise(RANGE)).key();

        assertTrue(at.compareTo(key(600)) > 0 && at.compareTo(key(619)) <= 0, "cut at " + at);
    }

    @Test
    void oneKeyThatHasMostOfTheLoadIsNamed() {
        add(300, 90);
        add(301, 5);
        add(900, 5);

        assertEquals(new OneKey(key(300), 90), sample.advise(RANGE));
    }

    @Test
    void twoHeavyKeysAreParted() {
        add(300, 50);
        add(301, 50);

        assertEquals(new SplitAt(key(301)), sample.advise(RANGE));
    }

    @Test
    void aRangeTooNarrowIsOneKeys() {
        assertEquals(new OneKey(key(5), 100), sample.advise(new HashRange(key(5), key(7))));
    }

    /// Whatever the keys are: either child has two keys, and nearly all of the load on one side is one key's.
    @Test
    void aSplitHelpsOrOneKeyIsToBlame() {
        var random = new Random(1);
        for (int run = 0; run < 500; run++) {
            var keys = new KeySample();
            var weights = new long[1_000];
            int distinct = 1 + random.nextInt(6);
            for (int i = 0; i < distinct; i++) {
                int key = random.nextInt(1_000);
                int times = 5 + random.nextInt(100);
                for (int j = 0; j < times; j++) keys.add(key(key), 100);
                weights[key] += times;
            }
            long total = 0;
            for (long weight : weights) total += weight;
            if (total < 20) continue;
            switch (keys.advise(RANGE)) {
                case SplitAt(var at) -> {
                    int border = at.toBigInteger().intValueExact();
                    assertTrue(border >= 2 && border <= 998, "border " + border);
                    long below = 0;
                    for (int key = 0; key < border; key++) below += weights[key];
                    boolean isAtEdge = border == 2 || border == 998;
                    assertTrue(isAtEdge || Math.max(below, total - below) <= 0.81 * total, "run " + run);
                }
                case OneKey(var key, int percent) -> {
                    assertTrue(percent >= 60, "run " + run);
                    assertEquals(
                            percent,
                            Math.round(100.0 * weights[key.toBigInteger().intValueExact()] / total),
                            "run " + run);
                }
            }
        }
    }
}
