package io.braid.bench.process;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What others make, fetched when it is first needed: Kafka's broker and tools by Maven, kinesalite and kinesis-local
/// by npm.
///
/// Each has a class path of its own, so that a broker runs with exactly the jars its makers chose.
public record Peers(Home home, Workplace workplace, PrintStream out) {
    private static final Duration FETCH_MAX = Duration.ofMinutes(10);
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";

    /// The class path of a stock broker.
    public String kafka() throws IOException, InterruptedException {
        return jars("kafka");
    }

    /// The class path of Kafka's command-line tools.
    public String kafkaTools() throws IOException, InterruptedException {
        return jars("kafka-tools");
    }

    /// The directory of a program for Node.js.
    Path node(String peer) throws IOException, InterruptedException {
        var pantry = home.pantry(peer);
        if (isMissing(pantry)) {
            Files.createDirectories(pantry);
            for (var file : List.of("package.json", "package-lock.json")) {
                Files.writeString(
                        pantry.resolve(file), Files.readString(home.recipe(peer).resolve(file)));
            }
            fetch(pantry, List.of("npm", "ci", "--no-audit", "--no-fund", "--prefix", pantry.toString()));
        }
        return pantry.resolve("node_modules").resolve(peer);
    }

    private String jars(String peer) throws IOException, InterruptedException {
        var pantry = home.pantry(peer);
        if (isMissing(pantry)) {
            var command = new ArrayList<>(List.of("mvn", "-q", "-B", "-f"));
            command.add(home.recipe(peer).resolve("pom.xml").toString());
            command.addAll(List.of(COPY, "-DincludeScope=runtime", "-DoutputDirectory=" + pantry));
            fetch(pantry, command);
        }
        return pantry.resolve("*").toString();
    }

    private void fetch(Path pantry, List<String> command) throws IOException, InterruptedException {
        out.println("fetching " + pantry.getFileName() + " (once) ...");
        workplace.run("fetch", command, FETCH_MAX);
        Files.createFile(complete(pantry));
    }

    /// A fetch that was interrupted leaves files, but not the mark.
    private static boolean isMissing(Path pantry) throws IOException {
        if (Files.exists(complete(pantry))) {
            return false;
        }
        Workplace.delete(pantry);
        return true;
    }

    private static Path complete(Path pantry) {
        return pantry.resolve(".complete");
    }
}
