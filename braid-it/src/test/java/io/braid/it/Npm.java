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

/// The JavaScript clients: exactly the versions of `src/test/npm/package-lock.json`, installed under `target/npm` when
/// that is not done yet.
final class Npm {
    private static final Duration INSTALL_MAX = Duration.ofMinutes(5);
    private static final Duration SCRIPT_MAX = Duration.ofSeconds(90);

    private Npm() {}

    /// Runs a script of `src/test/npm` to its successful end; skips the test where there is no node.
    static Finished run(String script, String... arguments) throws IOException {
        return run(Map.of(), script, arguments);
    }

    /// The same by a node that trusts a certificate, as its users tell it to.
    static Finished runTrusting(Certificate certificate, String script, String... arguments) throws IOException {
        return run(Map.of("NODE_EXTRA_CA_CERTS", certificate.pem().toString()), script, arguments);
    }

    private static synchronized Finished run(Map<String, String> environment, String script, String... arguments)
            throws IOException {
        assumeTrue(Programs.exist("node", "npm"), "node and npm are not installed");
        var home = install();
        Files.copy(sources().resolve(script), home.resolve(script), StandardCopyOption.REPLACE_EXISTING);
        var command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return Finished.run(command, home, environment, "", SCRIPT_MAX).successfully();
    }

    private static Path install() throws IOException {
        var home = Files.createDirectories(Jvm.target().resolve("npm"));
        try (var _ = OneProcess.in(home)) {
            var lock = Files.readString(sources().resolve("package-lock.json"));
            var installed = home.resolve("installed-lock.json");
            if (Files.exists(installed) && Files.readString(installed).equals(lock)) return home;
            for (var file : List.of("package.json", "package-lock.json"))
                Files.copy(sources().resolve(file), home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            Finished.run(List.of("npm", "ci", "--no-audit", "--no-fund"), home, "", INSTALL_MAX)
                    .successfully();
            Files.writeString(installed, lock);
            return home;
        }
    }

    private static Path sources() {
        return Jvm.sources().resolve("npm");
    }
}
