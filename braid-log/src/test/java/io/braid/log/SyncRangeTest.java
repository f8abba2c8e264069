package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// [SyncRange], by what Linux counts when a file is cut: the bytes that then need not be written any more.
class SyncRangeTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final Path COUNTS = Path.of("/proc/self/io");

    private Path directory;
    private Path path;

    @BeforeEach
    void chooseAFileOnADisk() throws IOException {
        directory = Files.createTempDirectory(Path.of("target"), "sync-range"); // /tmp may be in memory
        path = directory.resolve("file");
    }

    @AfterEach
    void delete() throws IOException {
        Files.deleteIfExists(path);
        Files.delete(directory);
    }

    @Test
    void whatWasBegunNeedNotBeWrittenAnyMore() throws IOException {
        assumeTrue(Files.isReadable(COUNTS), "not Linux");
        write();
        assumeTrue(neverWritten() == MEBIBYTE, "this file system does not put writing off");
        write();

        SyncRange.begin(path, 0, MEBIBYTE / 2);

        assertEquals(MEBIBYTE / 2, neverWritten());
    }

    @Test
    void theFileStaysAsItIs() throws IOException {
        write();
        var before = Files.readAllBytes(path);

        SyncRange.begin(path, 0, MEBIBYTE);
        SyncRange.begin(path, 2 * MEBIBYTE, MEBIBYTE);

        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    void aFileThatIsGoneIsNobodysConcern() {
        SyncRange.begin(path, 0, MEBIBYTE);

        assertFalse(Files.exists(path));
    }

    private void write() throws IOException {
        var bytes = new byte[MEBIBYTE];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) i;
        Files.deleteIfExists(path); // one that was cut is written at once when it is closed, on ext4
        Files.write(path, bytes);
    }

    /// Cuts the file to nothing.
    private long neverWritten() throws IOException {
        long before = cancelled();
        Files.newByteChannel(path, StandardOpenOption.WRITE).truncate(0).close();
        return cancelled() - before;
    }

    private static long cancelled() throws IOException {
        return Files.readAllLines(COUNTS).stream()
                .filter(line -> line.startsWith("cancelled_write_bytes:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }
}
