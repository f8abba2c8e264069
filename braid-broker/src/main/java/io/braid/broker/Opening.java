package io.braid.broker;

import io.braid.broker.CatalogChange.Founded;
import io.braid.broker.CatalogChange.Resharded;
import io.braid.log.Log;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.time.InstantSource;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Brings the catalog and the log's partitions to agree, whatever a crash left behind:
///
/// | in the catalog | in the log | came from | verdict |
/// |---|---|---|---|
/// | yes | yes | | keep |
/// | no stream | yes | a creation or deletion cut short | delete the partition's stream |
/// | stream, but fewer partitions | yes | a growth cut short: empty, nobody could reach it | keep for the next growth |
/// | yes | no | files were lost | refuse to open |
/// | shard from offset X | ends before X | durability=os, and the power failed | the shard begins at the end |
///
/// @param changes ready for the next change
/// @param state   after all changes, those made here included
record Opening(CatalogLog changes, CatalogState state) {
    private static final System.Logger LOGGER = System.getLogger(Opening.class.getName());

    static Opening of(Log log, InstantSource clock, RandomGenerator random) throws IOException {
        var changes = CatalogLog.open(log, clock);
        var opened = new Opening(changes, changes.replay());
        if (opened.state.clusterId().isEmpty())
            opened = opened.with(new Founded(Identifiers.base64(Identifiers.random(random))));
        opened.deleteUnnamed(log);
        opened.requireNamed(log);
        return opened.withShardsInside(log);
    }

    private Opening with(CatalogChange change) throws IOException {
        var after = state.after(change);
        changes.append(change);
        return new Opening(changes, after);
    }

    private void deleteUnnamed(Log log) throws IOException {
        var unnamed = new TreeSet<UUID>();
        for (var partition : log.partitions()) {
            var stream = partition.id().stream();
            boolean isCatalog = stream.equals(CatalogLog.ID.stream());
            if (!isCatalog && state.catalog().stream(stream).isEmpty()) unnamed.add(stream);
        }
        for (var stream : unnamed) {
            log.delete(stream);
            LOGGER.log(System.Logger.Level.INFO, "deleted what a cut-short creation or deletion left: {0}", stream);
        }
    }

    private void requireNamed(Log log) throws IOException {
        for (var stream : state.catalog().streams())
            for (int i = 0; i < stream.partitions(); i++)
                if (log.partition(new PartitionId(stream.id(), i)).isEmpty())
                    throw new IOException(
                            ("stream %s (%s) should have %d partitions, and partition %d is not in the data directory:"
                                            + " bring its files back from a copy")
                                    .formatted(stream.name(), stream.id(), stream.partitions(), i));
    }

    private Opening withShardsInside(Log log) throws IOException {
        var opened = this;
        for (var stream : state.catalog().streams()) {
            var shards = stream.shards().stream()
                    .map(shard -> shard.within(end(log, stream, shard)))
                    .toList();
            if (shards.equals(stream.shards())) continue;
            opened = opened.with(new Resharded(stream.id(), shards, stream.partitions()));
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "stream lost records that durability=os had not synced; its shards now begin where they end: {0}",
                    stream.name());
        }
        return opened;
    }

    private static long end(Log log, Stream stream, Shard shard) {
        return log.partition(new PartitionId(stream.id(), shard.partition()))
                .map(PartitionLog::end)
                .orElseThrow();
    }
}
