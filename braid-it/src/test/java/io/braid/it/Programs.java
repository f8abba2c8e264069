package io.braid.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Programs that a machine may have or not.
final class Programs {
    private Programs() {}

    /// Whether all of these are on the `PATH`.
    static boolean exist(String... names) {
        return Stream.of(names).allMatch(Programs::exists);
    }

    private static boolean exists(String name) {
        return Stream.of(System.getenv("PATH").split(System.getProperty("path.separator")))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory).resolve(name)));
    }
}
