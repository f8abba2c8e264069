package io.braid.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Gives the [Uploader] its steps, and looks for work now and then.
final class UploaderThread implements AutoCloseable {
    /// How late any of it may be: nobody waits for it.
    private static final long GRAIN_MILLIS = 1_000;

    /// What a tier that does not answer may take from a stop.
    private static final long CLOSE_MILLIS_MAX = 5_000;

    private static final System.Logger LOG = System.getLogger(UploaderThread.class.getName());

    private final Uploader uploader;
    private final Thread thread;
    private volatile boolean stopping;

    UploaderThread(Uploader uploader) {
        this.uploader = uploader;
        this.thread = Thread.ofPlatform().name("braid-tier").daemon().unstarted(this::run);
    }

    void start() {
        uploader.wakeOnWork(() -> LockSupport.unpark(thread));
        thread.start();
    }

    private void run() {
        try {
            while (!stopping)
                if (!uploader.step()) LockSupport.parkNanos(uploader, TimeUnit.MILLISECONDS.toNanos(GRAIN_MILLIS));
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "a bug of Braid's: no segment is moved to the tier any more", e);
        }
    }

    /// Ends what it does now. If the tier does not let go of the thread it is left behind, and can change nothing any
    /// more, as manifests are closed. It is not interrupted: that would close files under those who share them.
    @Override
    public void close() {
        stopping = true;
        uploader.stop();
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
