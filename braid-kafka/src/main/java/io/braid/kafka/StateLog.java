package io.braid.kafka;

import io.braid.broker.Partition;
import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.PartitionLog;
import io.braid.log.Purpose;
import io.braid.log.ReadOutcome;
import io.braid.log.TransactionStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/// What a coordinator needs of one partition of its stream: a seam, so that a test can be a log that refuses and
/// fails.
interface StateLog {
    /// The first offset that is still held.
    long start();

    /// The first offset that may not be read yet.
    long end();

    /// As [PartitionLog#append(Batch, long, Purpose)], for the server's own records.
    CompletableFuture<AppendOutcome> append(Batch batch, long expectedOffset);

    /// As [PartitionLog#endTransaction(long, short, boolean, boolean, int, long)].
    CompletableFuture<AppendOutcome> endTransaction(EndOfTransaction marker, long expectedOffset);

    /// As [PartitionLog#transaction].
    TransactionStatus transaction(long producerId);

    /// Whole batches from the one that holds `offset` on, about `bytesMax` bytes of them; nothing at the end.
    ///
    /// @throws IOException the disk failed or has damaged the batch, or `offset` is not held
    ByteBuffer read(long offset, int bytesMax) throws IOException;

    /// As [PartitionLog#deleteBefore].
    CompletableFuture<Long> deleteBefore(long offset);

    /// Batches are kept as the partition's stream says; nobody changes that while the coordinator runs.
    static StateLog of(Partition partition) {
        return new OfPartition(partition.log(), partition::kept);
    }

    static StateLog of(PartitionLog log) {
        return new OfPartition(log, UnaryOperator.identity());
    }

    /// @param kept the batch that is appended for one of the coordinator's
    record OfPartition(PartitionLog log, UnaryOperator<Batch> kept) implements StateLog {
        @Override
        public long start() {
            return log.start();
        }

        @Override
        public long end() {
            return log.end();
        }

        @Override
        public CompletableFuture<AppendOutcome> append(Batch batch, long expectedOffset) {
            return log.append(kept.apply(batch), expectedOffset, Purpose.SERVICE);
        }

        @Override
        public CompletableFuture<AppendOutcome> endTransaction(EndOfTransaction marker, long expectedOffset) {
            return log.endTransaction(
                    marker.producerId(),
                    marker.epoch(),
                    marker.isCommit(),
                    marker.isNewEpoch(),
                    marker.coordinatorEpoch(),
                    expectedOffset);
        }

        @Override
        public TransactionStatus transaction(long producerId) {
            return log.transaction(producerId);
        }

        @Override
        public CompletableFuture<Long> deleteBefore(long offset) {
            return log.deleteBefore(offset);
        }

        @Override
        public ByteBuffer read(long offset, int bytesMax) throws IOException {
            return switch (log.read(offset, log.end(), bytesMax)) {
                case ReadOutcome.Found(var slice) -> {
                    try (slice) {
                        yield slice.load().asByteBuffer();
                    }
                }
                case ReadOutcome.OutOfRange(long start, long end) ->
                    throw new IOException("partition %s: offset %d is not held, only [%d, %d)"
                            .formatted(log.id(), offset, start, end));
                case ReadOutcome.Damaged damaged -> throw damaged.failure();
            };
        }
    }
}
