package io.braid.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How tiers are named, and what a directory of one looks like.
class StorageTierTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"s3://bucket", "s3://bucket/", "s3://my.bucket-1/a/b", "file:///var/tier", "file:/var/tier"})
    void namesOfBucketsAndDirectoriesAreTaken(String name) {
        assertEquals(Optional.empty(), StorageTier.fault(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bucket",
                "s3:///prefix",
                "s3:bucket",
                "s3://bucket:80/",
                "s3://key@bucket",
                "s3://bucket?x=1",
                "file://host/dir",
                "file:dir",
                "https://bucket.s3.amazonaws.com",
                "s3://bu cket"
            })
    void otherNamesAreRefusedWithARule(String name) {
        assertTrue(StorageTier.fault(name).orElseThrow().startsWith("must be s3://bucket/prefix"));
        assertThrows(IllegalArgumentException.class, () -> StorageTier.open(name));
    }

    @Test
    void slashesAroundAPrefixDoNotCount() throws IOException {
        for (var name : List.of("s3://b/p/q", "s3://b/p/q/", "s3://b//p/q"))
            try (var tier = StorageTier.open(name)) {
                assertEquals("s3://b/p/q", tier.location());
            }
        try (var tier = StorageTier.open("s3://b/")) {
            assertEquals("s3://b", tier.location());
        }
    }

    @Test
    void aDirectoryHoldsNothingButItsObjects() throws IOException {
        var root = directory.resolve("tier");
        try (var tier = StorageTier.open(root.toUri().toString())) {
            tier.put("some-0/1.log", 2, (position, target) -> {
                int count = target.remaining();
                target.put(new byte[count]);
                return count;
            });
            assertThrows(
                    IOException.class,
                    () -> tier.put("some-0/2.log", 2, (position, target) -> {
                        throw new IOException("it cannot be read");
                    }));
            tier.delete("some-0/2.log"); // whoever began it ends it, one way or the other
            tier.read("some-0/1.log", 0, ByteBuffer.allocate(2));

            try (var files = Files.walk(root)) {
                assertEquals(
                        List.of("some-0/1.log"),
                        files.filter(Files::isRegularFile)
                                .map(file -> root.relativize(file).toString())
                                .toList());
            }

            tier.delete("some-0/1.log");
            assertFalse(Files.exists(root.resolve("some-0")));
        }
    }
}
