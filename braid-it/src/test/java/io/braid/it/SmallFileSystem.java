package io.braid.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A file system of a few MiB in memory, where this process may mount one.
///
/// @param directory where it is mounted
record SmallFileSystem(Path directory) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int PIECE_BYTES = 4 << 10;

    /// Mounts a new one; aborts the test, saying what tests the same without, if that is not permitted.
    static SmallFileSystem mount(String options, String otherwise) throws IOException {
        var disks = Files.createDirectories(Jvm.target().resolve("disks"));
        var directory = Files.createTempDirectory(disks, "disk-");
        var command = List.of("mount", "-t", "tmpfs", "-o", options, "braid-it", directory.toString());
        if (!Programs.exist("mount", "umount")) Assumptions.abort("no program to mount with: " + otherwise);
        var mounted = Finished.run(command, "", LIMIT);
        if (mounted.exit() != 0)
            Assumptions.abort(
                    "not permitted to mount (%s): %s".formatted(mounted.err().strip(), otherwise));
        return new SmallFileSystem(directory);
    }

    /// Another program takes all that is left.
    void fill() throws IOException {
        var piece = new byte[PIECE_BYTES];
        var store = Files.getFileStore(directory);
        try (var filler = Files.newOutputStream(directory.resolve("filler"))) {
            while (store.getUsableSpace() >= PIECE_BYTES) filler.write(piece);
        }
    }

    /// The other program gives it back.
    void empty() throws IOException {
        Files.delete(directory.resolve("filler"));
    }

    /// Unmounts it, even while it is in use.
    @Override
    public void close() throws IOException {
        Finished.run(List.of("umount", "-l", directory.toString()), "", LIMIT).successfully();
        Files.delete(directory);
    }
}
