package io.braid.aws.wire;

import java.util.regex.Pattern;

/// Who asks, as far as the request says it: the credential scope of its Authorization header. Nothing of it is
/// verified in this release (docs/decisions/0041), so it may decide what a caller sees and nothing about what it may
/// do.
///
/// @param accessKey empty if the request is not signed
/// @param region    names the streams' ARNs
public record Caller(String accessKey, String region) {
    // Credential=AKID/20261123/us-east-1/kinesis/aws4_request
    private static final Pattern SCOPE =
            Pattern.compile("Credential=([\\w+=,.@-]{1,128})/\\d{8}/([a-z0-9-]{1,32})/[a-z0-9-]{1,32}/aws4_request");

    /// Reads an Authorization header, which may be empty.
    public static Caller of(String authorization, String defaultRegion) {
        if (authorization.isEmpty()) return new Caller("", defaultRegion);
        var scope = SCOPE.matcher(authorization);
        return scope.find() ? new Caller(scope.group(1), scope.group(2)) : new Caller("", defaultRegion);
    }
}
