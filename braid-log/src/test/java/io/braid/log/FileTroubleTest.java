package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/// What an operator reads when an operating system refuses.
class FileTroubleTest {
    @Test
    void aReadOnlyFileSystemIsToBeMountedForWriting() {
        assertEquals(
                "create d/checkpoint.new: the file system is read-only: mount it for writing, then start again",
                text("create", "d/checkpoint.new", new FileSystemException("x", null, "Read-only file system")));
    }

    @Test
    void deniedAccessNamesWhoWasDenied() {
        assertEquals(
                "create d/checkpoint.new: access denied to user %s: change its owner or permissions, then start again"
                        .formatted(System.getProperty("user.name")),
                text("create", "d/checkpoint.new", new AccessDeniedException("d/checkpoint.new")));
    }

    @Test
    void aFailedSyncSendsToTheDevice() {
        assertEquals(
                "sync d/journal/0-0.wal: Input/output error: look at the device and the system's log, then start again",
                text("sync", "d/journal/0-0.wal", new IOException("Input/output error")));
    }

    @Test
    void whatCallersTellApartStaysWhatItIs() {
        var missing = new NoSuchFileException("d/partitions/x");

        assertSame(missing, FileTrouble.of("sync", "d/partitions/x", missing));
    }

    @Test
    void aFullDiskHasManyWords() {
        assertTrue(FileTrouble.saysFull(new IOException("No space left on device")));
        assertTrue(FileTrouble.saysFull(new FileSystemException("d/x", null, "No space left on device")));
        assertTrue(FileTrouble.saysFull(new IOException("Disk quota exceeded")));
        assertTrue(FileTrouble.saysFull(new IOException("There is not enough space on the disk")));
        assertFalse(FileTrouble.saysFull(new IOException("Input/output error")));
        assertFalse(FileTrouble.saysFull(new IOException()));
    }

    private static String text(String act, String where, IOException cause) {
        return FileTrouble.of(act, where, cause).getMessage();
    }
}
