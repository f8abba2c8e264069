package io.braid.log;

import java.util.UUID;

/// Which partition: the identity of its stream (a name may be reused, this never is) and its number in it, from
/// 0.
public record PartitionId(UUID stream, int index) {
    public PartitionId {
        if (index < 0)
            throw new IllegalArgumentException("partition %d of %s: must be at least 0".formatted(index, stream));
    }

    @Override
    public String toString() {
        return stream + "-" + index;
    }
}
