package io.braid.log;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// The files that are open, of all that may be used: a process may have only so many, and partitions are more. A
/// [Slot] is opened when it is used, and closed again when others need the room and it was not used for longest (or
/// nearly so: each gets a second chance). Any thread.
///
/// The maximum is kept as long as not more files than that are in use, or kept open, at one moment.
final class OpenFiles {
    /// Where Linux says how many a process may have.
    private static final Path LIMITS = Path.of("/proc/self/limits");

    private static final String LIMIT_NAME = "Max open files";
    private static final int LIMIT_ELSEWHERE = 8192;

    private final int most;
    private final ReentrantLock lock = new ReentrantLock(); // guards `order`
    private final SequencedSet<Opened> order = new LinkedHashSet<>(); // the first is the next to look at

    OpenFiles(int most) {
        this.most = most;
    }

    /// How many files the operating system lets this process open; a guess where it does not say.
    static int limitOfProcess() {
        try {
            for (var line : Files.readAllLines(LIMITS)) {
                if (!line.startsWith(LIMIT_NAME)) continue;
                var soft = line.substring(LIMIT_NAME.length()).trim().split(" ")[0];
                return soft.equals("unlimited")
                        ? Integer.MAX_VALUE
                        : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
            }
        } catch (IOException | NumberFormatException _) {
            // another kind of system
        }
        return LIMIT_ELSEWHERE;
    }

    int openCount() {
        lock.lock();
        try {
            return order.size();
        } finally {
            lock.unlock();
        }
    }

    interface Opener {
        FileChannel open() throws IOException;
    }

    interface Call<T> {
        T on(FileChannel channel) throws IOException;
    }

    /// A file that is used through this one channel, whether that is open just now or not.
    final class Slot {
        private final Opener opener;
        private final ReentrantLock changing = new ReentrantLock(); // guards opening and closing, and these:
        private boolean isClosed;
        private boolean wasOpened;
        private boolean isKept;
        private Optional<IOException> failure = Optional.empty(); // of a sync that nobody has heard of
        private volatile Optional<Opened> current = Optional.empty();

        Slot(Opener opener) {
            this.opener = opener;
        }

        /// Does a call on the channel, and does it again on a new one if another thread's interrupt has closed that.
        <T> T use(Call<T> call) throws IOException {
            while (true) {
                var opened = enter();
                try {
                    return call.on(opened.channel);
                } catch (ClosedByInterruptException e) {
                    throw e;
                } catch (ClosedChannelException e) {
                    if (opened.channel.isOpen()) throw e; // it is the target that was closed
                    refuseIfClosed();
                } finally {
                    opened.users.decrementAndGet();
                }
            }
        }

        /// The same for a call that writes: what it wrote is synced before the channel is closed to make room.
        <T> T write(Call<T> call) throws IOException {
            return use(channel -> {
                var result = call.on(channel);
                current.ifPresent(opened -> opened.isDirty = true);
                return result;
            });
        }

        /// Syncs all that was written.
        ///
        /// @throws IOException that failed, now or when the channel was closed to make room
        void force() throws IOException {
            use(channel -> {
                current.ifPresent(opened -> opened.isDirty = false);
                channel.force(false);
                return null;
            });
            changing.lock();
            try {
                if (failure.isPresent()) throw failure.get();
            } finally {
                changing.unlock();
            }
        }

        /// Opens it, and keeps it open from here on: the file's name is about to go.
        void keep() throws IOException {
            changing.lock();
            try {
                if (isClosed) return;
                isKept = true;
                enter().users.decrementAndGet();
            } finally {
                changing.unlock();
            }
        }

        /// Whether it was ever used.
        boolean wasOpened() {
            changing.lock();
            try {
                return wasOpened;
            } finally {
                changing.unlock();
            }
        }

        /// For good.
        void close() throws IOException {
            changing.lock();
            try {
                isClosed = true;
                var opened = current;
                current = Optional.empty();
                if (opened.isPresent()) {
                    forget(opened.get());
                    opened.get().channel.close();
                }
            } finally {
                changing.unlock();
            }
        }

        private Opened enter() throws IOException {
            while (true) {
                var opened = current;
                if (opened.isPresent() && opened.get().enter()) return opened.get();
                open();
            }
        }

        private void open() throws IOException {
            makeRoom();
            changing.lock();
            try {
                refuseIfClosed();
                if (current.isPresent()) {
                    if (current.get().isUsable()) return;
                    forget(current.get());
                }
                var opened = new Opened(this, opener.open());
                wasOpened = true;
                current = Optional.of(opened);
                note(opened);
            } finally {
                changing.unlock();
            }
        }

        private void refuseIfClosed() throws ClosedChannelException {
            changing.lock();
            try {
                if (isClosed) throw new ClosedChannelException();
            } finally {
                changing.unlock();
            }
        }

        /// Closes the channel if nobody uses it; answers whether it is closed now.
        private boolean yield(Opened opened) {
            if (!changing.tryLock()) return false;
            try {
                if (isKept || !opened.users.compareAndSet(0, Opened.GONE)) return !opened.channel.isOpen();
                try (var channel = opened.channel) {
                    if (opened.isDirty) channel.force(false);
                } catch (IOException e) {
                    if (failure.isEmpty()) failure = Optional.of(e);
                }
                return true;
            } finally {
                changing.unlock();
            }
        }
    }

    private static final class Opened {
        static final int GONE = -1;

        final Slot slot;
        final FileChannel channel;
        final AtomicInteger users = new AtomicInteger();
        volatile boolean isRecent = true;
        volatile boolean isDirty;

        Opened(Slot slot, FileChannel channel) {
            this.slot = slot;
            this.channel = channel;
        }

        boolean isUsable() {
            return users.get() != GONE && channel.isOpen();
        }

        boolean enter() {
            isRecent = true;
            for (int count = users.get(); count != GONE && channel.isOpen(); count = users.get())
                if (users.compareAndSet(count, count + 1)) return true;
            return false;
        }
    }

    private void note(Opened opened) {
        lock.lock();
        try {
            order.add(opened);
        } finally {
            lock.unlock();
        }
    }

    private void forget(Opened opened) {
        lock.lock();
        try {
            order.remove(opened);
        } finally {
            lock.unlock();
        }
    }

    /// Closes what was not used for long until there is room for one more, or all have been looked at twice.
    private void makeRoom() {
        for (int looks = 2 * most; looks > 0; looks--) {
            var oldest = oldestIfFull();
            if (oldest.isEmpty()) return;
            var opened = oldest.get();
            boolean isSpared = opened.isRecent;
            opened.isRecent = false;
            if (isSpared || !opened.slot.yield(opened)) note(opened);
        }
    }

    private Optional<Opened> oldestIfFull() {
        lock.lock();
        try {
            return order.size() < most ? Optional.empty() : Optional.of(order.removeFirst());
        } finally {
            lock.unlock();
        }
    }
}
