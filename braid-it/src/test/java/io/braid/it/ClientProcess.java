package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A client in a JVM of its own that runs until it is told to end or is killed, life after life, with one directory
/// for what it keeps.
///
/// For one thread, except [#kill].
final class ClientProcess implements AutoCloseable {
    private static final Duration STOP_MAX = Duration.ofSeconds(60);
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
    }

    private final Path home;
    private final List<String> command;
    private volatile Process process;

    private ClientProcess(Path home, List<String> command) {
        this.home = home;
        this.command = command;
    }

    /// Starts its first life.
    ///
    /// @param program what follows the flags of `java`: the class path, the class or source file, and arguments;
    ///     each `{home}` in them is the directory
    static ClientProcess start(String name, List<String> program) throws IOException {
        var homes = Files.createDirectories(Jvm.target().resolve("client-processes"));
        var home = Files.createTempDirectory(homes, name + "-");
        var command = new ArrayList<>(jvm());
        for (var part : program) command.add(part.replace("{home}", home.toString()));
        var client = new ClientProcess(home, command);
        client.live();
        return client;
    }

    /// A JVM that lives for a short time and shares two processors with others.
    static List<String> jvm() {
        return List.of(
                Jvm.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    }

    /// Starts the next life.
    void live() throws IOException {
        if (process != null && process.isAlive()) throw new IllegalStateException("it is still alive");
        var next = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        ALIVE.add(next);
        next.onExit().thenAccept(ALIVE::remove);
        process = next;
    }

    /// `kill -9`, and the wait for its end.
    void kill() {
        var victim = process;
        victim.destroyForcibly();
        victim.onExit().join();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// The end of its standard input, upon which it is to finish; then the wait for that.
    void finish() throws IOException {
        process.getOutputStream().close();
        awaitExit("the end of its input");
        assertTrue(process.exitValue() == 0, () -> "it ended with %d: %s".formatted(process.exitValue(), this));
    }

    /// SIGTERM, and the wait for its end.
    void stop() throws IOException {
        process.destroy();
        awaitExit("SIGTERM");
    }

    private void awaitExit(String after) throws IOException {
        try {
            process.onExit()
                    .orTimeout(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            kill();
            fail("not ended %s after %s: %s".formatted(STOP_MAX, after, this), e);
        }
    }

    Path home() {
        return home;
    }

    Path log() {
        return home.resolve("client.log");
    }

    /// Kills it if it is still alive. Its directory stays until the next clean build.
    @Override
    public void close() {
        kill();
    }

    /// The command, and the end of the log.
    @Override
    public String toString() {
        try {
            var lines = Files.readAllLines(log());
            return "%s\n%s"
                    .formatted(home, String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size())));
        } catch (IOException e) {
            return home + ", whose log cannot be read: " + e;
        }
    }
}
