package io.braid.broker;

import io.braid.log.PartitionLog;

/// One partition of a stream as the catalog knew it when it was asked for, with its log.
///
/// @param rules what the stream's settings ask of batches that clients made
public record Partition(Stream stream, int index, PartitionLog log, BatchRules rules) {
    public boolean isWritable() {
        return stream.isWritable(index);
    }
}
