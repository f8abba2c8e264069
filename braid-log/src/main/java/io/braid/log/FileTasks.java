package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Tasks on many files of which none waits for another: where the disk gains by it ([Disk#tasksAtOnce]), some are done
/// at a time. Ten thousand files are synced in seconds then, as file systems write down together what happened to many.
///
/// One thread adds and then runs them.
final class FileTasks {
    interface Task {
        void run() throws IOException;
    }

    private final int atOnce;
    private final List<Task> all = new ArrayList<>();
    private volatile boolean hasFailed;

    /// @param atOnce how many are done at a time, at most
    FileTasks(int atOnce) {
        this.atOnce = atOnce;
    }

    void add(Task task) {
        all.add(task);
    }

    /// Returns when all are done.
    ///
    /// @throws IOException one of them failed, and others perhaps were not begun
    void run() throws IOException {
        int threads = Math.min(atOnce, all.size());
        if (threads <= 1) for (var task : all) task.run();
        else runOn(threads);
    }

    private void runOn(int threads) throws IOException {
        var failure = Optional.<Throwable>empty();
        try (var executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("braid-files-", 0).factory())) {
            var running = new ArrayList<Future<?>>(all.size());
            for (var task : all) running.add(executor.submit(() -> runUnlessFailed(task)));
            for (var each : running)
                try {
                    each.get();
                } catch (ExecutionException e) {
                    if (failure.isEmpty()) failure = Optional.of(e.getCause());
                }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it waited for files", e);
        }
        if (failure.isEmpty()) return;
        switch (failure.get()) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new IOException(e);
        }
    }

    private Void runUnlessFailed(Task task) throws IOException {
        if (hasFailed) return null;
        boolean isDone = false;
        try {
            task.run();
            isDone = true;
        } finally {
            hasFailed |= !isDone;
        }
        return null;
    }
}
