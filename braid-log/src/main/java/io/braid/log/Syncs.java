package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Many syncs of which none waits for another: where the disk gains by it ([Disk#syncsAtOnce]), some are done at a time.
/// Ten thousand files are on the disk in seconds then, as file systems write down together what happened to many.
///
/// One thread adds and then runs them.
final class Syncs {
    interface Sync {
        void run() throws IOException;
    }

    private final int atOnce;
    private final List<Sync> all = new ArrayList<>();

    /// @param atOnce how many are done at a time, at most
    Syncs(int atOnce) {
        this.atOnce = atOnce;
    }

    void add(Sync sync) {
        all.add(sync);
    }

    /// Returns when all are done.
    ///
    /// @throws IOException one of them failed, and others perhaps were not begun
    void run() throws IOException {
        int threads = Math.min(atOnce, all.size());
        if (threads <= 1) for (var sync : all) sync.run();
        else runOn(threads);
    }

    private void runOn(int threads) throws IOException {
        var failure = Optional.<IOException>empty();
        try (var executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("braid-sync-", 0).factory())) {
            var running = new ArrayList<Future<?>>(all.size());
            for (var sync : all)
                running.add(executor.submit(() -> {
                    sync.run();
                    return null;
                }));
            for (var each : running)
                try {
                    each.get();
                } catch (ExecutionException e) {
                    var cause = e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
                    if (failure.isEmpty()) failure = Optional.of(cause);
                }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while files were synced", e);
        }
        if (failure.isPresent()) throw failure.get();
    }
}
