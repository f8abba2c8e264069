package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.AppendOutcome.Unknown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules in the comment on [StatePartition]. No threads: the log's answers come when the test says so.
class StatePartitionTest {
    private static final TopicPartition PARTITION = new TopicPartition("state", 0);

    private final FakeStateLog log = new FakeStateLog().hold();
    private final List<Long> committed = new ArrayList<>();
    private int reloads;
    private final StatePartition partition = new StatePartition(PARTITION, log, () -> reloads++);

    StatePartitionTest() {
        partition.listen(committed::add);
    }

    @Test
    void anAppendIsNumberedBeforeItIsWrittenAndCommittedAfter() {
        assertEquals(2, FakeStateLog.append(partition, records(2)));
        assertEquals(5, FakeStateLog.append(partition, records(3)));
        assertEquals(List.of(), committed);

        log.turn();
        log.turn();

        assertEquals(List.of(2L, 5L), committed);
    }

    @Test
    void theCallersBufferMayBeUsedAgainAtOnce() {
        var records = records(1);
        FakeStateLog.append(partition, records);
        overwrite(records.buffer());

        log.turn();

        assertEquals(List.of(1L), committed);
    }

    @Test
    void appendsFollowFromWhereTheLoadedLogEnds() {
        partition.loaded(7);

        assertEquals(9, FakeStateLog.append(partition, records(2)));
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLOADED", "DISK_FULL"})
    void anAppendRefusedForWantOfRoomChangesNothing(Reason reason) {
        var full = new FakeStateLog();
        var partition = new StatePartition(PARTITION, full, () -> reloads++);
        full.failNext(new Refused(reason, "no room"));

        assertThrows(NotEnoughReplicasException.class, () -> FakeStateLog.append(partition, records(2)));

        assertEquals(3, FakeStateLog.append(partition, records(3)));
        assertEquals(0, reloads);
    }

    @Test
    void aBatchThatIsTooLargeIsRefusedInKafkasWord() {
        var small = new FakeStateLog();
        var partition = new StatePartition(PARTITION, small, () -> reloads++);
        small.failNext(new Refused(Reason.TOO_LARGE, "11 bytes, at most 10"));

        assertThrows(RecordTooLargeException.class, () -> FakeStateLog.append(partition, records(1)));

        assertEquals(0, reloads);
    }

    @Test
    void aLogThatIsNotOursAnyMoreIsLoadedAgain() {
        var gone = new FakeStateLog();
        var partition = new StatePartition(PARTITION, gone, () -> reloads++);
        gone.failNext(new Refused(Reason.NOT_OWNER, "deleted"));

        assertThrows(NotLeaderOrFollowerException.class, () -> FakeStateLog.append(partition, records(1)));

        assertEquals(1, reloads);
    }

    @Test
    void anAppendThatFailsLaterReloadsWhenAllAreAnswered() {
        lateFailure(new Refused(Reason.NOT_OWNER, "closed"));
    }

    @Test
    void anAppendOfUnknownFateReloadsWhenAllAreAnswered() {
        lateFailure(new Unknown(new IOException("the disk is gone")));
    }

    private void lateFailure(AppendOutcome outcome) {
        FakeStateLog.append(partition, records(1));
        FakeStateLog.append(partition, records(2));
        log.failNext(outcome);

        log.turn();
        assertEquals(0, reloads, "one append is still under way");
        assertThrows(
                NotLeaderOrFollowerException.class, () -> FakeStateLog.append(partition, records(1)), "out of step");
        log.turn();

        assertEquals(1, reloads);
        assertEquals(List.of(), committed);
    }

    @Test
    void aPartitionThatWasLoadedAgainTakesAppends() {
        FakeStateLog.append(partition, records(1));
        log.failNext(new Refused(Reason.NOT_OWNER, "closed"));
        log.turn();

        partition.loaded(log.end());
        FakeStateLog.append(partition, records(4));
        log.turn();

        assertEquals(List.of(4L), committed);
        assertEquals(1, reloads);
    }

    private static void overwrite(ByteBuffer buffer) {
        for (int i = 0; i < buffer.limit(); i++) buffer.put(i, (byte) -1);
    }

    static MemoryRecords records(int count) {
        return MemoryRecords.withRecords(
                Compression.NONE,
                IntStream.range(0, count)
                        .mapToObj(i -> new SimpleRecord(1_000 + i, ("key" + i).getBytes(), ("value" + i).getBytes()))
                        .toArray(SimpleRecord[]::new));
    }
}
