package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What is done to an overlay is seen there, and never below.
class OverlayDiskTest {
    private static final int BYTES_MAX = 300_000; // some pages
    private static final int WRITE_MAX = 100_000;

    private final SimDisk below = new SimDisk(new Random(1));

    @Test
    void itIsADiskLikeTheOneBelowWhichNothingChanges() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var lower = new SimDisk(random);
            var twin = new SimDisk(random);
            for (var name : List.of("a", "b")) {
                var bytes = new byte[random.nextInt(BYTES_MAX)];
                random.nextBytes(bytes);
                for (var disk : List.of(lower, twin)) write(disk, name, 0, bytes);
            }
            var before = contents(lower);
            try (var overlay = new OverlayDisk(lower)) {
                for (int step = 0; step < 30; step++) change(overlay, twin, random);

                assertEquals(twin.list(""), overlay.list(""), "seed " + seed);
                for (var name : twin.list("")) assertArrayEquals(bytesOf(twin, name), bytesOf(overlay, name), name);
            }
            var after = contents(lower);
            assertEquals(before.keySet(), after.keySet());
            before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name)));
        }
    }

    private static void change(Disk overlay, Disk twin, Random random) throws IOException {
        var name = List.of("a", "b", "c").get(random.nextInt(3));
        int at = random.nextInt(BYTES_MAX);
        var bytes = new byte[random.nextInt(WRITE_MAX)];
        if (random.nextBoolean()) random.nextBytes(bytes);
        int what = random.nextInt(10);
        for (var disk : List.of(overlay, twin)) {
            if (!disk.exists(name)) {
                disk.create(name).close();
            } else if (what == 0) {
                disk.delete(name);
            } else if (what < 3) {
                try (var file = disk.open(name)) {
                    file.truncate(at);
                }
            } else {
                write(disk, name, at, bytes);
            }
        }
        if (!twin.exists(name)) return;
        try (var seen = overlay.open(name);
                var expected = twin.open(name)) {
            assertEquals(expected.size(), seen.size());
            var some = ByteBuffer.allocate(random.nextInt(WRITE_MAX));
            var same = ByteBuffer.allocate(some.capacity());
            assertEquals(expected.read(at, same), seen.read(at, some));
            assertEquals(same.flip(), some.flip());
        }
    }

    @Test
    void whatIsWrittenAsItWasIsNoChange() throws IOException {
        write(below, "a", 0, new byte[] {1, 2, 3, 4});
        write(below, "b", 0, new byte[] {1, 2, 3, 4});
        try (var overlay = new OverlayDisk(below)) {
            write(overlay, "a", 1, new byte[] {2, 3});
            assertEquals(List.of(), overlay.changes());

            write(overlay, "a", 1, new byte[] {2, 9});
            write(overlay, "b", 2, new byte[] {3, 4, 5});

            assertEquals(
                    List.of(new OverlayDisk.Change("a", 2, 2), new OverlayDisk.Change("b", 4, 3)), overlay.changes());
        }
    }

    @Test
    void namesThatWereDeletedAreGoneAndThoseThatAreThereAreNotCreatedAgain() throws IOException {
        below.createDirectory("d");
        write(below, "d/a", 0, new byte[] {1});
        try (var overlay = new OverlayDisk(below)) {
            assertThrows(FileAlreadyExistsException.class, () -> overlay.create("d/a"));
            var held = overlay.open("d/a");
            overlay.delete("d/a");

            assertFalse(overlay.exists("d/a"));
            assertThrows(NoSuchFileException.class, () -> overlay.open("d/a"));
            assertEquals(1, held.size(), "those who have it open read on");
            overlay.create("d/a").close();
            assertEquals(List.of("a"), overlay.list("d"));
            overlay.delete("d/a");
            overlay.delete("d");
            assertFalse(overlay.exists("d"));
            assertTrue(below.exists("d/a"));
        }
    }

    private static void write(Disk disk, String name, long at, byte[] bytes) throws IOException {
        try (var file = disk.exists(name) ? disk.open(name) : disk.create(name)) {
            file.write(at, ByteBuffer.wrap(bytes));
        }
    }

    private static byte[] bytesOf(Disk disk, String name) throws IOException {
        try (var file = disk.open(name)) {
            var bytes = ByteBuffer.allocate((int) file.size());
            assertEquals(bytes.capacity(), file.read(0, bytes));
            return bytes.array();
        }
    }

    private static Map<String, byte[]> contents(SimDisk disk) throws IOException {
        var contents = new HashMap<String, byte[]>();
        for (var name : disk.files()) contents.put(name, bytesOf(disk, name));
        return contents;
    }
}
