package io.braid.broker;

import io.braid.log.Batch;
import io.braid.log.LogFiles;
import io.braid.log.PartitionId;
import io.braid.log.StoredBatches;
import java.io.IOException;
import java.util.Optional;

/// The catalog as the files of a data directory tell it, for those who are not its server.
public final class StoredCatalog {
    /// The partition that it is kept in, which belongs to no stream.
    public static final PartitionId ID = CatalogLog.ID;

    private StoredCatalog() {}

    /// @throws IOException the disk failed, or some change cannot be read: nothing is known for sure then
    public static Catalog of(LogFiles files) throws IOException {
        try (var batches = files.batches(ID, 0)) {
            return CatalogLog.replay(() -> next(batches)).catalog();
        }
    }

    private static Optional<Batch> next(StoredBatches batches) throws IOException {
        var found = batches.next();
        if (found.isEmpty()) return Optional.empty();
        return switch (found.get()) {
            case StoredBatches.Found.Whole(var batch, var _, int _) -> Optional.of(batch);
            case StoredBatches.Found.Ends _ -> Optional.empty();
            case StoredBatches.Found.Damaged(long first, long _, var file, int position, var detail) ->
                throw new IOException(
                        "the catalog is damaged at change %d: %s at %d: %s".formatted(first, file, position, detail));
        };
    }
}
