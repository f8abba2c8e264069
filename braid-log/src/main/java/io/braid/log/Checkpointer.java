package io.braid.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// Makes journals superfluous: syncs what the writers have written to segments since they last looked, then writes
/// the checkpoint file that says so. Any thread; production has one for it, so that writers go on meanwhile.
final class Checkpointer {
    private final Disk disk;
    private final Disk.Lock lock;
    private final long identity;
    private final int epoch;
    private final List<Writer> writers;

    private final ReentrantLock running = new ReentrantLock(); // one at a time; guards `latest`, `synced`, `failure`
    private final TreeMap<Integer, Checkpoint.WriterState> latest = new TreeMap<>();
    private final TreeMap<Integer, Checkpoint.Snapshot> synced = new TreeMap<>(); // waits for the file to say so
    private Optional<IOException> failure = Optional.empty(); // the first: what was to be synced then may be lost

    private final ReentrantLock offering = new ReentrantLock(); // guards `offered`
    private final Queue<Checkpoint.Snapshot> offered = new ArrayDeque<>(); // a writer waits before it makes a third
    private volatile Runnable wake = () -> {};

    Checkpointer(Disk disk, Disk.Lock lock, long identity, int epoch, List<Writer> writers) {
        this.disk = disk;
        this.lock = lock;
        this.identity = identity;
        this.epoch = epoch;
        this.writers = writers;
    }

    /// Takes a snapshot over; [#complete] does the work.
    void offer(Checkpoint.Snapshot snapshot) {
        offering.lock();
        try {
            offered.add(snapshot);
        } finally {
            offering.unlock();
        }
        wake.run();
    }

    /// Whom to tell that there is work; nobody by default.
    void wakeOnWork(Runnable newWake) {
        wake = newWake;
    }

    boolean hasWork() {
        offering.lock();
        try {
            return !offered.isEmpty();
        } finally {
            offering.unlock();
        }
    }

    /// Returns when everything that was offered before is on the disk.
    ///
    /// @throws DiskFullException there is no room for the checkpoint: the next call tries again, and until then the
    ///     journals are needed
    /// @throws IOException the disk failed: no later call will do better
    void complete() throws IOException {
        complete(false);
    }

    /// The last one: what is offered now is all there will ever be.
    void completeCleanly() throws IOException {
        complete(true);
    }

    private void complete(boolean isClean) throws IOException {
        running.lock();
        try {
            if (failure.isPresent())
                throw new IOException(
                        "a checkpoint failed before: " + failure.get().getMessage(), failure.get());
            try {
                sync(takeOffered(), isClean);
            } catch (IOException e) {
                throw failed(e);
            }
            try {
                if (!synced.isEmpty()) write(isClean);
            } catch (DiskFullException e) {
                throw e; // what was synced waits in `synced`
            } catch (IOException e) {
                throw failed(e);
            }
        } finally {
            running.unlock();
        }
    }

    private IOException failed(IOException cause) {
        failure = Optional.of(cause);
        for (var writer : writers) writer.submit(new Work.Fail(cause)); // whoever called may be only one of them
        return cause;
    }

    private void sync(List<Checkpoint.Snapshot> snapshots, boolean isLast) throws IOException {
        try {
            // While writers go on they are not to wait behind a crowd of them.
            var tasks = new FileTasks(isLast ? disk.tasksAtOnce() : 1);
            for (var snapshot : snapshots) add(snapshot, isLast, tasks);
            tasks.run();
        } finally {
            for (var snapshot : snapshots) snapshot.release();
        }
        for (var snapshot : snapshots) {
            latest.put(snapshot.state().writer(), snapshot.state());
            synced.put(snapshot.state().writer(), snapshot);
        }
    }

    private void write(boolean isClean) throws IOException {
        CheckpointFile.write(disk, new Checkpoint(identity, epoch, isClean, List.copyOf(latest.values())));
        lock.check(); // if that went to another place than the journals are in, they are still needed
        synced.forEach((writer, snapshot) -> {
            writers.get(writer).release(snapshot.releasedSequence());
            snapshot.settle();
        });
        synced.clear();
    }

    /// Before the first turn: the checkpoint that begins the epoch.
    void begin(List<Checkpoint.WriterState> states) throws IOException {
        for (var state : states) latest.put(state.writer(), state);
        CheckpointFile.write(disk, new Checkpoint(identity, epoch, false, states));
    }

    private List<Checkpoint.Snapshot> takeOffered() {
        offering.lock();
        try {
            var taken = new ArrayList<>(offered);
            offered.clear();
            return taken;
        } finally {
            offering.unlock();
        }
    }

    private void add(Checkpoint.Snapshot snapshot, boolean isLast, FileTasks tasks) {
        for (var written : snapshot.written())
            tasks.add(() -> {
                written.segment().file().force();
                written.segment().writeIndex(written.extent(), isLast);
            });
        for (var directory : snapshot.directories()) tasks.add(() -> syncIfThere(directory));
    }

    /// Whoever deletes a partition syncs that by itself, and may do so at any moment.
    private void syncIfThere(String directory) throws IOException {
        try {
            if (disk.exists(directory)) disk.syncDirectory(directory);
        } catch (NoSuchFileException e) {
            if (disk.exists(directory)) throw e;
        }
    }
}
