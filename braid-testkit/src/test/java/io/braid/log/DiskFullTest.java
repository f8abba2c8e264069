package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// A log whose disk fills up: who is refused, what goes on, and how it goes on when there is room again.
class DiskFullTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final PartitionId OTHER = new PartitionId(new UUID(3, 4), 0);
    private static final int JOURNAL = 64 << 10;
    private static final String OTHER_JOURNAL = Journal.nameOf(0, 1);
    private static final int MIN = 40_000;
    private static final int RESERVE = 20_000;
    private static final LogConfig CONFIG =
            new LogConfig(Path.of("sim"), 1, JOURNAL, 4000, 4000, 100, 100_000, 10, 1000, 1000, 1000, MIN, RESERVE);

    private static final PartitionConfig SETTINGS =
            new PartitionConfig(Durability.DISK, 4000, 9_000, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);

    private final SimDisk disk = new SimDisk(new Random(1));

    // Below the watermark.

    @Test
    void belowTheWatermarkUsersAreRefusedAndAllElseGoesOn() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        for (int i = 0; i < 10; i++) appended(log, partition.append(batch()));
        log.tidy();
        free(log, MIN - 1);

        assertEquals(
                AppendOutcome.Reason.DISK_FULL,
                refused(partition.append(batch())).reason());

        appended(log, partition.append(batch(), 10, Purpose.SERVICE));
        appended(log, partition.append(batch(), 11, Purpose.RESCUE));
        assertEquals(1, readFrom(partition, 3));
        var deletion = partition.deleteBefore(9);
        log.turn();
        assertEquals(9, deletion.resultNow());
        log.checkpoint();
        log.create(ID, new PartitionConfig(Durability.OS, 4000, 9_000, Long.MAX_VALUE, Long.MAX_VALUE, -1, 10));
        log.create(OTHER, SETTINGS);
        log.delete(ID.stream());
        assertEquals(1, log.partitions().size());
    }

    @Test
    void deletingAStreamMakesTheRoomThatLetsUsersInAgain() throws IOException {
        var log = open();
        var large = log.create(ID, SETTINGS);
        var other = log.create(OTHER, SETTINGS);
        for (int i = 0; i < 30; i++) appended(log, large.append(batch(3000)));
        log.tidy();
        free(log, MIN - 1);
        refused(other.append(batch()));

        log.delete(ID.stream());
        log.checkpoint(); // looks, too

        appended(log, other.append(batch()));
    }

    @Test
    void retentionGoesOnAndMakesTheRoomThatLetsUsersInAgain() throws IOException {
        var log = open();
        var settings = new PartitionConfig(Durability.DISK, 4000, 9_000, Long.MAX_VALUE, Long.MAX_VALUE, -1, 20_000);
        var partition = log.create(ID, settings);
        for (int i = 0; i < 30; i++) appended(log, partition.append(batch(3000)));
        log.space().restoreReserve();
        free(log, MIN - 1);
        refused(partition.append(batch()));

        log.tidy();
        log.checkpoint(); // lets go of the deleted files that a snapshot held
        log.space().look();

        assertTrue(partition.start() > 0);
        appended(log, partition.append(batch()));
    }

    @Test
    void whoeverFillsTheDiskIsStoppedAtTheWatermarkWithinATurn() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        appended(log, partition.append(batch()));
        log.tidy();
        free(log, MIN + 30_000);

        long taken = 0;
        while (!log.space().refuses(Purpose.RECORDS)) {
            appended(log, partition.append(batch(500)));
            taken++;
        }

        assertTrue(taken > 10, "it was stopped after " + taken);
        long free = disk.room().free();
        assertTrue(free < MIN && free > MIN - 2000, free + " bytes are left");
    }

    @Test
    void whatWaitsInTheInboxIsRefusedToo() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        log.tidy();
        var records = partition.append(batch());
        var service = partition.append(batch(), 0, Purpose.SERVICE);
        free(log, MIN - 1);

        log.turn();

        assertEquals(AppendOutcome.Reason.DISK_FULL, refused(records).reason());
        assertEquals(new AppendOutcome.Appended(0, 0), service.resultNow());
        assertEquals(1, log.turn() + partition.end(), "the inbox is empty, and has given its room back");
    }

    // No room at all, and a reserve.

    @Test
    void aWriteThatFindsNoRoomGetsTheReserve() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        appended(log, partition.append(batch()));
        log.tidy();
        assertTrue(disk.files().contains(Reserve.NAME));
        disk.capacity(disk.used()); // by another program, and nobody has looked

        appended(log, partition.append(batch(3000)));

        assertFalse(disk.files().contains(Reserve.NAME));
        assertEquals(
                AppendOutcome.Reason.DISK_FULL,
                refused(partition.append(batch())).reason());
        assertEquals(
                AppendOutcome.Reason.DISK_FULL,
                refused(partition.append(batch(), 2, Purpose.SERVICE)).reason());
        appended(log, partition.append(batch(), 2, Purpose.RESCUE));
        log.checkpoint();

        disk.capacity(Long.MAX_VALUE);
        log.tidy();

        assertTrue(disk.files().contains(Reserve.NAME));
        appended(log, partition.append(batch()));
    }

    @Test
    void aFullDiskStartsByItsReserve() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        for (int i = 0; i < 5; i++) appended(log, partition.append(batch()));
        log.tidy();
        disk.capacity(disk.used());
        disk.crash();
        disk.capacity(disk.used());

        var again = open();

        var found = again.partition(ID).orElseThrow();
        assertEquals(5, found.end());
        assertEquals(1, readFrom(found, 4));
        refused(found.append(batch()));
        appended(again, found.append(batch(), 5, Purpose.RESCUE));
        again.delete(ID.stream());
        again.close();
        open().close();
    }

    @Test
    void withoutReserveAFullDiskRefusesToStartAndSaysWhatToDo() throws IOException {
        var log = open();
        appended(log, log.create(ID, SETTINGS).append(batch()));
        disk.kill();
        disk.capacity(disk.used());

        var refused = assertThrows(DiskFullException.class, this::open);
        assertEquals(
                "sim/ has no room for what opening has to write (create checkpoint.new: no space left): make some, then"
                        + " start again",
                refused.getMessage());

        disk.capacity(Long.MAX_VALUE);
        assertEquals(1, open().partition(ID).orElseThrow().end());
    }

    // No room at all, and no reserve.

    @Test
    void aTurnThatFindsNoRoomForItsJournalWaitsAndGoesOn() throws IOException {
        var config = new LogConfig(
                Path.of("sim"), 1, 8 << 20, 4000, 2 << 20, 100, 4 << 20, 10, 1000, 1000, 1000, MIN, RESERVE);
        var log = Log.openByHand(config, disk, () -> Instant.ofEpochMilli(5));
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        appended(log, partition.append(batch()));
        disk.capacity(disk.used());

        var waiting = partition.append(batch(1 << 20)); // more than the journal has filled ahead
        var behind = partition.append(batch(3000));
        assertEquals(0, log.turn());
        assertEquals(1, log.turn(), "who stands behind it is refused");

        assertFalse(waiting.isDone());
        assertEquals(AppendOutcome.Reason.DISK_FULL, refused(behind).reason());
        refused(partition.append(batch()));
        assertEquals(1, readFrom(partition, 0));

        goesOn(log, partition, waiting);
    }

    @Test
    void aTurnThatFindsNoRoomInSegmentsWaitsAndGoesOn() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        appended(log, partition.append(batch(3000))); // the journal has room, the segment has none
        disk.capacity(disk.used() + 700);

        var waiting = partition.append(batch(3000));
        assertEquals(0, log.turn());
        assertFalse(waiting.isDone());
        assertEquals(1, partition.end());

        goesOn(log, partition, waiting);
    }

    @Test
    void aTurnThatFindsNoRoomForANewSegmentWaitsAndGoesOn() throws IOException {
        for (int bytes = 0; bytes <= SegmentHeader.BYTES; bytes += SegmentHeader.BYTES / 2) {
            var one = new DiskFullTest();
            var log = one.open();
            var partition = log.create(ID, SETTINGS);
            one.disk.capacity(one.disk.used() + bytes); // which the journal has already filled

            var waiting = partition.append(batch());
            assertEquals(0, log.turn());

            one.goesOn(log, partition, waiting);
        }
    }

    @Test
    void aTurnThatFindsNoRoomForTheOtherJournalWaitsAndGoesOn() throws IOException {
        int groups = groupsOfAJournal();
        var log = open();
        var partition = log.create(ID, SETTINGS);
        for (int i = 0; i < groups; i++) appended(log, partition.append(batch(3000)));
        assertFalse(disk.files().contains(OTHER_JOURNAL));
        disk.capacity(disk.used() + 100);

        var waiting = partition.append(batch(3000));
        assertEquals(0, log.turn());
        assertTrue(disk.files().contains(OTHER_JOURNAL));

        goesOn(log, partition, waiting);
    }

    private static int groupsOfAJournal() throws IOException {
        var other = new DiskFullTest();
        var log = other.open();
        var partition = log.create(ID, SETTINGS);
        while (!other.disk.files().contains(OTHER_JOURNAL)) appended(log, partition.append(batch(3000)));
        return (int) partition.end() - 1;
    }

    @Test
    void aChangeOfDurabilityThatFindsNoRoomWaitsAndGoesOn() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        appended(log, partition.append(batch()));
        disk.capacity(disk.used());
        assertThrows(DiskFullException.class, log::checkpoint); // which the change has to complete

        var os = new PartitionConfig(Durability.OS, 4000, 9_000, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
        var answer = partition.reconfigure(os);
        assertEquals(0, log.turn());
        assertFalse(answer.isDone());
        disk.capacity(Long.MAX_VALUE);
        assertEquals(1, log.turn());

        assertTrue(answer.isDone());
        assertEquals(Durability.OS, partition.config().durability());
    }

    @Test
    void aCheckpointThatFindsNoRoomIsMadeLater() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        appended(log, partition.append(batch()));
        disk.capacity(disk.used());

        assertThrows(DiskFullException.class, log::checkpoint);
        assertThrows(DiskFullException.class, log::checkpoint);
        assertEquals(1, readFrom(partition, 0));
        assertFalse(disk.files().contains("checkpoint.new"), "half a checkpoint is in the way of others");
        disk.capacity(Long.MAX_VALUE);
        log.checkpoint();

        log.tidy();
        appended(log, partition.append(batch()));
        disk.crash();
        assertEquals(2, open().partition(ID).orElseThrow().end());
    }

    @Test
    void closingEndsTheWaitAndNobodyCanSayWhatBecameOfTheTurn() throws IOException {
        var log = open();
        var partition = log.create(ID, SETTINGS);
        appended(log, partition.append(batch(3000)));
        disk.capacity(disk.used() + 700);
        var waiting = partition.append(batch(3000));
        assertEquals(0, log.turn());

        var failed = assertThrows(IOException.class, log::close);

        assertInstanceOf(DiskFullException.class, failed.getCause());
        assertInstanceOf(AppendOutcome.Unknown.class, waiting.resultNow());
        disk.capacity(Long.MAX_VALUE);
        assertTrue(open().partition(ID).orElseThrow().end() >= 1);
    }

    // What the tests are made of.

    private Log open() throws IOException {
        return Log.openByHand(CONFIG, disk, () -> Instant.ofEpochMilli(5));
    }

    /// Room comes back: the turn ends, and all is there also after a power cut.
    private void goesOn(Log log, PartitionLog partition, CompletableFuture<AppendOutcome> waiting) throws IOException {
        long before = partition.end();
        disk.capacity(Long.MAX_VALUE);

        assertEquals(1, log.turn());

        assertEquals(new AppendOutcome.Appended(before, before), waiting.resultNow());
        log.tidy();
        appended(log, partition.append(batch()));
        log.checkpoint();
        appended(log, partition.append(batch()));
        disk.crash();
        var found = open().partition(ID).orElseThrow();
        assertEquals(before + 3, found.end());
        for (long offset = 0; offset < found.end(); offset++) assertEquals(1, readFrom(found, offset));
    }

    private void free(Log log, long bytes) throws IOException {
        disk.capacity(disk.used() + bytes);
        log.space().look();
    }

    private static void appended(Log log, CompletableFuture<AppendOutcome> answer) {
        log.turn();
        assertInstanceOf(AppendOutcome.Appended.class, answer.getNow(null));
    }

    private static AppendOutcome.Refused refused(CompletableFuture<AppendOutcome> answer) {
        return assertInstanceOf(AppendOutcome.Refused.class, answer.getNow(null));
    }

    private static int readFrom(PartitionLog partition, long offset) throws IOException {
        var found = assertInstanceOf(ReadOutcome.Found.class, partition.read(offset, Long.MAX_VALUE, 1));
        try (var slice = found.slice()) {
            var batch = new Batch(slice.load());
            assertEquals(Optional.empty(), batch.fault());
            assertEquals(offset, batch.baseOffset());
            return batch.recordCount();
        }
    }

    private static Batch batch() {
        return batch(1);
    }

    private static Batch batch(int bytes) {
        return new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[bytes]))
                .build();
    }
}
