package io.braid.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One run's directory and processes. Closing it ends the processes and deletes the directory; so does an interrupt.
///
/// The lock guards `children`, because the shutdown hook closes from a thread of its own.
public final class Workplace implements AutoCloseable {
    private static final long LARGE_BYTES = 1024 * 1024;

    private final Path directory;
    private final List<Child> children = new ArrayList<>();
    private final Thread hook = new Thread(this::clear, "bench-clear");

    public Workplace(Home home) throws IOException {
        Files.createDirectories(home.workplaces());
        directory = Files.createTempDirectory(home.workplaces(), "run-");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Says no before a run that would fill the disk.
    ///
    /// @throws IOException less than that is free
    public void requireSpace(long bytes) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < bytes) {
            throw new IOException("needs %.1f GB on the disk of %s, which has %.1f GB free; --records makes it smaller"
                    .formatted(bytes / 1e9, directory, free / 1e9));
        }
    }

    /// A directory of this run that nobody else has.
    public Path fresh(String name) throws IOException {
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

    /// Has the kernel forget what it keeps of a directory's files in memory, so that reading them reads the disk. It
    /// takes no privilege: `dd` advises it by `posix_fadvise`. What has not been written yet stays; so sync first.
    ///
    /// @throws IOException there is no `dd` that knows `nocache` (GNU's does)
    public void dropFromMemory(Path data) throws IOException, InterruptedException {
        for (var file : largeFiles(data)) {
            try {
                run("dd", List.of("dd", "if=" + file, "iflag=nocache", "count=0"), Duration.ofMinutes(1));
            } catch (IOException e) {
                if (Files.exists(file)) {
                    throw e;
                }
            }
        }
    }

    /// Records are in large files; a small one that stays in memory changes nothing. The server that owns the
    /// directory may delete files meanwhile.
    private static List<Path> largeFiles(Path data) throws IOException {
        var large = new ArrayList<Path>();
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && attributes.size() >= LARGE_BYTES) {
                    large.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return large;
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
