package io.braid.broker;

import io.braid.log.Batch;
import io.braid.log.CorruptBatchException;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Optional;

/// Walks the batches of a partition from an offset up to its end at the moment of asking. One thread.
final class Batches {
    private static final int READ_BYTES = 256 << 10; // a look-up mostly needs one batch, a replay many

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long LENGTH_AT = 8; // in a batch: the length of what follows this field

    private final PartitionLog log;
    private final ArrayDeque<Batch> loaded = new ArrayDeque<>(); // at most READ_BYTES, or one batch
    private long at;

    Batches(PartitionLog log, long from) {
        this.log = log;
        this.at = from;
    }

    /// The next batch; empty at the end. Goes on at the partition's start if retention has overtaken this.
    ///
    /// @throws CorruptBatchException it is damaged on the disk; [#offset] tells where
    Optional<Batch> next() throws IOException {
        if (loaded.isEmpty()) load();
        return Optional.ofNullable(loaded.poll());
    }

    /// Where the next batch begins, once all that was loaded is taken.
    long offset() {
        return at;
    }

    private void load() throws IOException {
        switch (log.read(at, log.end(), READ_BYTES)) {
            case ReadOutcome.OutOfRange(long start, long _) -> {
                if (start <= at) return; // above the end: nothing there yet
                at = start;
                load();
            }
            case ReadOutcome.Found(var slice) -> {
                try (slice) {
                    if (slice.isEmpty()) return;
                    split(slice.load());
                    at = slice.nextOffset();
                }
            }
            case ReadOutcome.Damaged damaged -> throw damaged.failure();
        }
    }

    private void split(MemorySegment bytes) throws CorruptBatchException {
        long from = 0;
        while (from < bytes.byteSize()) {
            long left = bytes.byteSize() - from;
            long length = left < Batch.HEADER_BYTES ? 0 : Batch.PREFIX_BYTES + (long) bytes.get(INT, from + LENGTH_AT);
            if (length < Batch.HEADER_BYTES || length > left)
                throw new CorruptBatchException(
                        "%s at %d: a batch of %d bytes where %d are left".formatted(log.id(), at, length, left));
            loaded.add(new Batch(bytes.asSlice(from, length)));
            from += length;
        }
    }
}
