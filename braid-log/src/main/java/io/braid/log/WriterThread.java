package io.braid.log;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Gives a [Writer] its turns, and sleeps while nothing waits and nothing is due.
final class WriterThread implements AutoCloseable {
    /// It looks at the clock this often while something is to be synced later, as clocks may be moved; and sleeps at
    /// least a millisecond, as they may also stand still.
    private static final long SLEEP_MILLIS_MAX = 500;

    /// A turn that waits for room on the disk is tried again this often.
    private static final long WAIT_NANOS = 100_000_000;

    private static final System.Logger LOG = System.getLogger(WriterThread.class.getName());

    private final Writer writer;
    private final Thread thread;
    private volatile boolean stopping;

    WriterThread(Writer writer, int index) {
        this.writer = writer;
        this.thread = Thread.ofPlatform().name("braid-writer-" + index).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (true) {
            boolean isWell = writer.failure().isEmpty();
            boolean wasWaiting = writer.isWaiting();
            int answered = writer.turn();
            if (isWell && writer.failure().isPresent()) tell(writer.failure().get());
            else if (wasWaiting != writer.isWaiting()) tellOfWaiting(wasWaiting);
            if (answered > 0) continue;
            if (writer.isWaiting()) {
                LockSupport.parkNanos(writer, WAIT_NANOS);
                continue;
            }
            if (stopping) return;
            writer.wakeOnWork(Optional.of(thread));
            if (!writer.hasWork() && !stopping) sleep();
            writer.wakeOnWork(Optional.empty());
        }
    }

    private static void tell(IOException cause) {
        LOG.log(
                System.Logger.Level.ERROR,
                "writer stopped, its partitions are closed until the log is opened again: " + cause.getMessage(),
                cause);
    }

    private static void tellOfWaiting(boolean wasWaiting) {
        if (wasWaiting) LOG.log(System.Logger.Level.INFO, "a write that found no room on the disk waits no more");
        else
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a write waits for room on the disk, and all other writes behind it: make some");
    }

    private void sleep() {
        long millis = writer.millisUntilDue();
        if (millis == Long.MAX_VALUE) LockSupport.park(writer);
        else LockSupport.parkNanos(writer, TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, 1, SLEEP_MILLIS_MAX)));
    }

    /// Lets the writer answer what waits, and waits for its end.
    @Override
    public void close() {
        stopping = true;
        writer.waitNoMore();
        LockSupport.unpark(thread);
        await(thread);
    }

    /// Waits for a thread's end even if interrupted, and keeps the interrupt for the caller.
    static void await(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
