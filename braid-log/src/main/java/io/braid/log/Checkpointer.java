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
    private final long identity;
    private final int epoch;
    private final List<Writer> writers;

    private final ReentrantLock running = new ReentrantLock(); // one at a time; guards `latest`, `failure`
    private final TreeMap<Integer, Checkpoint.WriterState> latest = new TreeMap<>();
    private Optional<IOException> failure = Optional.empty(); // the first: what was to be synced then may be lost

    private final ReentrantLock offering = new ReentrantLock(); // guards `offered`
    private final Queue<Checkpoint.Snapshot> offered = new ArrayDeque<>(); // a writer waits before it makes a third
    private volatile Runnable wake = () -> {};

    Checkpointer(Disk disk, long identity, int epoch, List<Writer> writers) {
        this.disk = disk;
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
            if (failure.isPresent()) throw new IOException("a checkpoint failed before", failure.get());
            var snapshots = takeOffered();
            try {
                if (!snapshots.isEmpty()) complete(snapshots, isClean);
            } catch (IOException e) {
                failure = Optional.of(e);
                for (var writer : writers) writer.submit(new Work.Fail(e)); // the caller may be only one of them
                throw e;
            }
        } finally {
            running.unlock();
        }
    }

    private void complete(List<Checkpoint.Snapshot> snapshots, boolean isClean) throws IOException {
        try {
            for (var snapshot : snapshots) sync(snapshot);
        } finally {
            for (var snapshot : snapshots) snapshot.release();
        }
        for (var snapshot : snapshots) latest.put(snapshot.state().writer(), snapshot.state());
        CheckpointFile.write(disk, new Checkpoint(identity, epoch, isClean, List.copyOf(latest.values())));
        for (var snapshot : snapshots) {
            writers.get(snapshot.state().writer()).release(snapshot.releasedSequence());
            for (var covered : snapshot.covered()) covered.tail().cover(covered.base());
        }
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

    private void sync(Checkpoint.Snapshot snapshot) throws IOException {
        for (var written : snapshot.written()) {
            written.segment().file().force();
            written.segment().writeIndex(written.extent());
        }
        for (var directory : snapshot.directories()) syncIfThere(directory);
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
