package io.braid.log;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;

/// Sends what writers have put into segments on its way to the disk, early and in small pieces. Nothing depends on it:
/// what is durable, syncs say.
///
/// Left to itself the kernel lets it gather until a checkpoint syncs it, which is up to a journal's size at once, and
/// the journal's own syncs wait behind all of that (docs/decisions/0100). It has a thread of its own because the
/// call waits while the disk's queue is full.
final class WriteBack implements AutoCloseable {
    /// A piece of a segment that is worth a request. What is less is left to the checkpoint.
    static final int PIECE_BYTES = 512 << 10;

    /// Of a piece's beginning and end, so that no page is written twice; pages are no larger than this anywhere.
    static final int PAGE_BYTES_MAX = 64 << 10;

    private static final int WAITING_MAX = 1000;

    private record Piece(Segment segment, int from, int count) {}

    private final ArrayBlockingQueue<Piece> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Thread thread =
            Thread.ofPlatform().name("braid-write-back").daemon().unstarted(this::run);

    void start() {
        thread.start();
    }

    /// Takes what a segment has got since it came here last, if that is enough; answers up to where it has been taken.
    /// A segment that finds no room here is left to the checkpoint. Never blocks; any thread, one at a time
    /// for each segment.
    ///
    /// @param taken what the last call answered; at first where this life began to write, at a page's beginning
    int offer(Segment segment, int taken) {
        int end = segment.size() & -PAGE_BYTES_MAX;
        if (end - taken < PIECE_BYTES) return taken;
        if (thread.isAlive() && segment.hold()) {
            if (!waiting.offer(new Piece(segment, taken, end - taken))) letGo(segment);
        }
        return end;
    }

    private void run() {
        try {
            while (true) {
                var piece = waiting.take();
                piece.segment.file().beginWriteBack(piece.from, piece.count);
                letGo(piece.segment);
            }
        } catch (InterruptedException _) {
            for (Piece left = waiting.poll(); left != null; left = waiting.poll()) letGo(left.segment);
        }
    }

    private static void letGo(Segment segment) {
        try {
            segment.release();
        } catch (IOException _) {
            // Of a segment that was deleted meanwhile: it cannot be closed, and nobody wants it any more.
        }
    }

    /// Waits for the end of what it does now. Nobody offers any more.
    @Override
    public void close() {
        thread.interrupt();
        WriterThread.await(thread);
    }
}
