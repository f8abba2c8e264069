package io.braid.broker;

import java.time.Instant;
import java.util.List;

/// A hash-key range living on a range of offsets of one partition (a lineage, see ARCHITECTURE.md).
///
/// @param index       its number in the stream, from 0, never reused
/// @param partition   the partition its records lie on
/// @param firstOffset the offset of its first record
/// @param extent      whether it still takes records
/// @param range       the hash keys it takes
/// @param parents     the indexes of the shards it continues: none, one (split) or two (merge)
/// @param created     whole seconds; strictly later than its parents' (sequence numbers depend on it)
public record Shard(
        int index,
        int partition,
        long firstOffset,
        Extent extent,
        HashRange range,
        List<Integer> parents,
        Instant created) {

    public Shard {
        parents = List.copyOf(parents);
        if (index < 0 || partition < 0 || firstOffset < 0)
            throw new IllegalArgumentException("shard %d on partition %d from offset %d: none may be negative"
                    .formatted(index, partition, firstOffset));
        if (parents.size() > 2)
            throw new IllegalArgumentException("shard %d: %d parents, at most 2".formatted(index, parents.size()));
        if (created.getNano() != 0)
            throw new IllegalArgumentException("shard %d: created at %s, not a whole second".formatted(index, created));
        if (extent instanceof Closed(long end, Instant _) && end < firstOffset)
            throw new IllegalArgumentException(
                    "shard %d: ends at %d, before its first offset %d".formatted(index, end, firstOffset));
    }

    public sealed interface Extent {}

    /// Takes records.
    public record Open() implements Extent {}

    /// Ends before `endOffset`; its children take its keys.
    public record Closed(long endOffset, Instant closed) implements Extent {}

    public boolean isOpen() {
        return extent instanceof Open;
    }

    public boolean isClosedBefore(Instant time) {
        return extent instanceof Closed(long _, Instant closed) && closed.isBefore(time);
    }

    /// This, with no offset above `end`.
    Shard within(long end) {
        var inside =
                extent instanceof Closed(long last, Instant closed) ? new Closed(Math.min(last, end), closed) : extent;
        return new Shard(index, partition, Math.min(firstOffset, end), inside, range, parents, created);
    }

    Shard closedAt(long endOffset, Instant now) {
        return new Shard(index, partition, firstOffset, new Closed(endOffset, now), range, parents, created);
    }
}
