package io.braid.log;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// How much room the disk has, and for whom. Any thread.
///
///     AMPLE ──less than `min` free──► LOW ──less than min/4, or a write found no room──► FULL
///       ▲                             │ ▲                                                │
///       └────────min + 1/4 free───────┘ └──min/4 + 1/4 free, and the reserve is there────┘
///
/// What counts as free is what the disk has, less what the [Reserve] still lacks: it is made again before anybody else
/// gets the room. To resume takes a quarter more than to stop, so that a disk on the brink is not let in and refused by
/// turns. That a write found no room although some is free (no inodes, a quota) is believed until the
/// reserve could be made.
///
/// Nobody looks at the disk for each append: a writer looks when what was written since the last look may have changed
/// the answer, the keeper looks twice a second.
final class DiskSpace {
    private static final System.Logger LOG = System.getLogger(DiskSpace.class.getName());

    enum Level {
        /// Everything goes on.
        AMPLE,
        /// Users' records are refused, all else goes on.
        LOW,
        /// Only what may make room is let in.
        FULL
    }

    /// What is known, at the moment at which the level changed.
    ///
    /// @param free     as it counts
    /// @param min      less makes it low
    /// @param resumeAt this much makes it ample again
    /// @param isReserveHeld whether there is one that is not just being given up
    record State(Level level, long free, long min, long resumeAt, boolean isReserveHeld) {
        /// For people: what is, and what to do.
        String text() {
            return switch (level) {
                case AMPLE ->
                    "the disk has room: %s are free, less than %s would be low"
                            .formatted(sizeText(free), sizeText(min));
                case LOW -> "the disk is nearly full: " + shortage();
                case FULL -> "the disk is full: " + shortage();
            };
        }

        /// To whoever reads the log.
        void tell() {
            LOG.log(
                    switch (level) {
                        case AMPLE -> System.Logger.Level.INFO;
                        case LOW -> System.Logger.Level.WARNING;
                        case FULL -> System.Logger.Level.ERROR;
                    },
                    "disk space level={0} free={1} watermark={2} resume-at={3} reserve={4}: {5}",
                    level,
                    Long.toString(free),
                    Long.toString(min),
                    Long.toString(resumeAt),
                    isReserveHeld ? "held" : "missing",
                    text());
        }

        private String shortage() {
            if (free >= resumeAt)
                return ("a write found no room although %s are free: look for a quota or a lack of inodes,"
                                + " delete streams or records, or enlarge the disk")
                        .formatted(sizeText(free));
            return ("%s are free, %s are to be kept free; records are taken again from %s on:"
                            + " delete streams or records, shorten retention, or enlarge the disk")
                    .formatted(sizeText(free), sizeText(min), sizeText(resumeAt));
        }

        private static String sizeText(long bytes) {
            if (bytes >= MIB) return "%d MiB".formatted(bytes / MIB);
            return bytes >= KIB ? "%d KiB".formatted(bytes / KIB) : "%d bytes".formatted(Math.max(0, bytes));
        }
    }

    /// Hears of each change of the level, once.
    interface Listener {
        void changed(State now);
    }

    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    /// A writer looks at the disk at least this often: other programs write too.
    private static final long LOOK_BYTES = 16 * MIB;

    /// Of a disk that is small a part: a reserve of 64 MiB and a margin of 256 MiB would leave nothing of it.
    private static final int RESERVE_SHARE = 64;

    private static final int MIN_SHARE = 16;
    private static final long RESERVE_BYTES = 64 * MIB;

    private final Disk disk;
    private final Reserve reserve;
    private final Listener listener;
    private final long min;
    private final AtomicLong written = new AtomicLong(); // since the last look, much of it over older bytes
    private final ReentrantLock looking = new ReentrantLock(); // guards who changes `state`, `free` and `foundNoRoom`
    private volatile long free;
    private volatile State state;
    private boolean foundNoRoom; // a write did, and the reserve was not made since

    private DiskSpace(Disk disk, Reserve reserve, long min, Listener listener) {
        this.disk = disk;
        this.reserve = reserve;
        this.min = min;
        this.listener = listener;
        this.state = new State(Level.AMPLE, Long.MAX_VALUE, min, resumeAt(min), reserve.missing() == 0);
    }

