package io.braid.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Where this JVM and its module lie.
final class Jvm {
    private static final Pattern FLAGS = Pattern.compile("^common_flags='([^']+)'", Pattern.MULTILINE);

    private Jvm() {}

    /// The `java` that runs the tests runs the server and Kafka's tools, too.
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// The build directory of braid-it.
    static Path target() {
        return Path.of(System.getProperty("braid.it.target", "target")).toAbsolutePath();
    }

    /// The flags that the launcher, `./braid`, gives to the server, but for its start-up cache.
    static List<String> launcherFlags() throws IOException {
        var launcher = Files.readString(sources().resolve("../../../braid").normalize());
        var flags = FLAGS.matcher(launcher);
        if (!flags.find()) throw new IOException("no common_flags in the launcher");
        return List.of(flags.group(1).strip().split("\\s+"));
    }

    static Path sources() {
        return Path.of(System.getProperty("braid.it.basedir", "."))
                .toAbsolutePath()
                .resolve("src/test");
    }
}
