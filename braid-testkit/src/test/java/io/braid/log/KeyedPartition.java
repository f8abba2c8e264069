package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.SimDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// One partition kept by key on a simulated disk, and the words in which tests speak of it: `a1` is a record with key
/// `a` and value `1`, `a` a tombstone, `-1` a record without key.
final class KeyedPartition {
    static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    static final Compaction.ByKey ALWAYS = new Compaction.ByKey(0, 0, Long.MAX_VALUE, 1000);

    /// The JDK's gzip: what a codec is does not matter to the log.
    static final Codecs GZIP = new Codecs() {
        @Override
        public MemorySegment unpack(Batch batch) throws CorruptBatchException {
            var packed = batch.payload().toArray(ValueLayout.JAVA_BYTE);
            try (var stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
                return MemorySegment.ofArray(stream.readAllBytes());
            } catch (IOException e) {
                throw new CorruptBatchException(e.toString());
            }
        }

        @Override
        public MemorySegment pack(MemorySegment records, Compression compression) throws IOException {
            assertEquals(Compression.GZIP, compression);
            var bytes = new ByteArrayOutputStream();
            try (var stream = new GZIPOutputStream(bytes)) {
                stream.write(records.toArray(ValueLayout.JAVA_BYTE));
            }
            return MemorySegment.ofArray(bytes.toByteArray());
        }
    };

    private static final int JOURNAL_BYTES = 32 << 10;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    final SimDisk disk;
    LogConfig limits = limits(CompactionLimits.DEFAULT);
    long now = 10_000;
    Log log;
    PartitionLog partition;

    KeyedPartition() throws IOException {
        this(config(1 << 20, ALWAYS));
    }

    KeyedPartition(PartitionConfig config) throws IOException {
        this(config, 1);
    }

    /// @param seed of the disk
    KeyedPartition(PartitionConfig config, long seed) throws IOException {
        disk = new SimDisk(new Random(seed));
        log = open();
        partition = log.create(ID, config);
    }

    /// @param segmentBytes above 64; with 65 each batch gets a segment of its own
    static PartitionConfig config(int segmentBytes, Compaction compaction) {
        return config(segmentBytes, Retention.FOREVER, compaction);
    }

    static PartitionConfig config(int segmentBytes, Retention retention, Compaction compaction) {
        return new PartitionConfig(
                Durability.DISK,
                1 << 20,
                false,
                segmentBytes,
                100,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                retention,
                compaction);
    }

    /// Small, so that a simulated disk has little to copy.
    static LogConfig limits(CompactionLimits compaction) {
        return new LogConfig(
                Path.of("sim"),
                1,
                JOURNAL_BYTES,
                JOURNAL_BYTES / 4,
                JOURNAL_BYTES / 4,
                1000,
                JOURNAL_BYTES,
                1000,
                Long.MAX_VALUE / 4,
                1,
                1,
                0,
                1,
                compaction);
    }

    private Log open() throws IOException {
        return Log.openByHand(limits, disk, () -> Instant.ofEpochMilli(now), GZIP);
    }

    void reopenAfter(Runnable end) throws IOException {
        end.run();
        log = open();
        partition = log.partition(ID).orElseThrow();
    }

    // Writing.

    /// One batch; answers its base offset.
    long put(String... records) {
        return append(batch(new BatchBuilder(now), records));
    }

    long putPacked(String... records) throws IOException {
        return append(packed(batch(new BatchBuilder(now), records)));
    }

    /// One batch of an idempotent producer.
    long putBy(long producer, int sequence, String... records) {
        return append(batch(new BatchBuilder(now).producer(producer, (short) 0, sequence), records));
    }

    /// One batch of a producer's transaction.
    long begin(long producer, int sequence, String... records) {
        var builder =
                new BatchBuilder(now).producer(producer, (short) 0, sequence).transactional();
        return appendInTransaction(producer, batch(builder, records));
    }

    long appendInTransaction(long producer, Batch batch) {
        return taken(partition.append(batch, partition.transaction(producer)));
    }

