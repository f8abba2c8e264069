package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.kafka.FetchSession.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// The rules of KIP-227, without a connection.
class FetchSessionsTest {
    private static final MemoryRecords SOME =
            MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, new byte[1]));

    private final FetchSessions sessions = new FetchSessions(new SplittableRandom(1));

    @Test
    void withoutRoomAConsumerGetsNoSessionUntilOneWasUnusedForLong() {
        for (int i = 0; i < FetchSessions.SESSIONS_MAX; i++)
            assertTrue(sessions.create(wanted(0), false, i).isPresent());

        assertTrue(sessions.create(wanted(0), false, FetchSessions.UNUSED_MILLIS - 1)
                .isEmpty());
        assertTrue(
                sessions.create(wanted(0), false, FetchSessions.UNUSED_MILLIS).isPresent());
        assertTrue(
                sessions.create(wanted(0), false, FetchSessions.UNUSED_MILLIS).isEmpty());
    }

    @Test
    void theSessionUnusedForLongestGivesWay() {
        var oldest = sessions.create(wanted(0), false, 0).orElseThrow();
        var second = sessions.create(wanted(0), false, 1).orElseThrow();
        for (int i = 2; i < FetchSessions.SESSIONS_MAX; i++) sessions.create(wanted(0), false, i);
        assertInstanceOf(FetchSessions.Incremental.class, sessions.open(next(oldest, 1), false, 2_000));

        sessions.create(wanted(0), false, FetchSessions.UNUSED_MILLIS + 1);

        assertInstanceOf(FetchSessions.Incremental.class, sessions.open(next(oldest, 2), false, 200_000));
        assertEquals(
                new FetchSessions.Failed(Errors.FETCH_SESSION_ID_NOT_FOUND),
                sessions.open(next(second, 1), false, 200_000));
    }

    @Test
    void whatHadRecordsGoesToTheEndOfTheLine() {
        var session = sessions.create(wanted(0, 1, 2), false, 0).orElseThrow();
        var first = session.wanted().getFirst();

        assertTrue(session.tell(first, found(5, SOME)));

        assertEquals(
                List.of(1, 2, 0),
                session.wanted().stream().map(w -> w.key().partition()).toList());
    }

    @Test
    void anErrorIsToldEachTimeAndWhatFollowsItToo() {
        var session = sessions.create(wanted(0), false, 0).orElseThrow();
        var only = session.wanted().getFirst();
        assertTrue(session.tell(only, found(5, MemoryRecords.EMPTY)));
        assertEquals(false, session.tell(only, found(5, MemoryRecords.EMPTY)));

        var broken = found(-1, MemoryRecords.EMPTY).setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        assertTrue(session.tell(only, broken));
        assertTrue(session.tell(only, broken));
        assertTrue(session.tell(only, found(5, MemoryRecords.EMPTY)));
    }

    @Test
    void aSessionOfTooManyPartitionsIsNotKept() {
        var many = new int[FetchSessions.PARTITIONS_MAX + 1];
        for (int i = 0; i < many.length; i++) many[i] = i;
        assertTrue(sessions.create(wanted(many), false, 0).isEmpty());
    }

    private static FetchRequestData next(FetchSession session, int epoch) {
        return new FetchRequestData().setSessionId(session.id()).setSessionEpoch(epoch);
    }

    private static PartitionData found(long highWatermark, MemoryRecords records) {
        return new PartitionData()
                .setHighWatermark(highWatermark)
                .setLogStartOffset(0)
                .setRecords(records);
    }

    private static List<Wanted> wanted(int... partitions) {
        var asked = new ArrayList<FetchPartition>();
        for (int partition : partitions) asked.add(new FetchPartition().setPartition(partition));
        return FetchSession.wanted(List.of(new FetchTopic().setTopic("t").setPartitions(asked)));
    }
}
