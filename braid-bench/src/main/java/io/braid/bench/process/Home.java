package io.braid.bench.process;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The project's directory, found from where these classes were loaded.
public record Home(Path directory) {

    /// @throws IllegalStateException these classes were not loaded from inside the project
    public static Home find() {
        var start = loadedFrom();
        for (var at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("braid-bench/peers"))) {
                return new Home(at);
            }
        }
        throw new IllegalStateException(
                "no directory above %s holds braid-bench/peers; run ./braid from the project".formatted(start));
    }

    /// The command that starts everything, `./braid`.
    public Path launcher() {
        return directory.resolve("braid");
    }

    /// What a peer is made of: a pom, or a package file.
    Path recipe(String peer) {
        return directory.resolve("braid-bench/peers").resolve(peer);
    }

    /// Where a fetched peer is kept; `mvn clean` takes it away.
    Path pantry(String peer) {
        return directory.resolve("braid-bench/target").resolve("peer-" + peer);
    }

    /// Where runs keep their files: on the project's disk, because a temporary directory is often memory, and a
    /// sync into memory measures nothing.
    Path workplaces() {
        return directory.resolve("braid-bench/target/work");
    }

    private static Path loadedFrom() {
        try {
            return Path.of(Home.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the classes were loaded from something that is not a file", e);
        }
    }
}
