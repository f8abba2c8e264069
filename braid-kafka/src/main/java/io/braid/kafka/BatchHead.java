package io.braid.kafka;

import io.braid.log.Batch;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.Slice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Reads the header of a batch in the log, without its records.
final class BatchHead {
    private BatchHead() {}

    /// Of the batch that holds an offset; empty if none does (now, or any more), or it is damaged.
    static Optional<Batch> at(PartitionLog log, long offset) throws IOException {
        return switch (log.read(offset, log.end(), 1)) {
            case ReadOutcome.OutOfRange _, ReadOutcome.Damaged _ -> Optional.empty();
            case ReadOutcome.Found(Slice slice) -> {
                try (slice) {
                    yield slice.isEmpty() ? Optional.empty() : Optional.of(read(slice));
                }
            }
        };
    }

    private static Batch read(Slice slice) throws IOException {
        var head = new Gathering(Batch.HEADER_BYTES);
        while (head.bytes().hasRemaining())
            slice.transferTo(head, head.bytes().position(), head.bytes().remaining());
        return new Batch(MemorySegment.ofBuffer(head.bytes().flip()));
    }
}
