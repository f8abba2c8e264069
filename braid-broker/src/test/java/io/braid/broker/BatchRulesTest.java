package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BatchFault.Kind;
import io.braid.broker.BatchFault.OfRecord;
import io.braid.log.Batch;
import io.braid.log.Compaction;
import io.braid.log.Durability;
import io.braid.log.PartitionConfig;
import io.braid.log.Retention;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchRulesTest {
    private static final long NOW = 1_000_000;
    private static final BatchRules DEFAULT = new BatchRules(Long.MAX_VALUE, 100, StoredCodec.PRODUCERS);
    private static final BatchRules NARROW = new BatchRules(1000, 100, StoredCodec.PRODUCERS);
    private static final PartitionConfig PLAIN = PartitionConfig.DEFAULT;
    private static final PartitionConfig BY_KEY = PLAIN.with(new Compaction.ByKey(0.5, 0, Long.MAX_VALUE, 0));

    // Places in a batch's header.
    private static final int BASE_OFFSET = 0;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int MAX_TIMESTAMP = 35;
    private static final int PRODUCER_ID = 43;
    private static final int RECORD_COUNT = 57;

    @ParameterizedTest
    @EnumSource
    void aRecordFromTheFutureIsNamed(CompressionType codec) {
        var batch = batch(codec, NOW, NOW + 101, NOW + 100, -1);

        assertEquals(
                refused(
                        Kind.TIME,
                        "1 of 4 records are refused, first: timestamp 1000101 of record 1 is out of range: should be"
                                + " from -9223372036853775807 to 1000100",
                        new OfRecord(
                                1,
                                "timestamp 1000101 of record 1 is out of range: should be from -9223372036853775807"
                                        + " to 1000100")),
                fault(DEFAULT, batch, PLAIN, NOW));
    }

    @ParameterizedTest
    @EnumSource
    void recordsOlderThanTheOldestTimeAreNamed(CompressionType codec) {
        var batch = batch(codec, NOW - 1000, NOW - 1001, NOW, 0);

        var fault = fault(NARROW, batch, PLAIN, NOW).orElseThrow();

        assertEquals(Kind.TIME, fault.kind());
        assertEquals(
                List.of(1, 3), fault.records().stream().map(OfRecord::index).toList());
    }

    @Test
    void limitsThemselvesAndRecordsWithoutTimeAreFine() {
        assertEquals(Optional.empty(), fault(NARROW, batch(CompressionType.NONE, NOW - 1000, NOW + 100), PLAIN, NOW));
        assertEquals(Optional.empty(), fault(NARROW, batch(CompressionType.NONE, -1), PLAIN, NOW));
        var anyTime = new BatchRules(Long.MAX_VALUE, Long.MAX_VALUE, StoredCodec.PRODUCERS);
        assertEquals(Optional.empty(), fault(anyTime, batch(CompressionType.NONE, 0, Long.MAX_VALUE - 1), PLAIN, NOW));
    }

    @Test
    void whereRecordsGetTheTimeOfAppendTheirOwnIsNotLookedAt() {
        var appendTime = new PartitionConfig(
                Durability.DISK, 1 << 20, true, 1 << 20, 1, 1, 1, Retention.FOREVER, Compaction.NONE);

        assertEquals(
                Optional.empty(), fault(NARROW, batch(CompressionType.NONE, 0, Long.MAX_VALUE - 1), appendTime, NOW));
    }

    @ParameterizedTest
    @EnumSource
    void recordsOfACompactedStreamNeedKeys(CompressionType codec) {
        var records = List.of(
                new SimpleRecord(NOW, "k".getBytes(), null),
                new SimpleRecord(NOW, null, "v".getBytes()),
                new SimpleRecord(NOW, new byte[0], "v".getBytes()));

        var fault = fault(DEFAULT, KafkaBatches.of(codec, records), BY_KEY, NOW).orElseThrow();

        assertEquals(Kind.CONTENT, fault.kind());
        assertEquals(List.of(new OfRecord(1, "record 1 has no key, which a compacted stream needs")), fault.records());
        assertEquals(Optional.empty(), fault(DEFAULT, KafkaBatches.of(codec, records), PLAIN, NOW));
    }

    @Test
    void headersThatCannotBeAreRefusedForGood() {
        assertEquals(
                Optional.of(content("the batch begins at offset 5: a producer's begins at 0")),
                fault(DEFAULT, changed(BASE_OFFSET, 5L), PLAIN, NOW));
        assertEquals(
                Optional.of(content("the batch says 3 records up to offset delta 1")),
                fault(DEFAULT, changed(RECORD_COUNT, 3), PLAIN, NOW));
        assertEquals(
                Optional.of(content("the batch says 2 records up to offset delta 2")),
                fault(DEFAULT, changed(LAST_OFFSET_DELTA, 2), PLAIN, NOW));
        assertEquals(
                Optional.of(content("the batch of producer 7 begins with sequence -1: should be at least 0")),
                fault(DEFAULT, changed(PRODUCER_ID, 7L), PLAIN, NOW));
        assertEquals(
                Kind.TIME,
                fault(DEFAULT, changed(ATTRIBUTES, (short) 8), PLAIN, NOW)
                        .orElseThrow()
                        .kind());
    }

    @Test
    void whatTheNetworkDidIsLeftToTheLogWhichLetsTheProducerTryAgain() {
        var flipped = changed(RECORD_COUNT, 3);
        flipped.bytes().set(ValueLayout.JAVA_BYTE, Batch.HEADER_BYTES, (byte) 0x55);
        var late = batch(CompressionType.GZIP, NOW + 5000);
        late.bytes().set(ValueLayout.JAVA_BYTE, Batch.HEADER_BYTES, (byte) 0x55);

        assertEquals(Optional.empty(), fault(DEFAULT, flipped, PLAIN, NOW));
        assertEquals(Optional.empty(), fault(DEFAULT, late, PLAIN, NOW));
    }

    @Test
    void whatIsTooLargeIsLeftToTheLogBeforeItIsDecompressed() {
        var small = new PartitionConfig(Durability.DISK, 70, 1 << 20, 1, 1, -1, -1);

        assertEquals(Optional.empty(), fault(NARROW, batch(CompressionType.ZSTD, 0, 0, 0), small, NOW));
    }

    @Test
    void aNewestTimeBeforeTheFirstIsPutRight() {
        var batch = changed(MAX_TIMESTAMP, -1L);

        assertEquals(Optional.empty(), fault(DEFAULT, batch, PLAIN, NOW));

        assertEquals(NOW + 1, batch.maxTimestamp());
        assertEquals(Optional.empty(), batch.fault());
    }

    @Test
    void aNewestTimeThatNoRecordHasIsPutRightWhereRecordsAreLookedAt() {
        var batch = changed(MAX_TIMESTAMP, NOW + 50);

        assertEquals(Optional.empty(), fault(NARROW, batch, PLAIN, NOW));

        assertEquals(NOW + 1, batch.maxTimestamp());
        assertEquals(Optional.empty(), batch.fault());
    }

    @Test
    void aCountThatIsNotTheRecordsIsRefusedWhereTheyAreLookedAt() {
        var more = recount(3);
        var fewer = recount(1);

        assertEquals(Kind.CONTENT, fault(NARROW, more, PLAIN, NOW).orElseThrow().kind());
        assertEquals(
                Kind.CONTENT, fault(NARROW, fewer, PLAIN, NOW).orElseThrow().kind());
        assertEquals(Optional.empty(), fault(DEFAULT, fewer, PLAIN, NOW), "a header suffices by default");
    }

    @Test
    void anAnswerNamesNoMoreThanAThousandRecords() {
        var records = new ArrayList<SimpleRecord>();
        for (int i = 0; i < 3000; i++) records.add(new SimpleRecord(NOW, null, new byte[0]));

        var fault = fault(DEFAULT, KafkaBatches.of(CompressionType.LZ4, records), BY_KEY, NOW)
                .orElseThrow();

        assertEquals(BatchRules.RECORD_FAULTS_MAX, fault.records().size());
    }

    @Test
    void batchesThatGrowLargeAreLookedAtAllTheSameUpToALimit() {
        var fine = KafkaBatches.of(CompressionType.ZSTD, List.of(new SimpleRecord(NOW, new byte[100 << 20])));
        var bomb = KafkaBatches.of(
                CompressionType.ZSTD,
                IntStream.range(0, 2)
                        .mapToObj(_ -> new SimpleRecord(NOW, new byte[80 << 20]))
                        .toList());

        assertEquals(Optional.empty(), fault(NARROW, fine, PLAIN, NOW));
        var fault = fault(NARROW, bomb, PLAIN, NOW).orElseThrow();
        assertEquals(Kind.SIZE, fault.kind());
        assertTrue(fault.detail().contains("decompresses to more than the 134217728 bytes"), fault.detail());
    }

    /// What is wrong with a batch; none that was let in has become another.
    private static Optional<BatchFault> fault(BatchRules rules, Batch batch, PartitionConfig config, long nowMillis) {
        return switch (rules.admit(batch, config, nowMillis)) {
            case Admission.In(var admitted) -> {
                assertSame(batch, admitted);
                yield Optional.empty();
            }
            case Admission.Out(var fault) -> Optional.of(fault);
        };
    }

    private static Batch batch(CompressionType codec, long... timestamps) {
        return KafkaBatches.of(
                codec,
                LongStream.of(timestamps)
                        .mapToObj(time -> new SimpleRecord(time, "key".getBytes(), "value".getBytes()))
                        .toList());
    }

    /// Two records, and a header of which one field is a lie.
    private static Batch changed(int at, Object value) {
        var batch = batch(CompressionType.NONE, NOW, NOW + 1);
        change(batch, at, value);
        return batch;
    }

    private static Batch recount(int count) {
        var batch = changed(RECORD_COUNT, count);
        change(batch, LAST_OFFSET_DELTA, count - 1);
        return batch;
    }

    private static void change(Batch batch, int at, Object value) {
        var bytes = batch.bytes().asByteBuffer().order(ByteOrder.BIG_ENDIAN);
        switch (value) {
            case Long number -> bytes.putLong(at, number);
            case Integer number -> bytes.putInt(at, number);
            case Short number -> bytes.putShort(at, number);
            default -> throw new IllegalArgumentException(value.toString());
        }
        bytes.putInt(17, crc(bytes));
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes.duplicate().position(ATTRIBUTES));
        return (int) crc.getValue();
    }

    private static BatchFault content(String detail) {
        return BatchFault.ofBatch(Kind.CONTENT, detail);
    }

    private static Optional<BatchFault> refused(Kind kind, String detail, OfRecord... records) {
        return Optional.of(new BatchFault(kind, detail, List.of(records)));
    }
}
