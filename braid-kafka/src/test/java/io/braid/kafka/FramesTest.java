package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static final int MIB = 1 << 20;

    @Test
    void memoryForRecordsLiesOffTheHeapAndIsUsedAgain() throws InterruptedException {
        var frames = new Frames(100 * MIB);

        var first = frames.take(20_000, true);
        assertTrue(first.buffer().isDirect());
        assertEquals(20_000, first.buffer().remaining());
        first.release();
        var second = frames.take(30_000, true);

        assertSame(first.buffer(), second.buffer());
        assertEquals(30_000, second.buffer().remaining());
        assertFalse(frames.take(30_000, false).buffer().isDirect());
    }

    @Test
    void beyondItsMaximumMemoryComesFromTheHeap() throws InterruptedException {
        var frames = new Frames(1000 * MIB);
        var taken = new ArrayList<Frames.Frame>();
        for (int i = 0; i < 48; i++) taken.add(frames.take(MIB, true));
        assertTrue(taken.stream().allMatch(frame -> frame.buffer().isDirect()));

        assertFalse(frames.take(MIB, true).buffer().isDirect());

        taken.getFirst().release();
        assertTrue(frames.take(64 << 10, true).buffer().isDirect()); // another size takes its place
    }

    @Test
    void whileTooMuchIsInFlightTheNextWaits() throws InterruptedException {
        var frames = new Frames(2 * MIB);
        var first = frames.take(MIB, false);
        var taken = new CountDownLatch(1);
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                frames.take(MIB + 2048, false);
                taken.countDown();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertFalse(taken.await(50, TimeUnit.MILLISECONDS));

        first.release();

        assertTrue(taken.await(20, TimeUnit.SECONDS));
        waiting.join();
    }
}
