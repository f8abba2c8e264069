package io.braid.bench.process;

import java.nio.file.Path;

/// The Java that runs this program; the peers and their tools run on the same one.
final class Java {
    private Java() {}

    static String command() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
