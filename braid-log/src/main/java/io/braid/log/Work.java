package io.braid.log;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What waits in a writer's inbox.
sealed interface Work {
    /// One batch for one partition. Whoever makes it has taken room in the partition's inbox.
    final class Append implements Work {
        final PartitionLog partition;
        final Batch batch;
        final Origin origin;
        final CompletableFuture<AppendOutcome> answer = new CompletableFuture<>();
        AppendOutcome outcome; // writer thread only: set by the turn that takes it, told once that is durable

        Append(PartitionLog partition, Batch batch, Origin origin) {
            this.partition = partition;
            this.batch = batch;
            this.origin = origin;
        }
    }

    record DeleteBefore(PartitionLog partition, long offset, CompletableFuture<Long> answer) implements Work {}

    record Configure(PartitionLog partition, PartitionConfig config, CompletableFuture<Void> answer) implements Work {}

    /// New partitions; the answer comes when they would be there after a crash.
    record Enter(List<PartitionLog> partitions, CompletableFuture<Void> answer) implements Work {}

    /// Partitions that are deleted.
    record Leave(List<PartitionLog> partitions, CompletableFuture<Void> answer) implements Work {}

    /// Who writes to a partition.
    record Ask(PartitionLog partition, CompletableFuture<List<ProducerStatus>> answer) implements Work {}

    /// Deletes what has been kept long enough, forgets old producers.
    record Tidy(CompletableFuture<Void> answer) implements Work {}

    /// Sealed segments that hold what others held, or what is left of it, and take their place. The answer is false,
    /// and nothing was done, if one of those has left the partition meanwhile.
    ///
    /// @param olds   stand together in the partition's list; it lets go of them, whoever still holds one reads on
    /// @param news   complete and [published][Segment#publish]
    /// @param swap   makes the names of files mean the new ones; done between two groups
    /// @param answer comes when readers find the new ones
    record Replace(
            PartitionLog partition,
            List<Segment> olds,
            List<Segment> news,
            Swap swap,
            CompletableFuture<Boolean> answer)
            implements Work {}

    interface Swap {
        /// @throws DiskFullException nothing was changed
        /// @throws IOException the disk failed, or what was changed is not sure to last
        void run() throws IOException;
    }

    /// Hands a snapshot to the checkpointer.
    record Snapshot(boolean isLast, CompletableFuture<Void> answer) implements Work {}

    /// Something that others depend on has failed: the writer must not go on.
    record Fail(IOException cause) implements Work {}
}
