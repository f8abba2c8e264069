package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.junit.jupiter.api.Test;

/// What a load replays, step by step, as the coordinator is told it.
class StateLoaderTest {
    private static final GroupCoordinatorRecordSerde SERDE = new GroupCoordinatorRecordSerde();
    private static final TopicPartition PARTITION = new TopicPartition(GroupCoordination.STREAM, 0);

    private final FakeStateLog log = new FakeStateLog();
    private final StatePartition partition = new StatePartition(PARTITION, log, () -> {});
    private final List<String> told = new ArrayList<>();
    private final StateLoader loader = new StateLoader(
            List.of(partition),
            SERDE,
            Runnable::run,
            1 << 20,
            InstantSource.fixed(Instant.ofEpochMilli(5)),
            new Observer());

    @Test
    void everyRecordIsReplayedAndThenCommitted() {
        append(tombstones(2));
        append(tombstones(1));

        var summary = load();

        assertEquals(
                List.of(
                        "0: group 0",
                        "seen 0: group 0",
                        "1: group 1",
                        "seen 0: group 1",
                        "2: group 0",
                        "seen 0: group 0",
                        "written 3",
                        "committed 3"),
                told);
        assertEquals(3, summary.numRecords());
    }

    @Test
    void anEmptyPartitionIsLoadedWithoutAWord() {
        load();

        assertEquals(List.of(), told);
    }

    @Test
    void appendsFollowFromTheEndOfTheLog() {
        append(tombstones(2));
        var later = new StatePartition(PARTITION, log, () -> {});
        loader(later).load(PARTITION, new Playback()).join();

        assertEquals(3, FakeStateLog.append(later, tombstones(1)));
    }

    @Test
    void whatWasDeletedFromTheFrontOfABatchIsNotReplayed() {
        append(tombstones(3));
        log.deleteBefore(2);

        load();

        assertEquals(List.of("2: group 2", "seen 0: group 2", "written 3", "committed 3"), told);
    }

    @Test
    void aLongLogIsCommittedOnTheWaySoThatMemoryIsFreed() {
        append(tombstones(20_000));
        append(tombstones(1));

        load();

        var steps = told.stream().filter(step -> !step.contains("group")).toList();
        assertEquals(List.of("written 20000", "committed 20000", "written 20001", "committed 20001"), steps);
    }

    @Test
    void theEndOfATransactionIsReplayed() {
        partition.append(
                MemoryRecords.withEndTransactionMarker(
                        0L, 77L, (short) 1, new EndTransactionMarker(ControlRecordType.ABORT, 0)),
                VerificationGuard.SENTINEL,
                TransactionVersion.TV_2.featureLevel());

        load();

        assertEquals(List.of("transaction of 77 ABORT", "written 1", "committed 1"), told);
    }

    @Test
    void recordsOfALaterReleaseArePassedOver() {
        append(MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord(0, new byte[] {0x7f, 0x7f}, new byte[] {1})));

        load();

        assertEquals(List.of("written 1", "committed 1"), told);
    }

    @Test
    void aLogThatCannotBeReadFailsTheLoad() {
        append(tombstones(1));
        log.damage("injected");

        var failure = assertThrows(CompletionException.class, this::load);

        assertEquals(
                "injected",
                assertInstanceOf(IOException.class, failure.getCause()).getMessage());
        assertEquals(List.of("failed 0"), told);
    }

    private void append(MemoryRecords records) {
        FakeStateLog.append(partition, records);
    }

    private LoadSummary load() {
        return loader.load(PARTITION, new Playback()).join();
    }

    private static StateLoader loader(StatePartition partition) {
        return new StateLoader(
                List.of(partition), SERDE, Runnable::run, 1 << 20, InstantSource.system(), new StateLoader.Observer() {
                    @Override
                    public void replayed(int partition, CoordinatorRecord record) {}

                    @Override
                    public void failed(int partition) {}
                });
    }

    private static MemoryRecords tombstones(int count) {
        return MemoryRecords.withRecords(
                Compression.NONE,
                IntStream.range(0, count)
                        .mapToObj(i -> CoordinatorRecord.tombstone(new OffsetCommitKey()
                                .setGroup("group " + i)
                                .setTopic("orders")
                                .setPartition(0)))
                        .map(record -> new SimpleRecord(0, SERDE.serializeKey(record), null))
                        .toArray(SimpleRecord[]::new));
    }

    private static String group(CoordinatorRecord record) {
        return ((OffsetCommitKey) record.key()).group();
    }

    private final class Observer implements StateLoader.Observer {
        @Override
        public void replayed(int partition, CoordinatorRecord record) {
            told.add("seen %d: %s".formatted(partition, group(record)));
        }

        @Override
        public void failed(int partition) {
            told.add("failed " + partition);
        }
    }

    private final class Playback implements CoordinatorPlayback<CoordinatorRecord> {
        @Override
        public void replay(long offset, long producer, short epoch, CoordinatorRecord record) {
            told.add("%d: %s".formatted(offset, group(record)));
        }

        @Override
        public void replayEndTransactionMarker(long producer, short epoch, TransactionResult result) {
            told.add("transaction of %d %s".formatted(producer, result));
        }

        @Override
        public void updateLastWrittenOffset(long offset) {
            told.add("written " + offset);
        }

        @Override
        public void updateLastCommittedOffset(long offset) {
            told.add("committed " + offset);
        }
    }
}
