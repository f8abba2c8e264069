package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that has ended.
///
/// @param out what it wrote to standard output
/// @param err what it wrote to standard error
record Finished(List<String> command, int exit, String out, String err) {

    /// Runs a program with `input` on its standard input to its end; one that takes longer than `limit` is killed and
    /// fails the test.
    static Finished run(List<String> command, String input, Duration limit) throws IOException {
        return run(command, Jvm.target(), input, limit);
    }

    static Finished run(List<String> command, Path directory, String input, Duration limit) throws IOException {
        return run(command, directory, Map.of(), input, limit);
    }

    /// @param environment variables besides those of this process
    static Finished run(
            List<String> command, Path directory, Map<String, String> environment, String input, Duration limit)
            throws IOException {
        var files =
                Files.createTempDirectory(Files.createDirectories(Jvm.target().resolve("tools")), "run-");
        var in = Files.writeString(files.resolve("in"), input).toFile();
        var out = files.resolve("out");
        var err = files.resolve("err");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(in)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException("interrupted while waiting for " + command, e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        var finished = new Finished(command, ended ? process.exitValue() : -1, read(out), read(err));
        return ended ? finished : fail("not done after " + limit + ": " + finished);
    }

    /// Fails the test unless the program succeeded.
    Finished successfully() {
        assertEquals(0, exit, this::toString);
        return this;
    }

    List<String> lines() {
        return out.lines().toList();
    }

    @Override
    public String toString() {
        return "%s\nended with %d\n--- standard output\n%s--- standard error\n%s"
                .formatted(String.join(" ", command), exit, out, err);
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
    }
}
