package io.braid.tier;

import io.braid.delivery.Buckets;
import io.braid.log.Tier;
import java.io.IOException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/// The buckets of an S3-compatible store. Any thread.
final class S3Buckets implements Buckets {
    private static final String STANDARD = "STANDARD";

    private final S3Access s3 = new S3Access("s3");

    @Override
    public void put(Place place, long size, Tier.Source source) throws IOException {
        s3.put(place.bucket(), place.key(), size, source, request -> describe(place, request));
    }

    /// Only Amazon knows accounts as owners, and other stores may refuse what they do not know.
    private void describe(Place place, PutObjectRequest.Builder request) {
        if (!place.storageClass().equals(STANDARD)) request.storageClass(place.storageClass());
        if (!s3.isElsewhere()) request.expectedBucketOwner(place.owner());
        place.kmsKey()
                .ifPresent(key -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(key));
    }

    @Override
    public void close() {
        s3.close();
    }
}
