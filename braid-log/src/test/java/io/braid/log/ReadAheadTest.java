package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// [ReadAhead] on a file that the page cache has not seen: it was written past it.
class ReadAheadTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int BLOCK_BYTES = 4096; // direct writes come in multiples of it, from aligned memory

    private Path directory;
    private Path path;

    @BeforeEach
    void writeFourMebibytes() throws Exception {
        directory = Files.createTempDirectory(Path.of("target"), "read-ahead"); // on a disk, as /tmp may not be
        path = directory.resolve("file");
        var bytes = ByteBuffer.allocateDirect(MEBIBYTE + BLOCK_BYTES)
                .alignedSlice(BLOCK_BYTES)
                .limit(MEBIBYTE);
        try (var channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, pastThePageCache())) {
            for (int at = 0; at < 4; at++) channel.write(bytes.clear().limit(MEBIBYTE), (long) at * MEBIBYTE);
        } catch (IOException | UnsupportedOperationException e) {
            assumeTrue(false, "no writing past the page cache here: " + e.getMessage());
        }
    }

    @AfterEach
    void delete() throws IOException {
        Files.deleteIfExists(path);
        Files.delete(directory);
    }

    @Test
    void whatIsAskedForIsFetchedAndNothingElse() throws IOException {
        try (var channel = FileChannel.open(path)) {
            assumeTrue(!isInMemory(channel, 0, 4 * MEBIBYTE), "the page cache has it all the same");

            ReadAhead.ask(channel, MEBIBYTE + 12_345, MEBIBYTE - 12_345);

            while (!isInMemory(channel, MEBIBYTE, MEBIBYTE)) Thread.onSpinWait();
            assertFalse(isInMemory(channel, 0, BLOCK_BYTES));
            assertFalse(isInMemory(channel, 2 * MEBIBYTE, BLOCK_BYTES));
            assertFalse(isInMemory(channel, 3 * MEBIBYTE, BLOCK_BYTES));
        }
    }

    @Test
    void whatLiesBeyondTheEndIsNobodys() throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ReadAhead.ask(channel, 5 * MEBIBYTE, 1);
            ReadAhead.ask(channel, 4 * MEBIBYTE - 1, MEBIBYTE);

            assertEquals(4 * MEBIBYTE, channel.size());
        }
    }

    /// `O_DIRECT`, by its name: the compiler warns of all of its package, and takes no answer.
    private static OpenOption pastThePageCache() throws ReflectiveOperationException {
        var options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
        return (OpenOption) options.getField("DIRECT").get(null);
    }

    private static boolean isInMemory(FileChannel channel, long from, long count) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, from, count).isLoaded();
    }
}
