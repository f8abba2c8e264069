package io.braid.log;

import java.util.Optional;
import java.util.UUID;

/// Which partition: the identity of its stream (a name may be reused, this never is) and its number in it, from
/// 0.
public record PartitionId(UUID stream, int index) {
    public PartitionId {
        if (index < 0)
            throw new IllegalArgumentException("partition %d of %s: must be at least 0".formatted(index, stream));
    }

    /// Reads what [#toString] gives, as directories are named; empty if this is something else.
    static Optional<PartitionId> parse(String name) {
        int dash = name.lastIndexOf('-');
        if (dash < 0) return Optional.empty();
        try {
            var id = new PartitionId(
                    UUID.fromString(name.substring(0, dash)), Integer.parseInt(name.substring(dash + 1)));
            return id.toString().equals(name) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return stream + "-" + index;
    }
}
