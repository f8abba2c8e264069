package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The log with its own threads on a disk of 16 MiB that fills up. It runs on a file system of that size where mounting
/// is permitted, and everywhere on real files that are counted.
class FullDiskTest {
    private static final int MIB = 1 << 20;
    private static final int RESERVE_BYTES = MIB / 2;
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final PartitionId OTHER = new PartitionId(new UUID(3, 4), 0);
    private static final PartitionConfig SETTINGS =
            new PartitionConfig(Durability.DISK, 200_000, MIB, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);

    enum Kind {
        MOUNTED,
        COUNTED
    }

    @TempDir
    Path directory;

    /// Twenty times as fast as others, as the keeper waits by it.
    private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(System.nanoTime() / 50_000);

    @ParameterizedTest
    @EnumSource
    void producersAreRefusedInTimeAndLetInAgainByThemselves(Kind kind) throws Exception {
        try (var small = small(kind);
                var log = open(small)) {
            var partition = log.create(ID, SETTINGS);
            var other = log.create(OTHER, SETTINGS);
            long acknowledged = appendUntilRefused(partition);

            assertTrue(acknowledged > 20, "refused after " + acknowledged);
            assertTrue(small.disk().room().free() > 0, "not in time");
            assertEquals(AppendOutcome.Reason.DISK_FULL, refusal(other.append(batch())));
            for (long offset = 0; offset < acknowledged; offset++) read(partition, offset);
            assertEquals(
                    acknowledged - 2, partition.deleteBefore(acknowledged - 2).get());
            appended(other.append(batch(), 0, Purpose.SERVICE).get());
            log.delete(ID.stream());

            eventually(Optional.empty(), () -> refusalOf(other.append(batch()).get()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAnotherProgramDoesToTheDiskLosesNothing(Kind kind) throws Exception {
        long acknowledged;
        try (var small = small(kind)) {
            try (var log = open(small)) {
                var partition = log.create(ID, SETTINGS);
                appended(partition.append(batch()).get());
                eventually((long) RESERVE_BYTES, () -> reserveBytes(small.disk()));

                small.fill(0);
                acknowledged = 1 + appendUntilRefused(partition);
                appended(partition.append(batch(), acknowledged, Purpose.RESCUE).get());
                eventually(false, () -> small.disk().exists(Reserve.NAME));
                read(partition, acknowledged);
            }

            try (var log = open(small)) { // on a disk that is still full
                var partition = log.partition(ID).orElseThrow();
                assertEquals(acknowledged + 1, partition.end());
                for (long offset = 0; offset <= acknowledged; offset++) read(partition, offset);
                assertEquals(AppendOutcome.Reason.DISK_FULL, refusal(partition.append(batch())));

                small.empty();

                eventually(
                        Optional.empty(),
                        () -> refusalOf(partition.append(batch()).get()));
                eventually(true, () -> small.disk().exists(Reserve.NAME));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTurnThatFindsNoRoomAtAllWaitsForIt(Kind kind) throws Exception {
        try (var small = small(kind);
                var log = openWithoutReserve(small)) {
            var partition = log.create(ID, SETTINGS);
            small.fill(0);

            var waiting = partition.append(batch(), 0, Purpose.RESCUE);
            eventually(true, () -> isWaiting(log));
            assertEquals(AppendOutcome.Reason.DISK_FULL, refusal(partition.append(batch())));
            assertFalse(waiting.isDone());
            small.empty();

            assertEquals(new AppendOutcome.Appended(0, 0), waiting.get(20, TimeUnit.SECONDS));
            eventually(
                    Optional.empty(), () -> refusalOf(partition.append(batch()).get()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLogThatWaitsForRoomCanBeClosed(Kind kind) throws Exception {
        try (var small = small(kind)) {
            var log = openWithoutReserve(small);
            var partition = log.create(ID, SETTINGS);
            small.fill(0);
            var waiting = partition.append(batch(), 0, Purpose.RESCUE);
            eventually(true, () -> isWaiting(log));

            assertThrows(IOException.class, log::close);

            assertInstanceOf(AppendOutcome.Unknown.class, waiting.get(20, TimeUnit.SECONDS));
            small.empty();
            open(small).close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsForALogThatWaitsForRoomDoesNotKeepItFromClosing(Kind kind) throws Exception {
        try (var small = small(kind)) {
            var log = openWithoutReserve(small);
            var partition = log.create(ID, SETTINGS);
            small.fill(0);
            partition.append(batch(), 0, Purpose.RESCUE);
            eventually(true, () -> isWaiting(log));
            var creation = CompletableFuture.supplyAsync(
                    () -> assertThrows(IOException.class, () -> log.create(OTHER, SETTINGS)));
            eventually(true, () -> log.writers().getFirst().hasWork());

            assertThrows(IOException.class, log::close);

            creation.get(20, TimeUnit.SECONDS);
        }
    }

    private SmallDisk small(Kind kind) throws IOException {
        return switch (kind) {
            case COUNTED -> SmallDisk.counted(directory, 16);
            case MOUNTED -> {
                try {
                    yield SmallDisk.mounted(directory, 16);
                } catch (IOException e) {
                    yield Assumptions.abort("this process may not mount (the same runs as COUNTED): " + e);
                }
            }
        };
    }

    /// There is room to open it, but not for a reserve.
    private Log openWithoutReserve(SmallDisk small) throws IOException {
        small.fill(3 * MIB / 2);
        return open(small);
    }

    private static boolean isWaiting(Log log) {
        return log.writers().getFirst().isWaiting();
    }

    private Log open(SmallDisk small) throws IOException {
        var config = new LogConfig(
                directory, 1, 2 * MIB, 200_000, 400_000, 100, 4 * MIB, 10, 1000, 1000, 1000, 4 * MIB, RESERVE_BYTES);
        return Log.open(config, small.disk(), CLOCK);
    }

    private static long reserveBytes(Disk disk) throws IOException {
        if (!disk.exists(Reserve.NAME)) return 0;
        try (var file = disk.open(Reserve.NAME)) {
            return file.size();
        }
    }

    private static long appendUntilRefused(PartitionLog partition) throws Exception {
        for (long taken = 0; taken < 1000; taken++) {
            var outcome = partition.append(batch()).get(20, TimeUnit.SECONDS);
            if (outcome instanceof AppendOutcome.Refused refused) {
                assertEquals(AppendOutcome.Reason.DISK_FULL, refused.reason());
                return taken;
            }
            appended(outcome);
        }
        throw new AssertionError("never refused");
    }

    private static void appended(AppendOutcome outcome) {
        assertInstanceOf(AppendOutcome.Appended.class, outcome);
    }

    private static AppendOutcome.Reason refusal(java.util.concurrent.Future<AppendOutcome> answer)
            throws InterruptedException, ExecutionException {
        return refusalOf(answer.get()).orElseThrow();
    }

    private static Optional<AppendOutcome.Reason> refusalOf(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Refused refused ? Optional.of(refused.reason()) : Optional.empty();
    }

    private static void read(PartitionLog partition, long offset) throws IOException {
        var found = assertInstanceOf(ReadOutcome.Found.class, partition.read(offset, Long.MAX_VALUE, 1));
        try (var slice = found.slice()) {
            assertEquals(offset, new Batch(slice.load()).baseOffset());
        }
    }

    private static Batch batch() {
        return new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[150_000]))
                .build();
    }

    private static void eventually(Object expected, Callable<?> question) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Object answer = question.call();
        while (!expected.equals(answer) && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            answer = question.call();
        }
        assertEquals(expected, answer);
    }
}
