package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// A retry is answered no earlier, and no better, than what it repeats.
class DuplicateTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    private final SimDisk disk = new SimDisk(new Random(1));
    private final Log log;
    private final PartitionLog partition;

    DuplicateTest() throws IOException {
        log = open();
        partition = log.create(ID, PartitionConfig.DEFAULT);
    }

    @Test
    void aDuplicateOfTheSameTurnIsAnsweredWithItsOriginal() {
        var original = partition.append(batch(0));
        var duplicate = partition.append(batch(0));
        var following = partition.append(batch(1));
        assertFalse(original.isDone() || duplicate.isDone());

        log.turn();

        assertEquals(new AppendOutcome.Appended(0, 0), original.resultNow());
        assertEquals(new AppendOutcome.Duplicate(0, 0), duplicate.resultNow());
        assertEquals(new AppendOutcome.Appended(1, 1), following.resultNow());
    }

    @Test
    void aDuplicateIsInDoubtIfTheSyncOfItsOriginalFails() {
        var original = partition.append(batch(0));
        var duplicate = partition.append(batch(0));
        disk.loseTheDiskAfter(1); // the group is written, its sync fails

        log.turn();

        assertInstanceOf(AppendOutcome.Unknown.class, original.resultNow());
        assertInstanceOf(AppendOutcome.Unknown.class, duplicate.resultNow());
        assertEquals(0, partition.end());
    }

    @Test
    void aDuplicateThatComesAfterAFailedSyncIsRefusedAndNotTakenForDone() {
        partition.append(batch(0));
        disk.loseTheDiskAfter(1);
        log.turn();

        var duplicate = partition.append(batch(0));

        var refused = assertInstanceOf(AppendOutcome.Refused.class, duplicate.resultNow());
        assertEquals(AppendOutcome.Reason.NOT_OWNER, refused.reason());
    }

    @Test
    void aDuplicateIsKnownAfterACrash() throws IOException {
        partition.append(batch(0));
        partition.append(batch(1));
        log.turn();
        disk.crash();

        var again = open();
        var duplicate = again.partition(ID).orElseThrow().append(batch(1));
        again.turn();

        assertEquals(new AppendOutcome.Duplicate(1, 1), duplicate.resultNow());
    }

    private Log open() throws IOException {
        return Log.openByHand(new LogConfig(Path.of("sim"), 1), disk, () -> Instant.ofEpochMilli(5));
    }

    private static Batch batch(int sequence) {
        return new BatchBuilder(1)
                .producer(7, (short) 0, sequence)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build();
    }
}
