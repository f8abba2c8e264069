package io.braid.tier;

import io.braid.delivery.Buckets;
import io.braid.log.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Buckets that are directories below one, and must be there, as buckets must: for laptops and tests. Storage classes,
/// owners and keys mean nothing here. Any thread.
final class DirectoryBuckets implements Buckets {
    private final Path root;

    DirectoryBuckets(Path root) {
        this.root = root;
    }

    @Override
    public void put(Place place, long size, Tier.Source source) throws IOException {
        var bucket = root.resolve(place.bucket());
        if (!Files.isDirectory(bucket)) throw new IOException("there is no directory %s".formatted(bucket));
        var target = bucket.resolve(place.key());
        if (!target.startsWith(bucket) || !target.equals(target.normalize()))
            throw new IOException("key %s leads out of %s".formatted(place.key(), bucket));
        try (var directory = new DirectoryTier(bucket)) {
            directory.put(place.key(), size, source);
        }
    }
}
