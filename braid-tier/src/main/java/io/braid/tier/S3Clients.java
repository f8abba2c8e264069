package io.braid.tier;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/// Clients set up so that stores other than Amazon's understand them: no trailing checksums, no chunked signatures.
final class S3Clients {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    private S3Clients() {}

    static S3Client open(boolean isElsewhere) {
        return S3Client.builder()
                .region(region(isElsewhere))
                .forcePathStyle(isElsewhere)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_MAX)
                        .socketTimeout(SILENCE_MAX))
                .build();
    }

    /// Whether somebody has named an endpoint: then the store is most probably not Amazon's.
    static boolean isElsewhere() {
        try (var probe = S3Client.builder()
                .region(Region.US_EAST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            return probe.serviceClientConfiguration().endpointOverride().isPresent();
        }
    }

    /// Stores elsewhere mostly do not care, and to ask the machine whether it is one of Amazon's takes seconds.
    private static Region region(boolean isElsewhere) {
        if (!isElsewhere) return DefaultAwsRegionProviderChain.builder().build().getRegion();
        try {
            return new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
                    .getRegion();
        } catch (SdkClientException _) {
            return Region.US_EAST_1;
        }
    }
}
