package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BatchFault.Kind;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Duplicate;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Compression;
import io.braid.log.Durability;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.testkit.SimDisk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Batches that a stream keeps in another codec than their producer's.
class StoredCodecTest {
    private static final long NOW = 1_000_000;
    private static final PartitionConfig PLAIN = PartitionConfig.DEFAULT;
    private static final int SEEDS = 8; // for each of 25 pairs of codecs

    @ParameterizedTest
    @EnumSource
    void everyCodecBecomesEveryOtherAndAllThatABatchSaysStays(CompressionType source) {
        for (var target : Compression.values()) {
            for (int seed = 0; seed < SEEDS; seed++) {
                var sent = batch(source, new Random(seed));
                var before = sent.bytes().toArray(ValueLayout.JAVA_BYTE);

                var kept = admitted(rules(target), sent, PLAIN);

                var what = "%s to %s, seed %d".formatted(source, target, seed);
                assertTrue(kept.isPackedAs(target), what);
                assertEquals(read(new Batch(MemorySegment.ofArray(before))), read(kept), what);
                assertEquals(header(sent), header(kept), what);
                assertEquals(-1, sent.bytes().mismatch(MemorySegment.ofArray(before)), "what was sent is not touched");
                if (source.name().equals(target.name())) assertSame(sent, kept, what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyLevelIsReadByKafkasClient(Compression codec) {
        var levels = switch (codec) {
            case NONE, SNAPPY -> IntStream.of(PackedBytes.NO_LEVEL);
            case GZIP -> IntStream.of(-1, 1, 9);
            case LZ4 -> IntStream.rangeClosed(1, 17);
            case ZSTD -> IntStream.of(-131_072, -1, 1, 3, 19, 22);
        };
        var sent = batch(CompressionType.NONE, new Random(7));

        levels.forEach(level -> {
            var kept = admitted(
                    new BatchRules(Long.MAX_VALUE, Long.MAX_VALUE, new StoredCodec.Servers(codec, level)), sent, PLAIN);
            assertEquals(read(sent), read(kept), codec + " " + level);
        });
    }

    @Test
    void aHigherLevelMakesLess() {
        var random = new Random(5);
        var text = new StringBuilder();
        for (int i = 0; i < 20_000; i++)
            text.append(Integer.toString(random.nextInt(500), 7)).append(' ');
        var sent = KafkaBatches.of(
                CompressionType.NONE,
                List.of(new SimpleRecord(NOW, text.toString().getBytes())));

        for (var levels : Map.of("gzip", List.of(1, 9), "lz4", List.of(1, 17), "zstd", List.of(1, 19))
                .entrySet()) {
            var sizes = levels.getValue().stream()
                    .map(level ->
                            admitted(rules(levels.getKey(), level), sent, PLAIN).byteSize())
                    .toList();
            assertTrue(sizes.getFirst() > sizes.getLast(), levels.getKey() + " " + sizes);
        }
    }

    @Test
    void whatWouldGrowBeyondTheLargestBatchIsRefusedAsTooLarge() {
        var zeros = KafkaBatches.of(CompressionType.ZSTD, List.of(new SimpleRecord(NOW, new byte[5000])));
        var noise = new byte[5000];
        new Random(1).nextBytes(noise);
        var dense = KafkaBatches.of(CompressionType.NONE, List.of(new SimpleRecord(NOW, noise)));

        assertEquals(Kind.SIZE, refused(rules(Compression.NONE), zeros, batchBytesMax(5000)));
        assertEquals(Kind.SIZE, refused(rules(Compression.GZIP), dense, batchBytesMax(dense.byteSize())));
        assertEquals(
                5070,
                admitted(rules(Compression.NONE), zeros, batchBytesMax(5070)).byteSize(),
                "it fits exactly");
    }

    @Test
    void aFewBytesThatClaimToBeManyAreRefusedAsTooLarge() {
        var bomb = KafkaBatches.of(
                CompressionType.ZSTD,
                IntStream.range(0, 2)
                        .mapToObj(_ -> new SimpleRecord(NOW, new byte[80 << 20]))
                        .toList());

        for (var target : List.of(Compression.NONE, Compression.LZ4, Compression.GZIP))
            assertEquals(Kind.SIZE, refused(rules(target), bomb, PLAIN), target.name());
        assertSame(bomb, admitted(rules(Compression.ZSTD), bomb, PLAIN), "who keeps it does not look");
    }

    @Test
    void recordsAreLookedAtWhereTheyAreCompressedAgain() {
        var lying = batch(CompressionType.GZIP, new Random(1));
        var bytes = lying.bytes().asByteBuffer();
        bytes.putInt(57, lying.recordCount() + 1).putInt(23, lying.recordCount() - 1);
        var crc = new java.util.zip.CRC32C();
        crc.update(bytes.duplicate().position(21));
        bytes.putInt(17, (int) crc.getValue());

        assertEquals(Kind.CONTENT, refused(rules(Compression.LZ4), lying, PLAIN));
        assertSame(lying, admitted(rules(Compression.GZIP), lying, PLAIN));
    }

    @Test
    void whatIsDamagedOrOfNoCodecIsLeftToTheLog() {
        var damaged = batch(CompressionType.GZIP, new Random(1));
        damaged.bytes().set(ValueLayout.JAVA_BYTE, Batch.HEADER_BYTES + 3, (byte) 0x55);
        var unknown = batch(CompressionType.NONE, new Random(1));
        unknown.bytes().set(ValueLayout.JAVA_BYTE, 22, (byte) 7);

        assertSame(damaged, admitted(rules(Compression.LZ4), damaged, PLAIN));
        assertSame(unknown, admitted(rules(Compression.LZ4), unknown, PLAIN));
    }

    @Test
    void whatTheServerMakesIsKeptTheSameWayAndStaysAsItIsIfThatDoesNotFit() {
        var noise = new byte[500];
        new Random(1).nextBytes(noise);
        var made = new BatchBuilder(NOW)
                .add(NOW, BatchBuilder.ABSENT, MemorySegment.ofArray(noise))
                .build();

        var kept = rules(Compression.GZIP).kept(made, 1 << 20);

        assertTrue(kept.isPackedAs(Compression.GZIP));
        assertEquals(read(made), read(kept));
        assertSame(made, rules(Compression.GZIP).kept(made, made.byteSize()));
    }

    /// The power fails right after the answer.
    @ParameterizedTest
    @EnumSource
    void afterACrashRecordsAreThereAndCopiesAreFound(CompressionType source) throws Exception {
        var disk = new SimDisk(new Random(11));
        var id = new PartitionId(new UUID(1, 2), 0);
        var config = new LogConfig(Path.of("sim"), 1);
        var log = Log.openByHand(config, disk, () -> Instant.ofEpochMilli(NOW));
        var partition = log.create(id, PLAIN);
        var expected = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            var sent = sent(source, i);
            expected.addAll(read(sent));
            assertEquals(new Appended(3 * i, 3 * i + 2), append(log, partition, admitted(target(i), sent, PLAIN)));
        }
        disk.crash();

        var again = Log.openByHand(config, disk, () -> Instant.ofEpochMilli(NOW));
        var recovered = again.partition(id).orElseThrow();

        assertEquals(12, recovered.end());
        assertEquals(expected, stored(recovered));
        for (int i = 0; i < 4; i++)
            assertEquals(
                    new Duplicate(3 * i, 3 * i + 2),
                    append(again, recovered, admitted(target(i + 1), sent(source, i), PLAIN)),
                    "whatever codec the stream has got since");
        assertInstanceOf(Appended.class, append(again, recovered, admitted(target(0), sent(source, 4), PLAIN)));
    }

    private static BatchRules target(int turn) {
        return rules(Compression.values()[turn % 5]);
    }

    /// One of a producer's, with three records.
    private static Batch sent(CompressionType codec, int turn) {
        var records = IntStream.range(0, 3)
                .mapToObj(i -> new SimpleRecord(NOW + turn, ("key " + i).getBytes(), ("value " + turn).getBytes()))
                .toArray(SimpleRecord[]::new);
        return batch(MemoryRecords.withIdempotentRecords(
                0,
                org.apache.kafka.common.compress.Compression.of(codec).build(),
                9,
                (short) 1,
                3 * turn,
                -1,
                records));
    }

    private static Object append(Log log, PartitionLog partition, Batch batch) {
        var answer = partition.append(batch);
        while (!answer.isDone()) log.turn();
        return answer.join();
    }

    private static List<String> stored(PartitionLog partition) throws Exception {
        var read = new ArrayList<String>();
        long next = 0;
        while (next < partition.end()) {
            try (var slice = assertInstanceOf(ReadOutcome.Found.class, partition.read(next, partition.end(), 1 << 20))
                    .slice()) {
                for (var batch : MemoryRecords.readableRecords(slice.load().asByteBuffer())
                        .batches()) read.addAll(records(batch));
                next = slice.nextOffset();
            }
        }
        return read;
    }

    private static BatchRules rules(Compression target) {
        var name = target == Compression.NONE ? "uncompressed" : target.name().toLowerCase(java.util.Locale.ROOT);
        return BatchRules.of(setting -> setting.equals(StreamSettings.COMPRESSION_TYPE)
                ? name
                : StreamSettings.find(setting).orElseThrow().defaultValue());
    }

    private static BatchRules rules(String name, int level) {
        var own = Map.of(
                StreamSettings.COMPRESSION_TYPE, name, "compression.%s.level".formatted(name), Integer.toString(level));
        return BatchRules.of(setting -> own.getOrDefault(
                setting, StreamSettings.find(setting).orElseThrow().defaultValue()));
    }

    private static PartitionConfig batchBytesMax(int bytes) {
        return new PartitionConfig(Durability.DISK, bytes, 1 << 20, 1, 1, -1, -1);
    }

    private static Batch admitted(BatchRules rules, Batch batch, PartitionConfig config) {
        return assertInstanceOf(Admission.In.class, rules.admit(batch, config, NOW))
                .batch();
    }

    private static Kind refused(BatchRules rules, Batch batch, PartitionConfig config) {
        return assertInstanceOf(Admission.Out.class, rules.admit(batch, config, NOW))
                .fault()
                .kind();
    }

    /// Of a producer of any kind, with records of every kind.
    private static Batch batch(CompressionType codec, Random random) {
        var records = IntStream.rangeClosed(0, random.nextInt(random.nextBoolean() ? 4 : 400))
                .mapToObj(
                        _ -> new SimpleRecord(NOW - random.nextInt(2000), part(random), part(random), headers(random)))
                .toArray(SimpleRecord[]::new);
        boolean isIdempotent = random.nextBoolean();
        return batch(MemoryRecords.withRecords(
                RecordBatch.MAGIC_VALUE_V2,
                0,
                org.apache.kafka.common.compress.Compression.of(codec).build(),
                TimestampType.CREATE_TIME,
                isIdempotent ? random.nextLong(1 << 20) : RecordBatch.NO_PRODUCER_ID,
                isIdempotent ? (short) random.nextInt(100) : RecordBatch.NO_PRODUCER_EPOCH,
                isIdempotent ? random.nextInt(1 << 20) : RecordBatch.NO_SEQUENCE,
                -1,
                isIdempotent && random.nextBoolean(),
                records));
    }

    private static byte[] part(Random random) {
        if (random.nextInt(5) == 0) return null; // Kafka's word for an absent one
        var bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 3000 : 40)];
        if (random.nextBoolean()) random.nextBytes(bytes);
        return bytes;
    }

    private static Header[] headers(Random random) {
        return IntStream.range(0, Math.max(0, random.nextInt(6) - 3))
                .mapToObj(i -> new RecordHeader("h\u00e9" + i, part(random)))
                .toArray(Header[]::new);
    }

    private static Batch batch(MemoryRecords made) {
        byte[] bytes = new byte[made.sizeInBytes()];
        made.buffer().duplicate().get(bytes);
        return new Batch(MemorySegment.ofArray(bytes));
    }

    private static List<Object> header(Batch batch) {
        return List.of(
                batch.fault(),
                batch.baseOffset(),
                batch.lastOffsetDelta(),
                batch.recordCount(),
                batch.baseTimestamp(),
                batch.maxTimestamp(),
                batch.hasAppendTime(),
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.isTransactional(),
                batch.isControl());
    }

    /// As Kafka's client reads it.
    private static List<String> read(Batch batch) {
        var bytes = ByteBuffer.wrap(batch.bytes().toArray(ValueLayout.JAVA_BYTE));
        var kafkas = MemoryRecords.readableRecords(bytes).batches().iterator().next();
        kafkas.ensureValid();
        return records(kafkas);
    }

    private static List<String> records(RecordBatch batch) {
        var read = new ArrayList<String>();
        for (var record : batch) {
            var line =
                    new StringBuilder("%d %s %s".formatted(record.timestamp(), hex(record.key()), hex(record.value())));
            for (var header : record.headers())
                line.append(' ')
                        .append(header.key())
                        .append('=')
                        .append(
                                header.value() == null
                                        ? "absent"
                                        : HexFormat.of().formatHex(header.value()));
            read.add(line.append(' ').append(record.sequence()).toString());
        }
        return read;
    }

    private static String hex(ByteBuffer bytes) {
        if (bytes == null) return "absent";
        var copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
