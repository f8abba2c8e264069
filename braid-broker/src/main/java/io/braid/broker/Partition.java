package io.braid.broker;

import io.braid.log.PartitionLog;

/// One partition of a stream as the catalog knew it when it was asked for, with its log.
public record Partition(Stream stream, int index, PartitionLog log) {
    public boolean isWritable() {
        return stream.isWritable(index);
    }
}