    /// Looks at the disk for the first time.
    static DiskSpace of(Disk disk, LogConfig config, Listener listener) throws IOException {
        long total = disk.room().total();
        var reserve = Reserve.find(disk, reserveBytes(config, total));
        var space = new DiskSpace(disk, reserve, min(config, total), listener);
        space.look();
        return space;
    }

    private static long reserveBytes(LogConfig config, long total) {
        if (config.diskReserveBytes() != LogConfig.BY_ITSELF) return config.diskReserveBytes();
        return Math.clamp(total / RESERVE_SHARE, 1, RESERVE_BYTES);
    }

    /// By itself: twice what a turn of each writer may need (in its journal and in segments) and the reserve.
    private static long min(LogConfig config, long total) {
        if (config.diskFreeMin() != LogConfig.BY_ITSELF) return config.diskFreeMin();
        long turn = 2L * config.writers() * Math.max(config.groupBytesMax(), config.batchBytesMax());
        return Math.min(2 * (turn + RESERVE_BYTES), total / MIN_SHARE);
    }

    private static long resumeAt(long level) {
        return level > Long.MAX_VALUE - level / 4 ? Long.MAX_VALUE : level + level / 4;
    }

    private long fullBelow() {
        return min / 4;
    }

    State state() {
        return state;
    }

    /// What counted as free at the last look.
    long free() {
        return free;
    }

    boolean refuses(Purpose purpose) {
        return switch (state.level()) {
            case AMPLE -> false;
            case LOW -> purpose == Purpose.RECORDS;
            case FULL -> purpose != Purpose.RESCUE;
        };
    }

    /// Bytes that were given to the disk; how much of its room they took shows at the next look.
    void wrote(long bytes) {
        written.addAndGet(bytes);
    }

    /// So much is about to be written: looks at the disk if that may change the level.
    void expect(long bytes) throws IOException {
        long sinceLook = written.get() + bytes;
        long enough = switch (state.level()) {
            case AMPLE -> min;
            case LOW -> fullBelow();
            case FULL -> Long.MIN_VALUE;
        };
        if (sinceLook >= LOOK_BYTES || free - sinceLook < enough) look();
    }

    /// Looks at the disk, and changes the level if it is time.
    ///
    /// @throws IOException the disk failed
    void look() throws IOException {
        looking.lock();
        try {
            long seen = written.get();
            free = disk.room().free() - reserve.missing();
            written.addAndGet(-seen);
            moveTo(level());
        } finally {
            looking.unlock();
        }
    }

    /// So much is to be written by somebody who can as well wait, and must not bring the disk near its end.
    ///
    /// @throws DiskFullException there would be less than the minimum left
    /// @throws IOException the disk failed
    void require(long bytes, String who) throws IOException {
        look();
        if (free - bytes < min)
            throw new DiskFullException(
                    "%s waits for room on the disk: %s are free, %s are to be kept free, it needs %s"
                            .formatted(who, State.sizeText(free), State.sizeText(min), State.sizeText(bytes)));
    }

    /// A call found no room: gives the reserve up, so that it may be made again. Users' records are refused before
    /// that: they would take the room that is given up for others.
    ///
    /// @throws IOException the disk failed
    void noRoom() throws IOException {
        looking.lock();
        try {
            foundNoRoom = true;
            look();
        } finally {
            looking.unlock();
        }
        reserve.giveUp();
        look();
    }

    /// Makes the reserve, if it is missing and there is room to spare. May take long: not for writers.
    ///
    /// @throws IOException the disk failed
    void restoreReserve() throws IOException {
        if (reserve.missing() == 0 || free < resumeAt(fullBelow()) || !reserve.make()) return;
        looking.lock();
        try {
            foundNoRoom = false;
            look();
        } finally {
            looking.unlock();
        }
    }

    private Level level() {
        var now = state.level();
        if (foundNoRoom || free < (now == Level.FULL ? resumeAt(fullBelow()) : fullBelow())) return Level.FULL;
        return free < (now == Level.AMPLE ? min : resumeAt(min)) ? Level.LOW : Level.AMPLE;
    }

    private void moveTo(Level level) {
        if (level == state.level()) return;
        state = new State(level, free, min, resumeAt(min), reserve.missing() == 0 && !foundNoRoom);
        listener.changed(state);
    }
}
