package io.braid.broker;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Keeps a stream's shards as they are while somebody puts by hash key. Any number may pass at once; whoever changes
/// the shards waits until they are through, and new ones wait for him. Any thread; who opens and who closes may
/// differ.
final class ShardGate {
    private static final int ALL = Integer.MAX_VALUE; // more than there can be requests
    private static final long WAIT_SECONDS_MAX = 30; // an append is answered in far less, or its partition is closed

    private final Semaphore permits = new Semaphore(ALL, true); // fair: whoever shuts it must get his turn

    void enter() {
        permits.acquireUninterruptibly();
    }

    void leave() {
        permits.release();
    }

    /// False if those inside did not leave in time.
    boolean shut() throws InterruptedException {
        return permits.tryAcquire(ALL, WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }

    void reopen() {
        permits.release(ALL);
    }
}
