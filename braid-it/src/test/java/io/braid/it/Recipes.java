package io.braid.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// Clients in Java that run in processes of their own, each with exactly the jars its makers chose: the poms of
/// `src/test/clients` say which, and Maven copies them to `target/recipes` when that is not done yet.
final class Recipes {
    private static final Duration COPY_MAX = Duration.ofMinutes(5);
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";

    private Recipes() {}

    /// The class path of a client; skips the test where there is no Maven.
    ///
    /// @param client a directory of `src/test/clients`
    static String classPath(String client) throws IOException {
        return home().resolve(client).resolve("*").toString();
    }

    /// A program that is one source file below `src/test/clients`; `java` compiles it when it is started.
    static String program(String source) {
        return sources().resolve(source + ".java").toString();
    }

    private static synchronized Path home() throws IOException {
        assumeTrue(Programs.exist("mvn"), "mvn is not on the path");
        var home = Files.createDirectories(Jvm.target().resolve("recipes"));
        try (var _ = OneProcess.in(home)) {
            var wanted = poms();
            var copied = home.resolve("copied-poms");
            if (Files.exists(copied) && Files.readString(copied).equals(wanted)) return home;
            var command = List.of(
                    "mvn", "-q", "-B", "-f", sources().resolve("pom.xml").toString(), COPY, "-Dpantry=" + home);
            Finished.run(command, "", COPY_MAX).successfully();
            Files.writeString(copied, wanted);
            return home;
        }
    }

    private static String poms() throws IOException {
        try (var files = Files.walk(sources())) {
            return files.filter(file -> file.endsWith("pom.xml"))
                    .sorted()
                    .map(Recipes::read)
                    .collect(Collectors.joining());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path sources() {
        return Jvm.sources().resolve("clients");
    }
}
