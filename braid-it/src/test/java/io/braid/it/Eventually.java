package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Asks again until the answer is the expected one, for what a protocol says happens "soon".
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private Eventually() {}

    /// Fails with the last answer if none within a minute equals `expected`.
    static void equal(Object expected, Callable<?> question) throws Exception {
        equal(expected, LIMIT, question);
    }

    static void equal(Object expected, Duration limit, Callable<?> question) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        Object answer = question.call();
        while (!expected.equals(answer) && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE_NANOS);
            answer = question.call();
        }
        assertEquals(expected, answer);
    }
}
