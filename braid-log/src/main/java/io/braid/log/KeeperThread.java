package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// Completes checkpoints beside the writers, and has them made, and old segments deleted, from time to time.
final class KeeperThread implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(KeeperThread.class.getName());
    private static final long GRAIN_NANOS = 500_000_000; // how late any of it may be

    private final Checkpointer checkpointer;
    private final List<Writer> writers;
    private final LogConfig limits;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean stopping;

    KeeperThread(Checkpointer checkpointer, List<Writer> writers, LogConfig limits, InstantSource clock) {
        this.checkpointer = checkpointer;
        this.writers = writers;
        this.limits = limits;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("braid-keeper").daemon().unstarted(this::run);
    }

    void start() {
        checkpointer.wakeOnWork(() -> LockSupport.unpark(thread));
        thread.start();
    }

    private void run() {
        long checkpointAt = clock.millis() + limits.checkpointMillis();
        long tidyAt = clock.millis() + limits.retentionCheckMillis();
        while (!stopping) {
            if (!checkpointer.hasWork()) LockSupport.parkNanos(checkpointer, GRAIN_NANOS);
            if (stopping) return;
            try {
                checkpointer.complete();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "the checkpoint failed, all partitions are closed", e);
                return;
            }
            long now = clock.millis();
            if (now >= checkpointAt) {
                for (var writer : writers) writer.submit(new Work.Snapshot(false, new CompletableFuture<>()));
                checkpointAt = now + limits.checkpointMillis();
            }
            if (now >= tidyAt) {
                for (var writer : writers) writer.submit(new Work.Tidy(new CompletableFuture<>()));
                tidyAt = now + limits.retentionCheckMillis();
            }
        }
    }

    /// Waits for the end of what it does now.
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        WriterThread.await(thread);
    }
}
