package io.braid.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One run's directory and processes. Closing it ends the processes and deletes the directory; so does an interrupt.
///
/// The lock guards `children`, because the shutdown hook closes from a thread of its own.
public final class Workplace implements AutoCloseable {
    private final Path directory;
    private final List<Child> children = new ArrayList<>();
    private final Thread hook = new Thread(this::clear, "bench-clear");

    public Workplace(Home home) throws IOException {
        Files.createDirectories(home.workplaces());
        directory = Files.createTempDirectory(home.workplaces(), "run-");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// A directory of this run that nobody else has.
    Path fresh(String name) throws IOException {
        return Files.createTempDirectory(directory, name + "-");
    }

    /// Starts a process that lives until it, or the workplace, is closed.
    Child start(String name, List<String> command) throws IOException {
        synchronized (children) {
            var child = new Child(name, command, directory);
            children.add(child);
            return child;
        }
    }

    /// Runs a tool to its end and gives what it printed on standard output.
    ///
    /// @throws IOException it failed, or took longer than the limit
    public List<String> run(String name, List<String> command, Duration limit)
            throws IOException, InterruptedException {
        try (var child = start(name, command)) {
            return child.finish(limit);
        }
    }

    /// Writes everything to the disk that any process has written, so that no run pays for the one before it.
    public void sync() throws IOException, InterruptedException {
        run("sync", List.of("sync"), Duration.ofMinutes(2));
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The program is being interrupted: the hook runs already, and clearing twice does no harm.
        }
        clear();
    }

    private void clear() {
        synchronized (children) {
            children.forEach(Child::close);
            children.clear();
        }
        try {
            delete(directory);
        } catch (IOException e) {
            System.err.println("could not delete " + directory + ": " + e);
        }
    }

    /// Deletes a directory with all it holds.
    static void delete(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException _) {
            // Gone already, which is what was wanted.
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
