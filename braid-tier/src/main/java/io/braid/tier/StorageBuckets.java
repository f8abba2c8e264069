package io.braid.tier;

import io.braid.delivery.Buckets;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// The stores of buckets there are, by how a person names them: `s3`, or `file:///directory` with a directory for each
/// bucket below. Credentials, region and endpoint of S3 are found as [StorageTier] finds them.
public final class StorageBuckets {
    private static final String S3 = "s3";
    private static final String RULE =
            "must be s3 or file:///directory, below which each bucket is a directory that is there";

    private StorageBuckets() {}

    /// What is wrong with a name, as the end of the sentence "it …".
    public static Optional<String> fault(String name) {
        boolean isStore = name.equals(S3)
                || name.startsWith("file:") && StorageTier.fault(name).isEmpty();
        return isStore ? Optional.empty() : Optional.of(RULE);
    }

    /// Opens a store. Nothing is asked for yet.
    ///
    /// @param name one without [#fault]
    public static Buckets open(String name) {
        fault(name).ifPresent(rule -> {
            throw new IllegalArgumentException("delivery.buckets = %s: %s".formatted(name, rule));
        });
        if (name.equals(S3)) return new S3Buckets();
        return new DirectoryBuckets(Path.of(URI.create(name).getPath()));
    }
}
