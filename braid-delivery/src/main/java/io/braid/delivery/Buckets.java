package io.braid.delivery;

import io.braid.log.Tier;
import java.io.IOException;
import java.util.Optional;

/// Where objects are stored. Any thread; a call blocks until the object is there or it is known that it may not be,
/// and has a limit on its time.
public interface Buckets extends AutoCloseable {
    /// Stores an object in place of one that is there under its key. What this leaves when it fails is either the
    /// whole object or what was there before.
    ///
    /// @throws IOException whatever the store answers, in words that name bucket and key
    void put(Place place, long size, Tier.Source source) throws IOException;

    /// @param bucket       its name
    /// @param key          in it; no part between slashes is empty, `.` or `..`
    /// @param storageClass as S3 names them
    /// @param owner        the account that the bucket is believed to be of
    /// @param kmsKey       what the store shall encrypt the object with; empty leaves that to the bucket
    record Place(String bucket, String key, String storageClass, String owner, Optional<String> kmsKey) {}

    /// Gives back what is held open; nothing is, unless a store says so.
    @Override
    default void close() {}
}
