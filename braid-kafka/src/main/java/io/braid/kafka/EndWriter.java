package io.braid.kafka;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/// Writes the end of a transaction into a partition, whether it has records of it or not.
interface EndWriter {
    /// May start the coordinator of groups and so wait for it, but not for the disk. The answer never
    /// fails, and comes when the end is on disk.
    CompletableFuture<Errors> write(TopicPartition partition, EndOfTransaction end) throws InterruptedException;

    /// Whether a partition has records of a producer's transaction that has not ended there.
    boolean isOpen(TopicPartition partition, long producerId);
}
