package io.braid.kafka;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// What one thread waits on until another has news for it. Rings that nobody waits for are kept, as one.
///
/// Threads are never interrupted here instead: an interrupt closes the file that its thread is reading, and with
/// it the segment that everybody else reads.
final class Doorbell {
    private final Semaphore rings = new Semaphore(0);
    private final BooleanSupplier isNeededElsewhere;
    private volatile boolean silenced;

    /// @param isNeededElsewhere whether others stand behind whoever waits; it becomes true before a ring
    Doorbell(BooleanSupplier isNeededElsewhere) {
        this.isNeededElsewhere = isNeededElsewhere;
    }

    /// Any thread, short.
    void ring() {
        if (rings.availablePermits() == 0) rings.release();
    }

    /// Waiting is over for good: whoever waits goes on, and nobody waits any more.
    void silence() {
        silenced = true;
        rings.release();
    }

    /// Whether to go on without waiting any longer.
    boolean mayNotWait() {
        return silenced || isNeededElsewhere.getAsBoolean();
    }

    /// Forgets the rings so far.
    void reset() {
        rings.drainPermits();
    }

    /// Waits for a ring, at most `millis` milliseconds.
    void await(long millis) throws InterruptedException {
        if (!mayNotWait()) rings.tryAcquire(millis, TimeUnit.MILLISECONDS);
    }
}
