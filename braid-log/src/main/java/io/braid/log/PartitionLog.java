package io.braid.log;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/// One partition: any thread submits, one thread writes, any thread reads below [#end].
///
/// 1. Offsets are dense and never reused.
/// 2. `end` only grows, and only when the records below it are as durable as promised.
/// 3. After the first storage failure nothing more is written; opening the log again starts from the disk.
/// 4. Every append is answered exactly once.
public final class PartitionLog {
    PartitionLog() {}

    public PartitionId id() {
        throw new UnsupportedOperationException();
    }

    /// Submits one batch and never blocks: a full inbox is an answer, not a wait. The batch's bytes belong to
    /// the log until the answer is there. The answer is completed on the writer thread: what is chained to it
    /// must be short.
    public CompletableFuture<AppendOutcome> append(Batch batch) {
        throw new UnsupportedOperationException();
    }

    /// The same for the one appender a partition has (such as a group coordinator), which numbers its records
    /// itself and so need not wait to know their offsets: refused with [AppendOutcome.Reason#NOT_NEXT] unless
    /// the batch gets exactly `expectedOffset`. A refusal for want of room is already complete when this
    /// returns.
    public CompletableFuture<AppendOutcome> append(Batch batch, long expectedOffset) {
        throw new UnsupportedOperationException();
    }

    /// The first offset that is still held.
    public long start() {
        throw new UnsupportedOperationException();
    }

    /// The first offset that may not be read yet (Kafka: high watermark).
    public long end() {
        throw new UnsupportedOperationException();
    }

    /// The first offset that readers of committed records may not read yet (Kafka: last stable offset).
    public long lastStable() {
        throw new UnsupportedOperationException();
    }

    /// The epoch stamped into batches written now: how often this data directory has been opened.
    public int leaderEpoch() {
        throw new UnsupportedOperationException();
    }

    /// The largest epoch not above `epoch` that has batches here, and the offset after its last one (KIP-320).
    public EpochEnd epochEnd(int epoch) {
        throw new UnsupportedOperationException();
    }

    /// `epoch` is -1 and `end` is -1 if there is no such epoch.
    public record EpochEnd(int epoch, long end) {}

    /// Whole batches from the one that holds `offset` on, below `limit` (which is [#end] or [#lastStable]) and
    /// from one segment; at most `bytesMax` bytes, but always the first batch if there is one.
    ///
    /// @throws IOException the disk failed, or the partition is closed because it did
    public ReadOutcome read(long offset, long limit, int bytesMax) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// The base offset of the first batch that holds a record of this time or later; empty if there is none
    /// below `end`.
    public OptionalLong batchAt(long timestampMillis) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// The base offset of the first batch with the largest timestamp of all below `end`; empty if no batch has
    /// one.
    public OptionalLong newestBatch() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Deletes all records below `offset`; the answer is the new [#start], durable. Fails with
    /// [IllegalArgumentException] if `offset` is above [#end].
    public CompletableFuture<Long> deleteBefore(long offset) {
        throw new UnsupportedOperationException();
    }

    /// Runs `wake` once, on any thread, as soon as [#end] is above `offset` (at once if it is already), or the
    /// partition is closed. `wake` must be short. Closing the watch forgets it.
    public Watch watch(long offset, Runnable wake) {
        throw new UnsupportedOperationException();
    }

    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /// Bytes held in segments.
    public long byteSize() {
        throw new UnsupportedOperationException();
    }

    /// New settings, from the next append on.
    public void configure(PartitionConfig config) {
        throw new UnsupportedOperationException();
    }
}
