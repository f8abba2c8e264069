package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// Completes checkpoints beside the writers, and has them made, and old segments deleted, from time to time. It also
/// looks after the disk: whether it is still there, and how much room it has.
final class KeeperThread implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(KeeperThread.class.getName());
    private static final long GRAIN_NANOS = 500_000_000; // how late any of it may be

    /// How long a missing reserve stays so at least: a log that is only opened and closed makes none, and where there
    /// is no room for it the disk is not filled and emptied without a pause.
    private static final long RESERVE_MILLIS = 5_000;

    private final Disk.Lock lock;
    private final DiskSpace space;
    private final Checkpointer checkpointer;
    private final List<Writer> writers;
    private final Trimmer trimmer;
    private final LogConfig limits;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean stopping;

    KeeperThread(
            Disk.Lock lock,
            DiskSpace space,
            Checkpointer checkpointer,
            List<Writer> writers,
            Trimmer trimmer,
            LogConfig limits,
            InstantSource clock) {
        this.lock = lock;
        this.space = space;
        this.checkpointer = checkpointer;
        this.writers = writers;
        this.trimmer = trimmer;
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
        long reserveAt = clock.millis() + RESERVE_MILLIS;
        while (!stopping) {
            if (!checkpointer.hasWork()) LockSupport.parkNanos(checkpointer, GRAIN_NANOS);
            if (stopping) return;
            try {
                lock.check();
                space.look();
                checkpointer.complete();
            } catch (DiskFullException _) {
                // Nothing is lost: the next round tries again. DiskSpace has told of it.
            } catch (IOException e) {
                for (var writer : writers) writer.submit(new Work.Fail(e));
                return;
            }
            long now = clock.millis();
            if (now >= reserveAt) {
                restoreReserve();
                reserveAt = now + RESERVE_MILLIS;
            }
            if (now >= checkpointAt) {
                for (var writer : writers) writer.submit(new Work.Snapshot(false, new CompletableFuture<>()));
                checkpointAt = now + limits.checkpointMillis();
            }
            if (now >= tidyAt) {
                for (var writer : writers) writer.submit(new Work.Tidy(new CompletableFuture<>()));
                trimmer.turn();
                tidyAt = now + limits.retentionCheckMillis();
            }
        }
    }

    private void restoreReserve() {
        try {
            space.restoreReserve();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the reserve could not be made: cause={0}", e.getMessage());
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
