package io.braid.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// One process of a run, and what it printed. Its standard error goes to a file of its own.
///
/// Used by one thread at a time; [#close] may come from another.
public final class Child implements AutoCloseable {
    private static final int LINES_MAX = 10_000; // more than any tool here prints; a flood is dropped, not kept
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final String name;
    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(LINES_MAX);
    private final Thread reader;

    Child(String name, List<String> command, Path directory) throws IOException {
        this.name = name;
        this.errors = Files.createTempFile(directory, name + "-", ".err");
        this.process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(errors.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        // No virtual one: reading a pipe holds its carrier, and three servers' would be all of two processors'.
        this.reader = Thread.ofPlatform().name(name + "-output").daemon().start(this::read);
    }

    /// Waits for a line of standard output that contains `text`.
    ///
    /// @throws IOException it ended, or the limit passed, before such a line came
    String awaitLine(String text, Duration limit) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var line = lines.poll(20, TimeUnit.MILLISECONDS);
            if (line == null) {
                requireAlive(deadline);
            } else if (line.contains(text)) {
                return line;
            }
        }
    }

    /// Waits for the end of a process that does one thing, and gives what it printed.
    ///
    /// @throws IOException it failed, or took longer than the limit
    List<String> finish(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit)) {
            throw new IOException("%s did not end within %s; %s".formatted(name, limit, lastErrors()));
        }
        reader.join();
        if (process.exitValue() != 0) {
            throw new IOException("%s ended with code %d; %s".formatted(name, process.exitValue(), lastErrors()));
        }
        return List.copyOf(lines);
    }

    /// Throws when the process has ended or `deadline`, a [System#nanoTime], has passed.
    void requireAlive(long deadline) throws IOException {
        if (!process.isAlive()) {
            throw new IOException("%s ended with code %d; %s".formatted(name, process.exitValue(), lastErrors()));
        }
        if (System.nanoTime() > deadline) {
            throw new IOException("%s was not ready in time; %s".formatted(name, lastErrors()));
        }
    }

    /// What the process has used so far; of a script, the program that the script runs.
    Usage usage() throws IOException {
        try (var below = process.descendants()) {
            long pid = below.filter(ProcessHandle::isAlive)
                    .mapToLong(ProcessHandle::pid)
                    .max()
                    .orElse(process.pid());
            return Usage.of(pid);
        }
    }

    /// Asks the process to stop and waits until it has.
    ///
    /// @throws IOException it took longer than the limit
    void stop(Duration limit) throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(limit)) {
            throw new IOException("%s did not stop within %s; %s".formatted(name, limit, lastErrors()));
        }
    }

    /// Ends the process as a crash would (SIGKILL), and waits until it is gone.
    void kill() throws IOException, InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        if (!process.destroyForcibly().waitFor(GRACE)) {
            throw new IOException("%s is still there %s after SIGKILL".formatted(name, GRACE));
        }
    }

    /// Asks the process to stop, and after a while makes it. What it started goes with it.
    @Override
    public void close() {
        var below = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE)) {
                process.destroyForcibly().waitFor(GRACE);
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        below.forEach(ProcessHandle::destroyForcibly);
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(lines::offer);
        } catch (IOException | UncheckedIOException _) {
            // The process was killed while we read: its end is noticed by whoever waits for it.
        }
    }

    private String lastErrors() throws IOException {
        var all = Files.readAllLines(errors);
        var last = all.subList(Math.max(0, all.size() - 20), all.size());
        return last.isEmpty() ? "it printed no errors" : "its last errors:\n  " + String.join("\n  ", last);
    }
}
