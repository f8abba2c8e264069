package io.braid.it;

import java.nio.file.Path;

/// Where this JVM and its module lie.
final class Jvm {
    private Jvm() {}

    /// The `java` that runs the tests runs the server and Kafka's tools, too.
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// The build directory of braid-it.
    static Path target() {
        return Path.of(System.getProperty("braid.it.target", "target")).toAbsolutePath();
    }

    static Path sources() {
        return Path.of(System.getProperty("braid.it.basedir", "."))
                .toAbsolutePath()
                .resolve("src/test");
    }
}
