package io.braid.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The JavaScript clients: exactly the versions of a `package-lock.json` below `src/test/npm`, installed under `target`
/// when that is not done yet.
enum Npm {
    /// Those that are JavaScript.
    PLAIN("npm", "."),
    /// Those that are compiled when they are installed, which takes a minute. With several compilers at once the make
    /// files of node-rdkafka fail.
    NATIVE("npm-native", "native");

    private static final Duration INSTALL_MAX = Duration.ofMinutes(10);
    private static final Map<String, String> COMPILED_QUICKLY = Map.of("CFLAGS", "-O0 -g0", "CXXFLAGS", "-O0 -g0");
    private static final Duration SCRIPT_MAX = Duration.ofSeconds(90);

    private final String home;
    private final String sources;

    Npm(String home, String sources) {
        this.home = home;
        this.sources = sources;
    }

    /// Runs a script to its successful end; skips the test where there is no node, or what is compiled cannot be
    /// installed.
    Finished run(String script, String... arguments) throws IOException {
        return run(Map.of(), script, arguments);
    }

    /// The same by a node that trusts a certificate, as its users tell it to.
    Finished runTrusting(Certificate certificate, String script, String... arguments) throws IOException {
        return run(Map.of("NODE_EXTRA_CA_CERTS", certificate.pem().toString()), script, arguments);
    }

    private Finished run(Map<String, String> environment, String script, String... arguments) throws IOException {
        assumeTrue(Programs.exist("node", "npm"), "node and npm are not installed");
        var installed = install();
        Files.copy(sources().resolve(script), installed.resolve(script), StandardCopyOption.REPLACE_EXISTING);
        var command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return Finished.run(command, installed, environment, "", SCRIPT_MAX).successfully();
    }

    private synchronized Path install() throws IOException {
        var directory = Files.createDirectories(Jvm.target().resolve(home));
        try (var _ = OneProcess.in(directory)) {
            var lock = Files.readString(sources().resolve("package-lock.json"));
            var installed = directory.resolve("installed-lock.json");
            if (Files.exists(installed) && Files.readString(installed).equals(lock)) return directory;
            for (var file : List.of("package.json", "package-lock.json"))
                Files.copy(sources().resolve(file), directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            var run = Finished.run(
                    List.of("npm", "ci", "--no-audit", "--no-fund"), directory, COMPILED_QUICKLY, "", INSTALL_MAX);
            if (this == NATIVE) assumeTrue(run.exit() == 0, () -> "it cannot be compiled here: " + run.err());
            run.successfully();
            Files.writeString(installed, lock);
            return directory;
        }
    }

    private Path sources() {
        return Jvm.sources().resolve("npm").resolve(sources);
    }
}
