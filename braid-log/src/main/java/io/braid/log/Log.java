package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/// All partitions below one data directory, their writers and their journals. Any thread.
public final class Log implements AutoCloseable {
    private Log() {}

    /// Opens (or creates) the directory, locks it, recovers every partition and starts the writer threads.
    ///
    /// @throws IOException locked by another process, damaged, of a newer format, or the disk failed: the
    ///     message says which, where and what to do
    public static Log open(LogConfig config, InstantSource clock) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Creates a partition, durable when this returns. If it is there already, configures and returns it.
    public PartitionLog create(PartitionId id, PartitionConfig config) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Creates many at once, for the price of few syncs.
    public void createAll(Collection<PartitionId> ids, PartitionConfig config) throws IOException {
        throw new UnsupportedOperationException();
    }

    public Optional<PartitionLog> partition(PartitionId id) {
        throw new UnsupportedOperationException();
    }

    public Collection<PartitionLog> partitions() {
        throw new UnsupportedOperationException();
    }

    /// Closes and deletes all partitions of a stream; waiting appends are refused. Durable when this returns.
    public void delete(UUID stream) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Answers what waits, checkpoints, and unlocks the directory.
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
