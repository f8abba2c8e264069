package io.braid.aws.kinesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BucketsTest {
    private static final int MOST = 5_000;

    private long millis;

    private final Buckets<Integer, TokenBucket> buckets =
            new Buckets<>(() -> new TokenBucket(1, () -> Instant.ofEpochMilli(millis)), TokenBucket::isFull, MOST);

    @Test
    void whoComesAgainHasTheSame() {
        assertSame(buckets.of(1).orElseThrow(), buckets.of(1).orElseThrow());
    }

    @Test
    void thoseThatWereNotUsedLatelyAreForgotten() {
        for (int second = 0; second < 100; second++) {
            for (int i = 0; i < 1000; i++)
                buckets.of(1000 * second + i).orElseThrow().take(1);
            millis += 1000;
        }

        assertTrue(buckets.size() <= 4_096, "kept " + buckets.size());
    }

    @Test
    void oneMoreThanMayBeInUseHasNone() {
        for (int i = 0; i < MOST; i++) buckets.of(i).orElseThrow().take(1);

        assertEquals(Optional.empty(), buckets.of(MOST));

        assertTrue(buckets.of(0).isPresent());
        millis += 1000;
        assertTrue(buckets.of(MOST).isPresent());
    }
}
