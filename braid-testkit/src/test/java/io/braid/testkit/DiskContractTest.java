package io.braid.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Disk;
import io.braid.log.DiskFile;
import io.braid.log.DiskFullException;
import io.braid.log.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The contract on [Disk], held by every implementation of it.
class DiskContractTest {
    enum Kind {
        FILES,
        FILES_OF_WHICH_ONE_MAY_BE_OPEN,
        SIMULATED
    }

    @TempDir
    Path directory;

    private Disk disk(Kind kind) throws IOException {
        return switch (kind) {
            case FILES -> new FileDisk(directory);
            case FILES_OF_WHICH_ONE_MAY_BE_OPEN -> new FileDisk(directory, 1);
            case SIMULATED -> new SimDisk(new Random(1));
        };
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenIsReadAtOnceByEveryOpenFile(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var writer = disk.create("a");
                var reader = disk.open("a")) {
            writer.write(3, ByteBuffer.wrap(new byte[] {1, 2}));

            assertEquals(5, reader.size());
            assertArrayEquals(new byte[] {0, 0, 0, 1, 2}, all(reader));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadEndsWhereTheFileEnds(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var file = disk.create("a")) {
            file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));

            assertEquals(1, file.read(2, ByteBuffer.allocate(9)));
            assertEquals(0, file.read(7, ByteBuffer.allocate(9)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void truncatingCutsButNeverGrows(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var file = disk.create("a")) {
            file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            file.truncate(9);
            assertEquals(3, file.size());
            file.truncate(1);
            assertArrayEquals(new byte[] {1}, all(file));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRenameReplacesItsTarget(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var old = disk.create("a");
                var draft = disk.create("b")) {
            old.write(0, ByteBuffer.wrap(new byte[] {1}));
            draft.write(0, ByteBuffer.wrap(new byte[] {2}));
        }

        disk.rename("b", "a");

        assertEquals(List.of("a"), disk.list(""));
        try (var file = disk.open("a")) {
            assertArrayEquals(new byte[] {2}, all(file));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeletedFileStaysReadableForThoseWhoOpenedItBefore(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var file = disk.create("a")) {
            file.write(0, ByteBuffer.wrap(new byte[] {1}));

            disk.delete("a");

            assertArrayEquals(new byte[] {1}, all(file));
            assertThrows(NoSuchFileException.class, () -> disk.open("a"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileIsSyncedAndReadByThoseWhoWroteItWhoeverHasTheNameNow(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var old = disk.create("a");
                var fresh = disk.create("b");
                var other = disk.create("c")) {
            old.write(0, ByteBuffer.wrap(new byte[] {1}));
            fresh.write(0, ByteBuffer.wrap(new byte[] {2}));
            other.write(0, ByteBuffer.wrap(new byte[] {3}));

            disk.rename("b", "a");
            disk.delete("c");
            fresh.write(1, ByteBuffer.wrap(new byte[] {4}));

            for (var file : List.of(old, fresh, other)) file.force();
            assertArrayEquals(new byte[] {1}, all(old));
            assertArrayEquals(new byte[] {2, 4}, all(fresh));
            assertArrayEquals(new byte[] {3}, all(other));
        }
        try (var again = disk.open("a")) {
            assertArrayEquals(new byte[] {2, 4}, all(again));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNameIsCreatedOnce(Kind kind) throws IOException {
        var disk = disk(kind);
        disk.create("a").close();

        assertThrows(FileAlreadyExistsException.class, () -> disk.create("a"));
    }

    @ParameterizedTest
    @EnumSource
    void directoriesListTheirOwnAndOnlyTheirOwn(Kind kind) throws IOException {
        var disk = disk(kind);
        disk.createDirectory("x/y");
        disk.create("x/b").close();
        disk.create("x/y/c").close();
        disk.syncDirectory("x");

        assertEquals(List.of("b", "y"), disk.list("x"));
        assertEquals(List.of(), disk.list("nowhere"));
    }

    @ParameterizedTest
    @EnumSource
    void aSecondLockIsRefusedUntilTheFirstIsClosed(Kind kind) throws IOException {
        var disk = disk(kind);
        var lock = disk.lock("lock");
        var refused = assertThrows(IOException.class, () -> disk.lock("lock"));
        assertTrue(refused.getMessage().contains("in use by process"), refused.getMessage());

        lock.close();

        disk.lock("lock").close();
    }

    @ParameterizedTest
    @EnumSource
    void aLockKnowsWhenItsFileWasDeletedOrReplaced(Kind kind) throws IOException {
        var disk = disk(kind);
        try (var lock = disk.lock("lock")) {
            lock.check();
            disk.delete("lock");
            assertThrows(IOException.class, lock::check);
            disk.create("lock").close();
            assertThrows(IOException.class, lock::check);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noMoreIsFreeThanThereIs(Kind kind) throws IOException {
        var room = disk(kind).room();

        assertTrue(room.free() >= 0 && room.free() <= room.total(), room::toString);
    }

    @ParameterizedTest
    @EnumSource
    void aWriteWithoutRoomSaysSoAndMayBeMadeAgain(Kind kind) throws IOException {
        var disk = disk(kind);
        switch (kind) {
            case FILES -> {
                Files.createSymbolicLink(directory.resolve("a"), Path.of("/dev/full")); // which never has any
                try (var file = disk.open("a")) {
                    assertThrows(DiskFullException.class, () -> file.write(0, ByteBuffer.allocate(5)));
                    assertThrows(DiskFullException.class, () -> file.write(0, ByteBuffer.allocateDirect(5)));
                } finally {
                    disk.delete("a");
                }
            }
            case SIMULATED -> {
                var simulated = (SimDisk) disk;
                try (var file = disk.create("a")) {
                    file.write(0, ByteBuffer.wrap(new byte[] {1, 2}));
                    simulated.capacity(4);
                    assertEquals(new Disk.Room(2, 4), disk.room());
                    assertThrows(
                            DiskFullException.class, () -> file.write(1, ByteBuffer.wrap(new byte[] {3, 4, 5, 6})));
                    assertArrayEquals(new byte[] {1, 3, 4, 5}, all(file), "what fitted, and nothing else");
                    assertThrows(DiskFullException.class, () -> disk.create("b"));
                    assertThrows(DiskFullException.class, () -> disk.createDirectory("x/y"));
                    file.write(2, ByteBuffer.wrap(new byte[] {7, 8})); // over what is there

                    simulated.capacity(5);
                    file.write(1, ByteBuffer.wrap(new byte[] {3, 4, 5, 6}));
                    assertArrayEquals(new byte[] {1, 3, 4, 5, 6}, all(file));
                }
            }
        }
    }

    @Test
    void aDeletedFileTakesRoomUntilItIsClosed() throws IOException {
        var disk = new SimDisk(new Random(1));
        disk.capacity(10);
        try (var file = disk.create("a")) {
            file.write(0, ByteBuffer.allocate(6));
            disk.delete("a");
            assertEquals(4, disk.room().free());
        }

        assertEquals(10, disk.room().free());
    }

    @Test
    void theDirectoryOfThemAllIsNotMadeAgain() throws IOException {
        var root = directory.resolve("root");
        var disk = new FileDisk(root);
        disk.createDirectory("x/y");
        Files.delete(root.resolve("x/y"));
        Files.delete(root.resolve("x"));
        Files.delete(root);

        var failed = assertThrows(IOException.class, () -> disk.createDirectory("x/y"));

        assertEquals(
                ("data directory %s was deleted, replaced or unmounted (the directory is not there): what was written"
                                + " since may be lost; bring it back, then start again")
                        .formatted(root),
                failed.getMessage());
        assertFalse(Files.exists(root));
    }

    @ParameterizedTest
    @EnumSource
    void whoSharesKeepsOthersFromLockingAndIsRefusedByALock(Kind kind) throws IOException {
        var disk = disk(kind);
        disk.lock("lock").close();
        try (var _ = disk.share("lock")) {
            assertThrows(IOException.class, () -> disk.lock("lock"));
        }
        var lock = disk.lock("lock");

        var refused = assertThrows(IOException.class, () -> disk.share("lock"));

        assertTrue(refused.getMessage().contains("in use by process"), refused.getMessage());
        lock.close();
    }

    @Test
    void aSimulatedCrashKeepsWhatWasSyncedAndMayLoseTheRest() throws IOException {
        boolean hasLost = false;
        boolean hasKept = false;
        for (int seed = 0; seed < 50; seed++) {
            var disk = new SimDisk(new Random(seed));
            try (var file = disk.create("a")) {
                file.write(0, ByteBuffer.wrap(new byte[] {1}));
                file.force();
                disk.syncDirectory("");
                file.write(1, ByteBuffer.wrap(new byte[] {2}));
            }

            disk.crash();

            try (var file = disk.open("a")) {
                var left = all(file);
                assertEquals(1, left[0]);
                hasLost |= left.length == 1;
                hasKept |= left.length == 2;
            }
        }
        assertTrue(hasLost && hasKept, "fifty seeds show both");
    }

    private static byte[] all(DiskFile file) throws IOException {
        var bytes = ByteBuffer.allocate((int) file.size());
        file.read(0, bytes);
        return bytes.array();
    }
}
