package io.braid.log;

import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/// Tells the operator when the tier stops to answer, and when it does again: two lines a minute at most, however many
/// readers ask. Any thread.
final class TierHealth {
    private static final System.Logger LOG = System.getLogger(TierHealth.class.getName());
    private static final long SILENCE_MILLIS = 60_000;

    private final String location;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock(); // guards the writing of both
    private volatile boolean isTold; // the trouble there is, if there is any
    private long toldAt;

    TierHealth(String location, InstantSource clock) {
        this.location = location;
        this.clock = clock;
        this.toldAt = clock.millis() - SILENCE_MILLIS;
    }

    void failed(Throwable cause) {
        lock.lock();
        try {
            long since = clock.millis() - toldAt;
            if (isTold || since >= 0 && since < SILENCE_MILLIS) return;
            isTold = true;
            toldAt = clock.millis();
        } finally {
            lock.unlock();
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "records in the tier cannot be read now, those on this disk can: {0}: {1}",
                location,
                cause.toString());
    }

    void succeeded() {
        if (!isTold) return;
        lock.lock();
        try {
            if (!isTold) return;
            isTold = false;
        } finally {
            lock.unlock();
        }
        LOG.log(System.Logger.Level.INFO, "records in the tier can be read again: {0}", location);
    }
}
