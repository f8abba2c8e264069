package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is remembered of the tier: shared, bounded, and forgotten in the right order.
class TierCacheTest {
    private record Piece(int byteSize) implements TierCache.Piece {}

    private final TierHealth health = new TierHealth("test", () -> Instant.ofEpochMilli(5));
    private final TierCache cache = new TierCache(100, Runnable::run, health);

    private static TierCache.Key key(int part) {
        return new TierCache.Key("object", part);
    }

    private Piece get(int part, int size) throws IOException {
        return cache.get(Piece.class, key(part), () -> new Piece(size));
    }

    @Test
    void aPieceIsRequestedOnce() throws IOException {
        var first = get(1, 10);

        assertSame(first, get(1, 10));
        assertEquals(10, cache.byteSize());
    }

    @Test
    void thatWhichWasUsedLongestAgoGoesFirst() throws IOException {
        get(1, 40);
        get(2, 40);
        get(1, 40);

        get(3, 40);

        assertTrue(cache.contains(key(1)));
        assertFalse(cache.contains(key(2)));
        assertEquals(80, cache.byteSize());
    }

    @Test
    void onePieceLargerThanAllIsGivenToo() throws IOException {
        get(1, 40);

        assertEquals(500, get(2, 500).byteSize());
        get(3, 10);

        assertEquals(10, cache.byteSize());
    }

    @Test
    void aFailureIsNotRemembered() throws IOException {
        var failed = assertThrows(
                TierException.class,
                () -> cache.get(Piece.class, key(1), () -> {
                    throw new IOException("it is away");
                }));

        assertEquals("it is away", failed.getMessage());
        assertEquals(7, get(1, 7).byteSize());
    }

    @Test
    void whoWantsTheSameAtOnceSharesOneRequest() throws Exception {
        var requests = new AtomicInteger();
        var go = new CountDownLatch(1);
        var answers = new ArrayList<Future<Piece>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var shared = new TierCache(100, threads, health);
            for (int i = 0; i < 10; i++)
                answers.add(threads.submit(() -> shared.get(Piece.class, key(1), () -> {
                    requests.incrementAndGet();
                    awaitQuietly(go);
                    return new Piece(1);
                })));
            go.countDown();
            for (var answer : answers) assertSame(answers.getFirst().get(), answer.get());
        }
        assertEquals(1, requests.get());
    }

    @Test
    void aReaderThatIsInterruptedTakesNothingFromOthers() throws Exception {
        var go = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var shared = new TierCache(100, threads, health);
            TierCache.Request<Piece> slow = () -> {
                awaitQuietly(go);
                return new Piece(1);
            };
            var impatient = threads.submit(() -> shared.get(Piece.class, key(1), slow));
            var patient = threads.submit(() -> shared.get(Piece.class, key(1), slow));
            impatient.cancel(true);
            go.countDown();

            assertEquals(1, patient.get().byteSize());
        }
    }

    @Test
    void nothingIsReadAheadWhileOthersWait() {
        Queue<Runnable> waiting = new ArrayDeque<>();
        var busy = new TierCache(100, waiting::add, health);
        for (int part = 0; part < 30; part++) busy.ahead(key(part), () -> new Piece(1));

        assertEquals(16, waiting.size());
        waiting.forEach(Runnable::run);
        busy.ahead(key(40), () -> new Piece(1));
        assertEquals(17, waiting.size());
    }

    @Test
    void whatClientsHoldIsBounded() throws Exception {
        var small = new TierCache(4 << 10, Runnable::run, health);
        var all = small.lease(1 << 20); // more than there is: all of it
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var next = threads.submit(() -> small.lease(1));
            assertFalse(next.isDone());

            all.close();

            next.get().close();
        }
        small.lease(4 << 10).close();
    }

    @Test
    void whatWasWrongIsForgotten() throws IOException {
        get(1, 10);

        cache.forget(key(1));

        assertEquals(0, cache.byteSize());
        assertEquals(List.of(false), List.of(cache.contains(key(1))));
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
