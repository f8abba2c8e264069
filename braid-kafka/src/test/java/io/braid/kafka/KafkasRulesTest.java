package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Admission;
import io.braid.broker.BatchFault;
import io.braid.broker.BatchRules;
import io.braid.broker.StoredCodec;
import io.braid.log.Batch;
import io.braid.log.Compaction;
import io.braid.log.Durability;
import io.braid.log.PartitionConfig;
import io.braid.log.Retention;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.PrimitiveRef;
import org.apache.kafka.server.record.BrokerCompressionType;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.api.Test;

/// Random batches, honest and lying, are let in exactly where Kafka's own `LogValidator` lets them in, under every
/// kind of settings: the same records are named, the header says the same of the newest time afterwards, and the
/// records that are kept are the same ones, in the same codec.
class KafkasRulesTest {
    private static final long NOW = 10_000_000;
    private static final int SEEDS = 3000;
    private static final long[] TIMES = {
        -1, 0, 1, NOW - 1001, NOW - 1000, NOW - 1, NOW, NOW + 1, NOW + 100, NOW + 101, NOW + 50_000, Long.MAX_VALUE - 1
    };

    // Places in a batch's header.
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int MAX_TIMESTAMP = 35;
    private static final int RECORD_COUNT = 57;

    /// What became of a batch.
    ///
    /// @param kept what there is to read of it afterwards
    private record Verdict(
            Optional<BatchFault.Kind> refused, List<Integer> records, long maxTimestamp, List<String> kept) {
        static Verdict admitted(long maxTimestamp, RecordBatch kept, boolean hasAppendTime) {
            var read = new ArrayList<String>();
            read.add("%s %d %d %d"
                    .formatted(kept.compressionType(), kept.producerId(), kept.producerEpoch(), kept.baseSequence()));
            for (var record : kept)
                read.add("%d %d %d %d"
                        .formatted(
                                record.offset(),
                                hasAppendTime ? 0 : record.timestamp(),
                                record.keySize(),
                                record.valueSize()));
            return new Verdict(Optional.empty(), List.of(), maxTimestamp, read);
        }

        static Verdict refused(BatchFault.Kind kind, List<Integer> records) {
            return new Verdict(Optional.of(kind), records, -1, List.of());
        }
    }

