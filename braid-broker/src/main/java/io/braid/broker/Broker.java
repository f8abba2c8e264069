package io.braid.broker;

import io.braid.log.Log;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// The catalog and the doors to every partition. Any thread; changes block their caller until they are durable,
/// so they belong on virtual threads.
public final class Broker implements AutoCloseable {
    private Broker() {}

    /// Replays the catalog from its own partition of the log and opens the partitions it names; those it does
    /// not name (a creation or deletion that a crash cut short) are deleted.
    public static Broker open(Log log, BrokerConfig config, InstantSource clock, RandomGenerator random)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /// What exists now.
    public Catalog catalog() {
        throw new UnsupportedOperationException();
    }

    public CatalogOutcome create(NewStream stream) {
        throw new UnsupportedOperationException();
    }

    /// What [#create] would answer, without doing it (Kafka's `validateOnly`); the stream of a
    /// [CatalogOutcome.Done] is not kept.
    public CatalogOutcome check(NewStream stream) {
        throw new UnsupportedOperationException();
    }

    public CatalogOutcome delete(String name) {
        throw new UnsupportedOperationException();
    }

    /// Splits shards, widest first, until there are `partitions` partitions (Kafka's CreatePartitions).
    public CatalogOutcome grow(String name, int partitions) {
        throw new UnsupportedOperationException();
    }

    /// Changes settings; an empty value returns a setting to its default.
    public CatalogOutcome configure(String name, Map<String, Optional<String>> changes) {
        throw new UnsupportedOperationException();
    }

    /// The value a stream's setting has now: its own, the server's, or Kafka's default.
    public String setting(Stream stream, String name) {
        throw new UnsupportedOperationException();
    }

    public Optional<Partition> partition(String stream, int partition) {
        throw new UnsupportedOperationException();
    }

    public Optional<Partition> partition(UUID stream, int partition) {
        throw new UnsupportedOperationException();
    }

    /// A producer id that was never given out before, also not in an earlier life of this directory. Blocks its
    /// caller only once in a thousand calls, when the next thousand are reserved.
    public long newProducerId() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// The identity of this data directory (Kafka: cluster id), 22 characters of URL-safe Base64.
    public String clusterId() {
        throw new UnsupportedOperationException();
    }

    /// Tells `listener` of every change from now on, after it is durable and visible, in order, on the
    /// changer's thread.
    public void onChange(CatalogListener listener) {
        throw new UnsupportedOperationException();
    }

    public interface CatalogListener {
        void changed(Catalog before, Catalog after);
    }

    /// The first record of this time or later: exact to the record, compressed batches too. Empty if there is
    /// none.
    public Optional<TimedOffset> offsetAt(Partition partition, long timestampMillis) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// The first record with the largest timestamp. Empty if no record has one.
    public Optional<TimedOffset> newest(Partition partition) throws IOException {
        throw new UnsupportedOperationException();
    }

    public record TimedOffset(long offset, long timestampMillis) {}

    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
