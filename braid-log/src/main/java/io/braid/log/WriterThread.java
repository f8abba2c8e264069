package io.braid.log;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Gives a [Writer] its turns, and sleeps while nothing waits.
final class WriterThread implements AutoCloseable {
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
            if (writer.turn() > 0) continue;
            if (stopping) return;
            writer.wakeOnWork(Optional.of(thread));
            if (!writer.hasWork() && !stopping) LockSupport.park(writer);
            writer.wakeOnWork(Optional.empty());
        }
    }

    /// Lets the writer answer what waits, and waits for its end.
    @Override
    public void close() {
        stopping = true;
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
