package io.braid.broker;

import io.braid.log.Log;
import io.braid.log.PartitionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;

/// What the connections see: the catalog, and for each of its streams the partitions behind it. Immutable, so that
/// the two always agree.
record View(CatalogState state, Map<UUID, Doors> doors) {
    View {
        doors = Map.copyOf(doors);
    }

    /// @param shardGate held open by everybody who puts by hash key; shut while the stream's shards change
    /// @param clients   of all partitions
    record Doors(List<Partition> partitions, ShardGate shardGate, ClientBatches clients) {
        Doors {
            partitions = List.copyOf(partitions);
        }

        /// Before there are partitions.
        Doors() {
            this(List.of(), new ShardGate(), new ClientBatches());
        }
    }

    /// Of a state all of whose partitions are in the log.
    ///
    /// @param rules those of a stream by its settings
    static View of(CatalogState state, Log log, Function<Stream, BatchRules> rules) {
        var doors = new HashMap<UUID, Doors>();
        for (var stream : state.catalog().streams())
            doors.put(stream.id(), doors(stream, log, rules.apply(stream), new Doors()));
        return new View(state, doors);
    }

    /// After a change to the one stream `id`.
    View after(CatalogState changed, UUID id, Log log, Function<Stream, BatchRules> rules) {
        var others = new HashMap<>(doors);
        var before = Optional.ofNullable(others.remove(id));
        changed.catalog().stream(id).ifPresent(stream -> {
            others.put(id, doors(stream, log, rules.apply(stream), before.orElseGet(Doors::new)));
        });
        return new View(changed, others);
    }

    /// After a change to what counts for all streams.
    View after(CatalogState changed, Log log, Function<Stream, BatchRules> rules) {
        var all = new HashMap<UUID, Doors>();
        for (var stream : changed.catalog().streams())
            all.put(stream.id(), doors(stream, log, rules.apply(stream), doors.get(stream.id())));
        return new View(changed, all);
    }

    Catalog catalog() {
        return state.catalog();
    }

    Optional<Partition> partition(Stream stream, int index) {
        var partitions = doors.get(stream.id()).partitions();
        return index >= 0 && index < partitions.size() ? Optional.of(partitions.get(index)) : Optional.empty();
    }

    /// What the stream's doors are now; what people wait at and are counted by stays.
    private static Doors doors(Stream stream, Log log, BatchRules rules, Doors before) {
        var partitions = IntStream.range(0, stream.partitions())
                .mapToObj(index -> new Partition(
                        stream,
                        index,
                        log.partition(new PartitionId(stream.id(), index))
                                .orElseThrow(() -> new IllegalStateException(
                                        "stream %s: the log has no partition %d".formatted(stream.name(), index))),
                        rules,
                        before.clients()))
                .toList();
        return new Doors(partitions, before.shardGate(), before.clients());
    }
}
