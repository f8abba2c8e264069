package io.braid.bench;

import java.nio.file.Path;
import java.util.List;

/// Starts the server from the classes of this build: the launcher would build the project that is being built.
public final class TestServer {
    /// What stands before `server` on the command line.
    public static final List<String> LAUNCHER = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            "io.braid.server.Main");

    private TestServer() {}
}
