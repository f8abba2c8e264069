package io.braid.tier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.delivery.Buckets;
import io.braid.log.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How stores of buckets are named, and buckets that are directories. A real S3 server is written to by the test of
/// channels.
class StorageBucketsTest {
    @TempDir
    private Path root;

    private static Buckets.Place at(String bucket, String key) {
        return new Buckets.Place(bucket, key, "STANDARD", "123456789012", Optional.empty());
    }

    private static Tier.Source source(String text) {
        return (position, target) -> {
            target.put(text.getBytes(UTF_8), (int) position, text.length() - (int) position);
            return text.length() - (int) position;
        };
    }

    @Test
    void objectsAreFilesOfTheirBucketsDirectory() throws IOException {
        Files.createDirectory(root.resolve("lake"));
        try (var buckets = StorageBuckets.open(root.toUri().toString())) {
            buckets.put(at("lake", "a/b c/1.txt"), 3, source("old"));
            buckets.put(at("lake", "a/b c/1.txt"), 5, source("newer"));
        }

        assertEquals("newer", Files.readString(root.resolve("lake/a/b c/1.txt")));
    }

    @Test
    void aBucketThatIsNotThereIsNotMade() {
        try (var buckets = StorageBuckets.open(root.toUri().toString())) {
            var failed = assertThrows(IOException.class, () -> buckets.put(at("lake", "1.txt"), 1, source("x")));

            assertEquals("there is no directory " + root.resolve("lake"), failed.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../1.txt", "a/../../1.txt", "/tmp/1.txt", "a/../1.txt"})
    void noKeyLeadsOutOfItsBucket(String key) throws IOException {
        Files.createDirectory(root.resolve("lake"));
        try (var buckets = StorageBuckets.open(root.toUri().toString())) {
            var failed = assertThrows(IOException.class, () -> buckets.put(at("lake", key), 1, source("x")));

            assertTrue(failed.getMessage().startsWith("key " + key + " leads out of "), failed.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s3://bucket", "/var/lake", "file:lake", "https://s3.amazonaws.com"})
    void otherNamesOfStoresAreRefusedWithARule(String name) {
        assertTrue(StorageBuckets.fault(name).orElseThrow().startsWith("must be s3 or file:///directory"));
        assertThrows(IllegalArgumentException.class, () -> StorageBuckets.open(name));
    }
}
