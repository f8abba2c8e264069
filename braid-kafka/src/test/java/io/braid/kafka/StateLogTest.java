package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.CorruptBatchException;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The coordinator's view of a partition on a real disk.
class StateLogTest {
    @TempDir
    Path directory;

    private Log log;
    private PartitionLog partition;
    private StateLog state;
    private final ArrayBlockingQueue<Long> committed = new ArrayBlockingQueue<>(8);

    @BeforeEach
    void open() throws IOException {
        log = Log.open(new LogConfig(directory), InstantSource.system());
        partition = log.create(new PartitionId(new UUID(1, 2), 0), PartitionConfig.DEFAULT);
        state = StateLog.of(partition);
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    @Test
    void whatAPartitionAppendsIsReadBackFromAnyOffset() throws Exception {
        append(2);
        append(3);

        assertEquals(5, state.end());
        assertEquals(5, recordCount(state.read(0, 1 << 20)));
        assertEquals(3, recordCount(state.read(4, 1 << 20)), "the batch that holds offset 4");
        assertFalse(state.read(5, 1 << 20).hasRemaining());
    }

    @Test
    void anOffsetThatIsNotHeldCannotBeRead() throws Exception {
        append(2);
        partition.deleteBefore(2).get(10, TimeUnit.SECONDS);

        assertEquals(2, state.start());
        assertThrows(IOException.class, () -> state.read(0, 1 << 20));
    }

    @Test
    void aDamagedBatchIsNamedWithFileAndPosition() throws Exception {
        append(2);
        var file = directory.resolve("partitions/%s/%020d.log".formatted(partition.id(), 0));
        log.close();
        byte[] bytes = Files.readAllBytes(file);
        bytes[100] ^= 1;
        Files.write(file, bytes);
        open();
        state = StateLog.of(log.partition(partition.id()).orElseThrow());

        var damaged = assertThrows(CorruptBatchException.class, () -> state.read(0, 1 << 20));

        var said = damaged.getMessage();
        assertTrue(
                said.startsWith("the records of offsets 0 to 1 are damaged on the disk: " + file + " at 64: checksum "),
                said);
    }

    private void append(int count) throws InterruptedException {
        var writer = new StatePartition(new TopicPartition("state", 0), state, () -> {});
        writer.loaded(state.end());
        writer.listen(committed::add);
        long end = FakeStateLog.append(writer, StatePartitionTest.records(count));
        assertEquals(end, committed.poll(10, TimeUnit.SECONDS));
    }

    private static long recordCount(ByteBuffer bytes) {
        var records = MemoryRecords.readableRecords(bytes).records();
        return StreamSupport.stream(records.spliterator(), false).count();
    }
}
