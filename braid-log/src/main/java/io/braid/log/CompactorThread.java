package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Gives the [Compactor] its turns: looks from time to time whether one is due, and slows it down so that producers
/// and readers have the disk to themselves most of the time.
final class CompactorThread implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CompactorThread.class.getName());
    private static final int TOLD_MAX = 1000; // from there on things are told more than once
    private static final long GRAIN_NANOS = 500_000_000; // how late a turn may be

    private final Compactor compactor;
    private final LogConfig limits;
    private final LiveLimits live;
    private final InstantSource clock;
    private final Thread thread;
    private final Set<String> told = new HashSet<>(); // what needs people, at most [#TOLD_MAX]; this thread only
    private volatile boolean stopping;

    CompactorThread(Compactor compactor, LogConfig limits, LiveLimits live, InstantSource clock) {
        this.compactor = compactor;
        this.limits = limits;
        this.live = live;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("braid-compactor").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long turnAt = clock.millis() + limits.retentionCheckMillis();
        while (!stopping) {
            LockSupport.parkNanos(compactor, GRAIN_NANOS);
            if (clock.millis() < turnAt) continue;
            while (!stopping && turn()) {}
            turnAt = clock.millis() + limits.retentionCheckMillis();
        }
    }

    private boolean turn() {
        try {
            var done = compactor.turn(this::rest);
            done.ifPresent(this::tell);
            return done.isPresent();
        } catch (Pace.Over _) {
            return true; // others may be due
        } catch (IOException | RuntimeException | AssertionError e) {
            if (isNews(e.toString()))
                LOG.log(
                        System.Logger.Level.ERROR,
                        "a partition was not compacted, and is tried again every ten minutes",
                        e);
            return true;
        }
    }

    private boolean isNews(String what) {
        return told.size() >= TOLD_MAX || told.add(what);
    }

    private void tell(Compactor.Done done) {
        var result = done.result();
        LOG.log(
                System.Logger.Level.INFO,
                "compacted partition={0} offsets={1}..{2} keys={3} removed={4} bytes={5} were={6} seconds={7}",
                done.partition(),
                Long.toString(done.from()),
                Long.toString(result.upTo() - 1),
                Long.toString(result.keys()),
                Long.toString(result.recordsRemoved()),
                Long.toString(result.bytesAfter()),
                Long.toString(result.bytesBefore()),
                Double.toString(done.took().toMillis() / 1000.0));
        var unreadable = result.unreadable();
        if (unreadable.isPresent() && isNews("unreadable " + done.partition()))
            LOG.log(
                    System.Logger.Level.WARNING,
                    "compaction keeps batches that it cannot read, with all that is in them: partition={0}: {1}",
                    done.partition(),
                    unreadable.get().getMessage());
        if (result.keylessRemoved() > 0 && isNews("keyless " + done.partition()))
            LOG.log(
                    System.Logger.Level.WARNING,
                    "compaction removes records without key, which were let in before the stream was compacted:"
                            + " partition={0} records={1}",
                    done.partition(),
                    Long.toString(result.keylessRemoved()));
    }

    /// Rests for as long as this many bytes would take at the rate allowed.
    private void rest(int bytes) throws IOException {
        if (stopping) throw new Pace.Over("the log is being closed");
        LockSupport.parkNanos(
                compactor,
                TimeUnit.SECONDS.toNanos(1) * bytes / live.now().compaction().bytesPerSecond());
    }

    /// Waits for the end of what it does now, which is cut short.
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        WriterThread.await(thread);
    }
}