    long end(long producer, boolean isCommit) {
        return taken(partition.endTransaction(producer, (short) 0, isCommit, false, 1));
    }

    long append(Batch batch) {
        return taken(partition.append(batch));
    }

    private long taken(CompletableFuture<AppendOutcome> answer) {
        log.turn();
        return assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow())
                .firstOffset();
    }

    Batch batch(BatchBuilder builder, String... records) {
        for (var record : records) {
            var key = record.startsWith("-") ? BatchBuilder.ABSENT : bytes(record.substring(0, 1));
            var value = record.length() == 1 ? BatchBuilder.ABSENT : bytes(record.substring(1));
            builder.add(now, key, value);
        }
        return builder.build();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    static Batch packed(Batch batch) throws IOException {
        var changed =
                batch.holding(GZIP.pack(batch.payload(), Compression.GZIP), batch.recordCount(), batch.maxTimestamp());
        changed.bytes().set(SHORT, 21, (short) (changed.bytes().get(SHORT, 21) | Compression.GZIP.ordinal()));
        changed.sum();
        return changed;
    }

    /// Seals what was written, and has a checkpoint cover it.
    void seal() throws IOException {
        now += 200;
        log.tidy();
        log.checkpoint();
    }

    /// The same, then one pass, which must be due.
    void sealAndCompact() throws IOException {
        seal();
        assertTrue(log.compact(), "nothing was due");
    }

    // Reading.

    /// All that a reader finds, as `offset:record`.
    List<String> held() throws IOException {
        var found = new ArrayList<String>();
        for (var batch : batches()) {
            if (batch.isControl()) {
                found.add(batch.baseOffset() + ":" + (EndMarker.of(batch).isCommit() ? "commit" : "abort"));
                continue;
            }
            found.addAll(texts(batch));
        }
        return found;
    }

    /// A batch's records, as `offset:record`.
    static List<String> texts(Batch batch) throws IOException {
        var found = new ArrayList<String>();
        var records = records(batch);
        while (records.next()) found.add(records.offset() + ":" + text(records));
        return found;
    }

    static RecordCursor first(Batch batch) throws IOException {
        var records = records(batch);
        assertTrue(records.next());
        return records;
    }

    static RecordCursor records(Batch batch) throws IOException {
        return new RecordCursor(batch, Sieve.payloadOf(batch, GZIP));
    }

    static String text(RecordCursor record) {
        return text(record.key(), "-") + text(record.value(), "");
    }

    private static String text(MemorySegment part, String ifAbsent) {
        return part == BatchBuilder.ABSENT
                ? ifAbsent
                : new String(part.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /// All batches from the start to the end, read as a client does: it must get there.
    List<Batch> batches() throws IOException {
        var batches = new ArrayList<Batch>();
        for (long offset = partition.start(); offset < partition.end(); ) {
            var read = partition.read(offset, partition.end(), 1000);
            try (var slice = assertInstanceOf(ReadOutcome.Found.class, read).slice()) {
                assertTrue(slice.nextOffset() > offset, "stuck at " + offset);
                for (var batch : batchesIn(slice.load())) {
                    assertTrue(batch.nextOffset() > offset, "behind " + offset + ": " + batch.baseOffset());
                    offset = batch.nextOffset();
                    batches.add(batch);
                }
                assertTrue(slice.nextOffset() >= offset, "goes on at " + slice.nextOffset() + " after " + offset);
                offset = slice.nextOffset();
            }
        }
        return batches;
    }

    static List<Batch> batchesIn(MemorySegment bytes) {
        var batches = new ArrayList<Batch>();
        for (long at = 0; at < bytes.byteSize(); ) {
            var batch = new Batch(bytes.asSlice(at, Batch.PREFIX_BYTES + (long) bytes.get(INT, at + 8)));
            assertEquals(Optional.empty(), batch.faultAsHeld());
            batches.add(batch);
            at += batch.byteSize();
        }
        return batches;
    }

    List<String> segmentFiles() throws IOException {
        return disk.list(Segment.directoryOf(ID)).stream()
                .filter(name -> name.endsWith(".log"))
                .toList();
    }
}
