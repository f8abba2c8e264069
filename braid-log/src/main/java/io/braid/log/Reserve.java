package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/// A file that holds room on the disk, to be given up when there is none left. Any thread.
///
/// It is really written, with bytes that no file system can compress, and synced: only then is the room taken.
final class Reserve {
    static final String NAME = "reserve";

    /// Written and synced in pieces, so that no journal's sync waits for all of it.
    private static final int PIECE_BYTES = 1 << 20;

    private final Disk disk;
    private final long wanted;
    private final ReentrantLock changing = new ReentrantLock(); // guards the file, and who changes `held`
    private volatile long held;

    private Reserve(Disk disk, long wanted, long held) {
        this.disk = disk;
        this.wanted = wanted;
        this.held = held;
    }

    /// The reserve that an earlier life has left, or none yet; one that is larger than wanted is cut.
    static Reserve find(Disk disk, long wanted) throws IOException {
        if (!disk.exists(NAME)) return new Reserve(disk, wanted, 0);
        try (var file = disk.open(NAME)) {
            file.truncate(wanted);
            return new Reserve(disk, wanted, file.size());
        }
    }

    /// What it lacks of the size it should have.
    long missing() {
        return wanted - held;
    }

    /// Makes what is missing; false, and nothing is left of it, if there is no room. Takes as long as the disk does.
    ///
    /// @throws IOException the disk failed
    boolean make() throws IOException {
        changing.lock();
        try {
            write();
            return true;
        } catch (DiskFullException _) {
            remove();
            return false;
        } finally {
            changing.unlock();
        }
    }

    /// Gives its room back.
    ///
    /// @throws IOException the disk failed
    void giveUp() throws IOException {
        changing.lock();
        try {
            remove();
        } finally {
            changing.unlock();
        }
    }

    private void write() throws IOException {
        var piece = new byte[(int) Math.min(PIECE_BYTES, missing())];
        new SplittableRandom(wanted).nextBytes(piece);
        try (var file = disk.exists(NAME) ? disk.open(NAME) : disk.create(NAME)) {
            while (missing() > 0) {
                int count = (int) Math.min(piece.length, missing());
                file.write(held, ByteBuffer.wrap(piece, 0, count));
                file.force();
                held += count;
            }
        }
        disk.syncDirectory("");
    }

    private void remove() throws IOException {
        if (!disk.exists(NAME)) return;
        try (var file = disk.open(NAME)) {
            file.truncate(0); // some file systems free the blocks of a deleted file later
        }
        disk.delete(NAME);
        held = 0;
        disk.syncDirectory("");
    }
}
