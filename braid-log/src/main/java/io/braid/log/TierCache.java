package io.braid.log;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// What was read lately of objects in the tier, in pieces; the piece that was used longest ago goes first. Any
/// thread.
///
/// Readers that want the same piece share one request. Requests run on threads of the executor, not their readers',
/// so that a reader that is interrupted, or waits no longer, takes nothing away from the others. No lock is held
/// meanwhile.
final class TierCache {
    /// Of one log; more wait for their turn.
    private static final int REQUESTS_MAX = 16;

    /// A client would give up on us soon after. The request goes on, and whoever asks again finds what it brought.
    private static final int WAIT_SECONDS_MAX = 10;

    private static final int PERMIT_BYTES = 1 << 10;

    /// One piece of an object.
    record Key(String object, int part) {}

    interface Piece {
        int byteSize();
    }

    interface Request<T extends Piece> {
        T run() throws IOException;
    }

    /// Bytes that a reader holds outside of the cache until it closes this.
    interface Lease extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Entry {
        final CompletableFuture<Piece> piece = new CompletableFuture<>();
        int byteSize; // guarded by `lock`; 0 until it is there
    }

    private final Executor executor;
    private final TierHealth health;
    private final long bytesMax;
    private final Semaphore requests = new Semaphore(REQUESTS_MAX, true);
    private final Semaphore leases; // in units of PERMIT_BYTES
    private final int leasesMax;
    private final ReentrantLock lock = new ReentrantLock(); // guards `entries`, `bytes`
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // in the order of their last use
    private long bytes;

    TierCache(long bytesMax, Executor executor, TierHealth health) {
        this.bytesMax = bytesMax;
        this.health = health;
        this.executor = executor;
        this.leasesMax = (int) Math.min(Integer.MAX_VALUE, bytesMax / PERMIT_BYTES);
        this.leases = new Semaphore(leasesMax, true);
    }

    /// The piece, requested if need be.
    ///
    /// @throws TierException the request failed, or takes too long
    <T extends Piece> T get(Class<T> type, Key key, Request<T> request) throws TierException {
        var entry = new Entry();
        var there = enter(key, entry);
        if (there == entry)
            executor.execute(() -> {
                requests.acquireUninterruptibly();
                try {
                    run(key, entry, watched(request));
                } finally {
                    requests.release();
                }
            });
        return await(type, key, there);
    }

    /// The same for a piece that is made of others: it is no request by itself.
    <T extends Piece> T derive(Class<T> type, Key key, Request<T> from) throws TierException {
        var entry = new Entry();
        var there = enter(key, entry);
        if (there == entry) executor.execute(() -> run(key, entry, from));
        return await(type, key, there);
    }

    private static <T extends Piece> T await(Class<T> type, Key key, Entry there) throws TierException {
        try {
            return type.cast(there.piece.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TierException("interrupted while waiting for the tier", e);
        } catch (TimeoutException e) {
            throw new TierException("%s: no answer for %d seconds".formatted(key.object(), WAIT_SECONDS_MAX), e);
        } catch (ExecutionException e) {
            throw new TierException(e.getCause().getMessage(), e.getCause());
        }
    }

    /// Requests a piece that will probably be wanted, unless it is there or others are being waited for.
    <T extends Piece> void ahead(Key key, Request<T> request) {
        if (contains(key) || !requests.tryAcquire()) return;
        var entry = new Entry();
        if (enter(key, entry) != entry) requests.release();
        else
            executor.execute(() -> {
                try {
                    run(key, entry, watched(request));
                } finally {
                    requests.release();
                }
            });
    }

    private <T extends Piece> Request<T> watched(Request<T> request) {
        return () -> {
            try {
                var piece = request.run();
                health.succeeded();
                return piece;
            } catch (IOException e) {
                health.failed(e);
                throw e;
            }
        };
    }

    boolean contains(Key key) {
        lock.lock();
        try {
            return entries.containsKey(key);
        } finally {
            lock.unlock();
        }
    }

    /// What was in it was wrong.
    void forget(Key key) {
        lock.lock();
        try {
            var entry = entries.get(key);
            if (entry != null) remove(key, entry);
        } finally {
            lock.unlock();
        }
    }

    /// Takes room for bytes that leave the cache for a client; all may be taken by one who wants more than there is.
    ///
    /// @throws TierException others hold them for too long
    Lease lease(int byteSize) throws TierException {
        int permits = Math.clamp(byteSize / PERMIT_BYTES, 1, leasesMax);
        try {
            if (leases.tryAcquire(permits, WAIT_SECONDS_MAX, TimeUnit.SECONDS)) return () -> leases.release(permits);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TierException("interrupted while waiting for room", e);
        }
        throw new TierException(
                "clients that are slow to take records from the tier hold %d bytes; a larger storage.tier-cache-bytes helps"
                        .formatted((long) leasesMax * PERMIT_BYTES));
    }

    long byteSize() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private Entry enter(Key key, Entry fresh) {
        lock.lock();
        try {
            var there = entries.get(key);
            if (there != null) return there;
            entries.put(key, fresh);
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private void run(Key key, Entry entry, Request<?> request) {
        try {
            var piece = request.run();
            keep(key, entry, piece.byteSize());
            entry.piece.complete(piece);
        } catch (IOException | RuntimeException | Error e) {
            drop(key, entry);
            entry.piece.completeExceptionally(e);
        }
    }

    private void keep(Key key, Entry entry, int byteSize) {
        lock.lock();
        try {
            if (entries.get(key) != entry) return; // forgotten meanwhile
            entry.byteSize = byteSize;
            bytes += byteSize;
            var oldest = entries.entrySet().iterator();
            while (bytes > bytesMax && oldest.hasNext()) {
                var next = oldest.next().getValue();
                if (next == entry || next.byteSize == 0) continue;
                bytes -= next.byteSize;
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    private void drop(Key key, Entry entry) {
        lock.lock();
        try {
            remove(key, entry);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Key key, Entry entry) {
        if (entries.remove(key, entry)) bytes -= entry.byteSize;
    }
}
