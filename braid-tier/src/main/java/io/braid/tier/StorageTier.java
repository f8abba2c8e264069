package io.braid.tier;

import io.braid.log.Tier;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/// The tiers there are, by how a person names them: `s3://bucket/prefix` or `file:///directory`.
///
/// Credentials, region and endpoint of a bucket are found where every AWS tool finds them: `AWS_ACCESS_KEY_ID` and
/// its like, profile files, roles of the machine; `AWS_REGION`; `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`. With an
/// endpoint of one's own, buckets are named in the path and not in the host.
public final class StorageTier {
    private static final String RULE = "must be s3://bucket/prefix (the prefix may be missing) or file:///directory";

    private StorageTier() {}

    /// What is wrong with a name, as the end of the sentence "it …".
    public static Optional<String> fault(String name) {
        try {
            var uri = new URI(name);
            boolean isBare = uri.getQuery() == null && uri.getFragment() == null && uri.getUserInfo() == null;
            boolean isBucket = "s3".equals(uri.getScheme()) && uri.getAuthority() != null && uri.getPort() < 0;
            boolean isDirectory = "file".equals(uri.getScheme())
                    && uri.getAuthority() == null
                    && uri.getPath() != null
                    && uri.getPath().startsWith("/");
            return isBare && (isBucket || isDirectory) ? Optional.empty() : Optional.of(RULE);
        } catch (URISyntaxException _) {
            return Optional.of(RULE);
        }
    }

    /// Opens a tier. A bucket is not asked for anything yet: it may come later.
    ///
    /// @param name one without [#fault]
    /// @throws IOException the directory cannot be created
    public static Tier open(String name) throws IOException {
        fault(name).ifPresent(rule -> {
            throw new IllegalArgumentException("storage.tier = %s: %s".formatted(name, rule));
        });
        var uri = URI.create(name);
        if (uri.getScheme().equals("file")) return new DirectoryTier(Path.of(uri.getPath()));
        return new S3Tier(uri.getAuthority(), uri.getPath().replaceAll("^/+|/+$", ""));
    }
}
