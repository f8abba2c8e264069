package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The levels of [DiskSpace]: when they change, and what is said.
class DiskSpaceTest {
    private static final long MIB = 1 << 20;
    private static final int MIN = 40_000;
    private static final int RESERVE = 8_000;

    private final SimDisk disk = new SimDisk(new Random(1));
    private final List<DiskSpace.State> told = new ArrayList<>();

    @Test
    void eachChangeIsToldOnceAndOnTheBrinkThereIsNone() throws IOException {
        var space = open(config(MIN, RESERVE));
        space.restoreReserve();

        free(space, MIN);
        free(space, MIN - 1); // low
        free(space, MIN);
        free(space, MIN + MIN / 4 - 1);
        free(space, MIN / 4);
        free(space, MIN / 4 - 1); // full
        free(space, MIN / 4 + MIN / 16 - 1);
        free(space, MIN / 4 + MIN / 16); // low
        free(space, MIN + MIN / 4); // ample
        free(space, MIN);

        assertEquals(
                List.of(
                        state(DiskSpace.Level.LOW, MIN - 1),
                        state(DiskSpace.Level.FULL, MIN / 4 - 1),
                        state(DiskSpace.Level.LOW, MIN / 4 + MIN / 16),
                        state(DiskSpace.Level.AMPLE, MIN + MIN / 4)),
                told);
    }

    @Test
    void whoIsRefusedDependsOnTheLevel() throws IOException {
        var space = open(config(MIN, RESERVE));
        space.restoreReserve();
        assertEquals(List.of(), refused(space));

        free(space, MIN - 1);
        assertEquals(List.of(Purpose.RECORDS), refused(space));

        free(space, 0);
        assertEquals(List.of(Purpose.RECORDS, Purpose.SERVICE), refused(space));
    }

    @Test
    void roomThatTheReserveStillLacksCountsAsTaken() throws IOException {
        var space = open(config(MIN, RESERVE));

        free(space, MIN + RESERVE - 1);
        assertEquals(DiskSpace.Level.LOW, space.state().level());
        space.restoreReserve();
        space.look();

        assertEquals(RESERVE, disk.used());
        assertEquals(List.of(state(DiskSpace.Level.LOW, MIN - 1, false)), told, "to make it has changed nothing");
    }

    @Test
    void theReserveIsNotMadeWhereThereIsNoRoomForIt() throws IOException {
        var space = open(config(MIN, RESERVE));

        free(space, RESERVE + MIN / 4);
        space.restoreReserve();

        assertEquals(0, disk.used());
    }

    @Test
    void aCallThatFoundNoRoomIsBelievedUntilTheReserveIsThereAgain() throws IOException {
        var space = open(config(MIN, RESERVE));
        space.restoreReserve();

        space.noRoom();
        space.look();
        assertEquals(DiskSpace.Level.FULL, space.state().level());
        assertFalse(disk.files().contains(Reserve.NAME));
        space.restoreReserve();

        assertEquals(DiskSpace.Level.AMPLE, space.state().level());
        assertTrue(disk.files().contains(Reserve.NAME));
    }

    @Test
    void usersAreRefusedBeforeTheReserveIsGivenUp() throws IOException {
        var usedWhenTold = new ArrayList<Long>();
        var space = DiskSpace.of(disk, config(MIN, RESERVE), _ -> usedWhenTold.add(disk.used()));
        space.restoreReserve();

        space.noRoom();

        assertEquals(List.of((long) RESERVE), usedWhenTold);
        assertEquals(0, disk.used());
    }

    @Test
    void aWriterLooksWhenWhatItWritesMayMatter() throws IOException {
        var space = open(config(MIN, RESERVE));
        space.restoreReserve();
        free(space, MIN + 10_000);
        disk.capacity(disk.used() + MIN - 1);

        space.wrote(6_000);
        space.expect(3_000);
        assertEquals(DiskSpace.Level.AMPLE, space.state().level(), "nobody has looked yet");
        space.expect(4_001);

        assertEquals(DiskSpace.Level.LOW, space.state().level());
    }

    @Test
    void aWriterLooksNowAndThenHoweverMuchWasFree() throws IOException {
        var space = open(config(MIN, RESERVE));
        space.restoreReserve();
        disk.capacity(disk.used());

        space.wrote(15 * MIB);
        space.expect(MIB - 1);
        assertEquals(DiskSpace.Level.AMPLE, space.state().level(), "nobody has looked yet");
        space.expect(MIB);

        assertEquals(DiskSpace.Level.FULL, space.state().level());
    }

    @Test
    void aLargeDiskKeepsWhatTwoTurnsAndTheReserveTake() throws IOException {
        disk.capacity(100L << 30);

        var space = open(new LogConfig(Path.of("sim"), 1));

        assertEquals(256 * MIB, space.state().min());
        assertEquals((100L << 30) - 64 * MIB, space.free());
    }

    @Test
    void aSmallDiskKeepsASmallPartOfItself() throws IOException {
        disk.capacity(64 * MIB);

        var space = open(new LogConfig(Path.of("sim"), 1));

        assertEquals(4 * MIB, space.state().min());
        assertEquals(63 * MIB, space.free());
    }

    @Test
    void aReserveOfAnEarlierLifeIsKeptCutOrCompleted() throws IOException {
        open(config(MIN, RESERVE)).restoreReserve();
        open(config(MIN, RESERVE));
        assertEquals(RESERVE, disk.used());

        open(config(MIN, 5_000));
        assertEquals(5_000, disk.used());

        var larger = open(config(MIN, 3 * (int) MIB));
        larger.restoreReserve();
        assertEquals(3 * MIB, disk.used());
    }

    @Test
    void itSaysWhatIsAndWhatToDo() throws IOException {
        var space = open(config((int) (8 * MIB), (int) MIB));
        space.restoreReserve();

        free(space, 7 * MIB + 12);
        assertEquals(
                "the disk is nearly full: 7 MiB are free, 8 MiB are to be kept free; records are taken again from"
                        + " 10 MiB on: delete streams or records, shorten retention, or enlarge the disk",
                space.state().text());
        free(space, 100 << 10);
        assertEquals(
                "the disk is full: 100 KiB are free, 8 MiB are to be kept free; records are taken again from"
                        + " 10 MiB on: delete streams or records, shorten retention, or enlarge the disk",
                space.state().text());
        free(space, 10 * MIB);
        assertEquals(
                "the disk has room: 10 MiB are free, less than 8 MiB would be low",
                space.state().text());
        space.noRoom();
        assertEquals(
                "the disk is full: a write found no room although 10 MiB are free: look for a quota or a lack of"
                        + " inodes, delete streams or records, or enlarge the disk",
                space.state().text());
    }

    private DiskSpace open(LogConfig config) throws IOException {
        return DiskSpace.of(disk, config, told::add);
    }

    private static LogConfig config(int min, int reserve) {
        return new LogConfig(Path.of("sim"), 1, 32 << 10, 4000, 4000, 10, 8000, 10, 1000, 1000, 1000, min, reserve);
    }

    private void free(DiskSpace space, long bytes) throws IOException {
        disk.capacity(disk.used() + bytes);
        space.look();
    }

    private static List<Purpose> refused(DiskSpace space) {
        return List.of(Purpose.values()).stream().filter(space::refuses).toList();
    }

    private static DiskSpace.State state(DiskSpace.Level level, long free) {
        return state(level, free, true);
    }

    private static DiskSpace.State state(DiskSpace.Level level, long free, boolean isReserveHeld) {
        return new DiskSpace.State(level, free, MIN, MIN + MIN / 4, isReserveHeld);
    }
}