    @Test
    void batchesAreLetInWhereKafkaLetsThemIn() {
        int refused = 0;
        int corrected = 0;
        int repacked = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var run = new Run(new Random(seed));
            var bytes = run.batch();
            var kafkas = run.askKafka(bytes);
            if (!run.isCertain()) continue;

            assertEquals(kafkas, run.askBraid(bytes), "seed " + seed);
            if (kafkas.refused().isPresent()) refused++;
            else if (run.isRepacked(bytes)) repacked++;
            else if (!run.hasAppendTime && kafkas.maxTimestamp() != bytes.getLong(MAX_TIMESTAMP)) corrected++;
        }
        assertTrue(refused > SEEDS / 5, refused + " were refused");
        assertTrue(repacked > SEEDS / 10, repacked + " were compressed again");
        assertTrue(corrected > SEEDS / 50, corrected + " were put right");
    }

    private static final class Run {
        private final Random random;
        private final boolean isCompacted;
        private final boolean hasAppendTime;
        private final long before;
        private final long after;
        private final BrokerCompressionType target;
        private boolean isLying;
        private boolean isLookedAt; // as it is compressed again

        Run(Random random) {
            this.random = random;
            this.isCompacted = random.nextInt(3) == 0;
            this.hasAppendTime = random.nextInt(4) == 0;
            this.before = random.nextBoolean() ? Long.MAX_VALUE : 1000;
            this.after = random.nextInt(3) == 0 ? Long.MAX_VALUE : 100;
            var targets = BrokerCompressionType.values();
            this.target =
                    random.nextBoolean() ? BrokerCompressionType.PRODUCER : targets[random.nextInt(targets.length)];
        }

        boolean isRepacked(ByteBuffer bytes) {
            return target(codec(bytes)).type() != codec(bytes);
        }

        private Compression target(CompressionType codec) {
            var named = switch (target) {
                case PRODUCER -> Optional.<Compression>empty();
                case UNCOMPRESSED -> Optional.<Compression>of(Compression.NONE);
                case GZIP -> Optional.<Compression>of(Compression.gzip().build());
                case SNAPPY -> Optional.<Compression>of(Compression.snappy().build());
                case LZ4 -> Optional.<Compression>of(Compression.lz4().build());
                case ZSTD -> Optional.<Compression>of(Compression.zstd().build());
            };
            return BrokerCompressionType.targetCompression(named, codec);
        }

        private StoredCodec codec() {
            return switch (target) {
                case PRODUCER -> StoredCodec.PRODUCERS;
                case UNCOMPRESSED -> new StoredCodec.Servers(io.braid.log.Compression.NONE, 0);
                case GZIP -> new StoredCodec.Servers(io.braid.log.Compression.GZIP, -1);
                case SNAPPY -> new StoredCodec.Servers(io.braid.log.Compression.SNAPPY, 0);
                case LZ4 -> new StoredCodec.Servers(io.braid.log.Compression.LZ4, 9);
                case ZSTD -> new StoredCodec.Servers(io.braid.log.Compression.ZSTD, 3);
            };
        }

        private static CompressionType codec(ByteBuffer bytes) {
            return first(MemoryRecords.readableRecords(bytes.duplicate())).compressionType();
        }

        /// Whether all records are looked at, or the header tells the truth: by itself it could deceive.
        boolean isCertain() {
            return !isLying || isLookedAt || isCompacted || !hasAppendTime && before != Long.MAX_VALUE;
        }

        ByteBuffer batch() {
            var codec = CompressionType.values()[random.nextInt(5)];
            boolean isYoung = random.nextBoolean(); // or nearly all would be refused
            var records = IntStream.rangeClosed(0, random.nextInt(6))
                    .mapToObj(_ -> new SimpleRecord(
                            isYoung ? NOW - random.nextInt(900) : TIMES[random.nextInt(TIMES.length)],
                            random.nextInt(isYoung ? 20 : 4) == 0 ? null : new byte[random.nextInt(3)],
                            random.nextInt(4) == 0 ? null : new byte[random.nextInt(100)]))
                    .toArray(SimpleRecord[]::new);
            var made = MemoryRecords.withRecords(
                    RecordBatch.MAGIC_VALUE_V2, 0, Compression.of(codec).build(), TimestampType.CREATE_TIME, records);
            var bytes = ByteBuffer.allocate(made.sizeInBytes());
            bytes.put(made.buffer().duplicate()).flip();
            isLookedAt = isRepacked(bytes);
            if (random.nextInt(3) == 0) lie(bytes);
            return bytes;
        }

        private void lie(ByteBuffer bytes) {
            isLying = true;
            int count = bytes.getInt(RECORD_COUNT) + random.nextInt(3) - 1;
            switch (random.nextInt(4)) {
                case 0 -> bytes.putInt(RECORD_COUNT, count).putInt(LAST_OFFSET_DELTA, count - 1);
                case 1 -> bytes.putInt(random.nextBoolean() ? RECORD_COUNT : LAST_OFFSET_DELTA, count);
                default -> bytes.putLong(MAX_TIMESTAMP, TIMES[random.nextInt(TIMES.length)]);
            }
            sum(bytes);
        }

        Verdict askBraid(ByteBuffer bytes) {
            var batch = new Batch(MemorySegment.ofBuffer(copy(bytes)));
            var config = new PartitionConfig(
                    Durability.DISK,
                    1 << 20,
                    hasAppendTime,
                    1 << 20,
                    Long.MAX_VALUE,
                    1,
                    1,
                    Retention.FOREVER,
                    isCompacted ? new Compaction.ByKey(0.5, 0, Long.MAX_VALUE, 0) : Compaction.NONE);
            return switch (new BatchRules(before, after, codec()).admit(batch, config, NOW)) {
                case Admission.Out(var fault) ->
                    Verdict.refused(
                            fault.kind(),
                            fault.records().stream()
                                    .map(BatchFault.OfRecord::index)
                                    .toList());
                case Admission.In(var in) -> {
                    assertEquals(Optional.empty(), in.fault());
                    yield Verdict.admitted(
                            hasAppendTime ? NOW : in.maxTimestamp(),
                            first(MemoryRecords.readableRecords(in.bytes().asByteBuffer())),
                            hasAppendTime);
                }
            };
        }

        private static RecordBatch first(MemoryRecords records) {
            return records.batches().iterator().next();
        }

        Verdict askKafka(ByteBuffer bytes) {
            var records = MemoryRecords.readableRecords(copy(bytes));
            var codec = first(records).compressionType();
            var validator = new LogValidator(
                    records,
                    new TopicPartition("t", 0),
                    new StoppedTime(),
                    codec,
                    target(codec),
                    isCompacted,
                    RecordBatch.MAGIC_VALUE_V2,
                    hasAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                    before,
                    after,
                    1,
                    AppendOrigin.CLIENT);
            try {
                var result = validator.validateMessagesAndAssignOffsets(
                        PrimitiveRef.ofLong(0), new NoMetrics(), BufferSupplier.NO_CACHING);
                var kept = first(result.validatedRecords());
                return Verdict.admitted(kept.maxTimestamp(), kept, hasAppendTime);
            } catch (RecordValidationException e) {
                return Verdict.refused(
                        e.invalidException() instanceof InvalidTimestampException
                                ? BatchFault.Kind.TIME
                                : BatchFault.Kind.CONTENT,
                        e.recordErrors().stream().map(Run::index).toList());
            } catch (InvalidRecordException e) {
                return Verdict.refused(BatchFault.Kind.CONTENT, List.of());
            }
        }

        private static int index(ProduceResponse.RecordError error) {
            return error.batchIndex;
        }

        private static ByteBuffer copy(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        }

        private static void sum(ByteBuffer bytes) {
            var crc = new CRC32C();
            crc.update(bytes.duplicate().position(21));
            bytes.putInt(17, (int) crc.getValue());
        }
    }

    private static final class StoppedTime implements Time {
        @Override
        public long milliseconds() {
            return NOW;
        }

        @Override
        public long nanoseconds() {
            return 0;
        }

        @Override
        public void sleep(long millis) {
            Time.SYSTEM.sleep(millis);
        }

        @Override
        public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMillis)
                throws InterruptedException {
            Time.SYSTEM.waitObject(object, condition, deadlineMillis);
        }
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
