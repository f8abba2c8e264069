package io.braid.broker;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/// Gives out producer ids, a block at a time reserved in the catalog. What is left of a block when the server stops
/// is lost: an id must never be given twice, and there are enough of them.
final class ProducerIds {
    static final int BLOCK = 1_000;

    interface Reserve {
        /// Makes durable that ids below `end` may have been given out.
        void upTo(long end) throws IOException;
    }

    private final Reserve reserve;
    private final ReentrantLock lock = new ReentrantLock(); // guards next and end, also while a block is reserved
    private long next;
    private long end;

    /// @param reserved ids below this may have been given out in an earlier life
    ProducerIds(long reserved, Reserve reserve) {
        this.next = reserved;
        this.end = reserved;
        this.reserve = reserve;
    }

    long next() throws IOException {
        lock.lock();
        try {
            if (next == end) {
                reserve.upTo(end + BLOCK);
                end += BLOCK;
            }
            return next++;
        } finally {
            lock.unlock();
        }
    }
}
