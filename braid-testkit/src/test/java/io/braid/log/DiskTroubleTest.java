package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong with a data directory, at start and while it is in use, and what is said about it: what was
/// expected, what was found, where, and what to do.
class DiskTroubleTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    @TempDir
    Path directory;

    // At start.

    @Test
    void aFileIsNoDataDirectory() throws IOException {
        var file = Files.createFile(directory.resolve("file"));

        assertEquals("data directory %s is a file: choose another directory".formatted(file), refusal(file));
    }

    @Test
    void aDirectoryBelowAFileCannotBeMade() throws IOException {
        var below = Files.createFile(directory.resolve("file")).resolve("data");

        assertEquals(
                ("data directory %s could not be created: Not a directory: look at the device and the system's log, or"
                                + " choose another directory")
                        .formatted(below),
                refusal(below));
    }

    @Test
    void aReadOnlyDirectoryIsRefused() throws Exception {
        var data = Files.createDirectory(directory.resolve("data"));
        String found;
        if (System.getProperty("user.name").equals("root")) { // to whom permissions mean nothing
            mount(data, "size=1m,ro");
            found = "the file system is read-only: mount it for writing";
        } else {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("r-xr-xr-x"));
            found = "access denied to user %s: change its owner or permissions"
                    .formatted(System.getProperty("user.name"));
        }
        try {
            assertEquals(
                    "data directory %s cannot be written: %s, or choose another directory".formatted(data, found),
                    refusal(data));
        } finally {
            if (System.getProperty("user.name").equals("root")) SmallDisk.run("umount", data.toString());
        }
    }

    @Test
    void theLockFileOfAKilledProcessIsInNobodysWay() throws Exception {
        Files.writeString(directory.resolve("lock"), "4194304999"); // no process has so large a number

        try (var log = open(directory)) {
            assertEquals(0, log.partitions().size());
            assertEquals(Long.toString(ProcessHandle.current().pid()), Files.readString(directory.resolve("lock")));
        }
    }

    // While it is in use.

    @Test
    void aDeletedDirectoryClosesAllPartitionsAndIsNotMadeAgain() throws Exception {
        var data = directory.resolve("data");
        var log = open(data);
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        appended(partition);

        deleteTree(data);

        assertEquals(closed(gone(data, "the file lock of this process is not there")), eventuallyRefused(partition));
        assertThrows(IOException.class, log::close);
        assertFalse(Files.exists(data));
    }

    @Test
    void aDirectoryThatAnotherTookThePlaceOfIsNotWrittenTo() throws Exception {
        var data = directory.resolve("data");
        var moved = directory.resolve("moved");
        var log = open(data);
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        appended(partition);

        Files.move(data, moved);
        Files.createDirectory(data);
        Files.createFile(data.resolve("lock"));

        assertEquals(
                closed(gone(data, "the file lock is not the one this process made")), eventuallyRefused(partition));
        assertThrows(IOException.class, log::close);
        try (var again = open(moved)) {
            assertEquals(partition.end(), again.partition(ID).orElseThrow().end(), "all that was acknowledged");
        }
    }

    @Test
    void anUnmountedDirectoryClosesAllPartitions() throws Exception {
        var data = Files.createDirectory(directory.resolve("data"));
        mount(data, "size=16m");
        var log = open(data);
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        appended(partition);

        SmallDisk.run("umount", "-l", data.toString());

        assertEquals(closed(gone(data, "the file lock of this process is not there")), eventuallyRefused(partition));
        assertThrows(IOException.class, log::close);
    }

    @Test
    void aFailedSyncClosesAllPartitionsAndWhatWasOnItsWayIsInDoubt() throws IOException {
        var simulated = new SimDisk(new Random(1));
        var isFailing = new AtomicBoolean();
        var log = openByHand(failing(Disk.class, simulated, "force", isFailing));
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        partition.append(batch());
        log.turn();
        isFailing.set(true);

        var inDoubt = partition.append(batch());
        log.turn();

        var unknown = assertInstanceOf(AppendOutcome.Unknown.class, inDoubt.resultNow());
        assertEquals("force failed", unknown.cause().getMessage());
        assertEquals(
                new AppendOutcome.Refused(AppendOutcome.Reason.NOT_OWNER, closed("force failed")),
                partition.append(batch()).resultNow());
        var unreadable = assertThrows(IOException.class, () -> partition.read(0, Long.MAX_VALUE, 1));
        assertEquals(closed("force failed"), unreadable.getMessage());

        simulated.crash();
        long end = openByHand(simulated).partition(ID).orElseThrow().end();
        assertEquals(true, end == 1 || end == 2, "what was acknowledged is there, and perhaps what was in doubt");
    }

    @Test
    void aDirectoryThatBecameReadOnlyClosesAllPartitionsWithTheNextCheckpointAtTheLatest() throws IOException {
        var simulated = new SimDisk(new Random(1));
        var isReadOnly = new AtomicBoolean();
        var log = openByHand(failing(Disk.class, simulated, "create", isReadOnly));
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        partition.append(batch());
        log.turn();
        isReadOnly.set(true);

        assertThrows(IOException.class, log::checkpoint);

        assertEquals(
                new AppendOutcome.Refused(AppendOutcome.Reason.NOT_OWNER, closed("create failed")),
                partition.append(batch()).resultNow());
        simulated.crash();
        assertEquals(1, openByHand(simulated).partition(ID).orElseThrow().end());
    }

    @Test
    void aCheckpointWrittenToAnotherPlaceThanTheJournalsMakesNoneOfThemSuperfluous() throws IOException {
        var simulated = new SimDisk(new Random(1));
        var log = openByHand(before("rename", simulated, () -> simulated.delete("lock")));
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        partition.append(batch());
        log.turn();

        assertThrows(IOException.class, log::checkpoint);

        assertEquals(
                new AppendOutcome.Refused(AppendOutcome.Reason.NOT_OWNER, closed("lock was deleted or replaced")),
                partition.append(batch()).resultNow());
    }

    private interface Step {
        void take() throws IOException;
    }

    /// A disk on which something happens before the second call of a kind, and all after it.
    private static Disk before(String call, Disk target, Step step) {
        var isLater = new AtomicBoolean();
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (_, method, arguments) -> {
                    if (method.getName().equals(call) && isLater.getAndSet(true)) step.take();
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static String closed(String cause) {
        return "closed until the log is opened again, as the disk failed: " + cause;
    }

    private static String gone(Path data, String found) {
        return "data directory %s was deleted, replaced or unmounted (%s): what was written since may be lost; bring it back, then start again"
                .formatted(data, found);
    }

    private static Log open(Path data) throws IOException {
        return Log.open(new LogConfig(data), InstantSource.system());
    }

    private static Log openByHand(Disk disk) throws IOException {
        return Log.openByHand(new LogConfig(Path.of("sim"), 1), disk, () -> Instant.ofEpochMilli(5));
    }

    private static String refusal(Path data) {
        return assertThrows(IOException.class, () -> open(data)).getMessage();
    }

    private static void mount(Path directory, String options) {
        try {
            SmallDisk.run("mount", "-t", "tmpfs", "-o", options, "braid-test", directory.toString());
        } catch (IOException e) {
            Assumptions.abort("this process may not mount (a deleted and a replaced directory are tested): " + e);
        }
    }

    private static void appended(PartitionLog partition) throws Exception {
        assertInstanceOf(AppendOutcome.Appended.class, partition.append(batch()).get());
    }

    /// What an append is answered once it is not taken any more.
    private static String eventuallyRefused(PartitionLog partition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            if (partition.append(batch()).get() instanceof AppendOutcome.Refused refused) return refused.detail();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        throw new AssertionError("still taken");
    }

    /// A disk on which one kind of call fails as soon as the flag says so.
    private static <T> T failing(Class<T> type, T target, String call, AtomicBoolean isFailing) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    if (method.getName().equals(call) && isFailing.get()) throw new IOException(call + " failed");
                    try {
                        var answer = method.invoke(target, arguments);
                        return answer instanceof DiskFile file
                                ? failing(DiskFile.class, file, call, isFailing)
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private static void deleteTree(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
    }

    private static Batch batch() {
        return new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build();
    }
}
