package io.braid.broker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A virtual thread that calls one thing again and again, until it is closed.
public final class Periodic implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Periodic.class.getName());

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private Periodic(String name, Duration period, Runnable turn) {
        thread = Thread.ofVirtual().name(name).unstarted(() -> run(name, period, turn));
    }

    /// The first call comes after one period. A call that fails is logged, and the next comes all the same.
    public static Periodic start(String name, Duration period, Runnable turn) {
        var periodic = new Periodic(name, period, turn);
        periodic.thread.start();
        return periodic;
    }

    private void run(String name, Duration period, Runnable turn) {
        try {
            while (!closing.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    turn.run();
                } catch (RuntimeException bug) {
                    LOG.log(System.Logger.Level.ERROR, name + " failed", bug);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nobody else has a hold of this thread: it ends
        }
    }

    /// Returns when a call that goes on has returned.
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
