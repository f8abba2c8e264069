package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.Broker.TimedOffset;
import io.braid.log.Batch;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LookupTest {
    @TempDir
    Path directory;

    private TestServer server;
    private Partition partition;

    @BeforeEach
    void open() throws Exception {
        server = new TestServer(directory);
        server.create(NewStream.of("orders", 1));
        partition = server.broker.partition("orders", 0).orElseThrow();
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void aTimeFindsTheRecordAndNotOnlyTheBatch(CompressionType codec) throws Exception {
        append(codec, 100, 110, 120);
        append(codec, 130, 150, 140);

        assertEquals(found(0, 100), at(0));
        assertEquals(found(1, 110), at(101));
        assertEquals(found(2, 120), at(120));
        assertEquals(found(3, 130), at(121));
        assertEquals(found(4, 150), at(131));
        assertEquals(found(4, 150), at(145));
        assertEquals(Optional.empty(), at(151));
        assertEquals(found(4, 150), server.broker.newest(partition));
    }

    @Test
    void anEmptyPartitionHasNoTimes() throws Exception {
        assertEquals(Optional.empty(), at(0));
        assertEquals(Optional.empty(), server.broker.newest(partition));
    }

    @Test
    void deletedRecordsAreNotFoundThoughTheirBatchIsStillThere() throws Exception {
        append(CompressionType.GZIP, 100, 300, 200);
        append(CompressionType.GZIP, 250);
        partition.log().deleteBefore(2).join();

        assertEquals(found(2, 200), at(0));
        assertEquals(found(3, 250), at(201));
        assertEquals(Optional.empty(), at(251));
        assertEquals(found(3, 250), server.broker.newest(partition));
    }

    @Test
    void theFirstOfSeveralNewestRecordsIsFound() throws Exception {
        append(CompressionType.NONE, 100, 200, 200);
        append(CompressionType.NONE, 200);

        assertEquals(found(1, 200), server.broker.newest(partition));
    }

    @Test
    void theNewestRecordWasDeletedAndAnotherIsFoundInItsPlace() throws Exception {
        append(CompressionType.NONE, 300);
        append(CompressionType.NONE, 100, 250);
        append(CompressionType.NONE, 200);
        partition.log().deleteBefore(1).join();

        assertEquals(found(2, 250), server.broker.newest(partition));
    }

    @Test
    void whatAHeaderClaimsWithoutARecordOfThatTimeIsNotFound() throws Exception {
        append(CompressionType.NONE, 50);
        var lying = batch(CompressionType.ZSTD, 100, 200);
        lying.correctMaxTimestamp(900);
        partition.log().append(lying).join();
        append(CompressionType.NONE, 400);

        assertEquals(found(3, 400), at(201));
        assertEquals(Optional.empty(), at(401));
        assertEquals(found(2, 200), server.broker.newest(partition), "that of the batch that claims most");
    }

    @Test
    void aSearchMayBeginAtAnyOffset() throws Exception {
        append(CompressionType.LZ4, 300, 100, 200);
        append(CompressionType.LZ4, 150);

        assertEquals(found(2, 200), server.broker.offsetAt(partition, 150, 1));
        assertEquals(found(3, 150), server.broker.offsetAt(partition, 150, 3));
        assertEquals(Optional.empty(), server.broker.offsetAt(partition, 150, 4));
    }

    @Test
    void aDamagedBatchThatMayHoldTheRecordIsTheAnswer() throws Exception {
        append(CompressionType.NONE, 100);
        append(CompressionType.NONE, 200, 210);
        append(CompressionType.NONE, 150);
        damageSecondBatch();

        assertEquals(found(0, 100), at(50));
        assertEquals(found(1, 101), at(101));
        assertEquals(found(1, 140), at(140));
        assertEquals(Optional.empty(), at(211));
        assertEquals(found(1, -1), server.broker.newest(partition));
    }

    private void damageSecondBatch() throws Exception {
        var id = partition.log().id();
        server.close();
        var file = directory.resolve("partitions/%s/%020d.log".formatted(id, 0));
        byte[] bytes = Files.readAllBytes(file);
        int first = ByteBuffer.wrap(bytes).getInt(64 + 8) + 12; // behind the segment's header
        bytes[64 + first + 30] ^= 1;
        Files.write(file, bytes);
        server = new TestServer(directory);
        partition = server.broker.partition("orders", 0).orElseThrow();
    }

    private void append(CompressionType codec, long... timestamps) {
        partition.log().append(batch(codec, timestamps)).join();
    }

    private static Batch batch(CompressionType codec, long... timestamps) {
        List<SimpleRecord> records = LongStream.of(timestamps)
                .mapToObj(time -> new SimpleRecord(time, "key".getBytes(), "value".getBytes()))
                .toList();
        return KafkaBatches.of(codec, records);
    }

    private Optional<TimedOffset> at(long timestamp) throws Exception {
        return server.broker.offsetAt(partition, timestamp, 0);
    }

    private static Optional<TimedOffset> found(long offset, long timestamp) {
        return Optional.of(new TimedOffset(offset, timestamp));
    }
}
