package io.braid.broker;

import io.braid.broker.BatchFault.Kind;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.CorruptBatchException;
import io.braid.log.PartitionConfig;
import io.braid.log.RecordCursor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// What a stream asks of batches that clients made, beyond what the log asks of any batch. Any thread.
///
/// A batch is let in by its header if that suffices, which it does under the default settings. Its records are looked
/// at, decompressed if need be, where
///
/// - the partition is compacted by key, so that all of them must have one;
/// - there is an oldest time, of which no header tells;
/// - the header says that one is newer than allowed, so that the answer can name it;
/// - the header contradicts itself: its newest time is before that of its first record;
/// - the stream keeps its batches in another codec, so that they are compressed again anyway.
///
/// Then everything that they and their header say has to agree, as with Kafka.
///
/// @param beforeMillis how far a record's time may be behind the server's clock
/// @param afterMillis  how far ahead of it
/// @param codec        in which batches are kept
public record BatchRules(long beforeMillis, long afterMillis, StoredCodec codec) {
    /// Of one answer: a batch may hold millions of records.
    static final int RECORD_FAULTS_MAX = 1000;

    private static final long NO_TIME = -1;

    /// What nearly every batch decompresses to at most. No more are looked at at once than there are processors, as
    /// nothing in here waits.
    private static final int COMMON_BYTES_MAX = 8 << 20;
    /// What any may decompress to: more could not be read by everybody either.
    private static final int PAYLOAD_BYTES_MAX = 128 << 20;
    /// One at a time of those that take more than the common, or they might fill the heap.
    private static final Semaphore LARGE = new Semaphore(1);

    static BatchRules of(Function<String, String> settings) {
        return new BatchRules(
                Long.parseLong(settings.apply(StreamSettings.TIMESTAMP_BEFORE_MAX_MS)),
                Long.parseLong(settings.apply(StreamSettings.TIMESTAMP_AFTER_MAX_MS)),
                StoredCodec.of(settings));
    }

    /// Lets a batch in, compressed again if the stream wants it in another codec, or says why not.
    /// The header's newest time is put right if the records were looked at and it was wrong: some
    /// clients have got it wrong for long, and Kafka puts it right, too.
    ///
    /// What is damaged or too large passes, as the log refuses it; nothing is decompressed before that is known.
    public Admission admit(Batch batch, PartitionConfig config, long nowMillis) {
        if (batch.byteSize() > config.batchBytesMax()) return new Admission.In(batch);
        var fault = headerFault(batch);
        if (fault.isPresent()) return batch.isAsSent() ? new Admission.Out(fault.get()) : new Admission.In(batch);
        if (codec.keeps(batch) && !looksInside(batch, config, nowMillis)) return new Admission.In(batch);
        if (batch.fault().isPresent()) return new Admission.In(batch);
        try {
            return lookInside(batch, config, nowMillis);
        } catch (CorruptBatchException e) {
            return new Admission.Out(BatchFault.ofBatch(Kind.CONTENT, e.getMessage()));
        }
    }

    /// A batch that the server made itself, in the codec in which the stream keeps batches; as it is if it would take
    /// more than `bytesMax` in that one, so that nothing is refused for it.
    Batch kept(Batch batch, int bytesMax) {
        if (codec.keeps(batch)) return batch;
        try {
            return Payloads.within(batch, COMMON_BYTES_MAX)
                    .flatMap(payload -> codec.packed(batch, payload, bytesMax))
                    .orElse(batch);
        } catch (CorruptBatchException e) {
            throw new IllegalArgumentException("nobody can read what the server made", e);
        }
    }

    private static Optional<BatchFault> headerFault(Batch batch) {
        if (batch.baseOffset() != 0)
            return content("the batch begins at offset %d: a producer's begins at 0".formatted(batch.baseOffset()));
        if (batch.recordCount() < 1 || batch.lastOffsetDelta() != batch.recordCount() - 1)
            return content("the batch says %d records up to offset delta %d"
                    .formatted(batch.recordCount(), batch.lastOffsetDelta()));
        if (batch.isIdempotent() && batch.baseSequence() < 0)
            return content("the batch of producer %d begins with sequence %d: should be at least 0"
                    .formatted(batch.producerId(), batch.baseSequence()));
        if (batch.hasAppendTime())
            return Optional.of(BatchFault.ofBatch(
                    Kind.TIME, "the batch says that its time is that of its append, which only the server gives"));
        return Optional.empty();
    }

    private static Optional<BatchFault> content(String detail) {
        return Optional.of(BatchFault.ofBatch(Kind.CONTENT, detail));
    }

    private boolean looksInside(Batch batch, PartitionConfig config, long nowMillis) {
        if (config.compaction().isByKey()) return true;
        if (config.hasAppendTime()) return false; // whatever its producer says of time is replaced
        return beforeMillis != Long.MAX_VALUE
                || batch.maxTimestamp() > newest(nowMillis)
                || batch.maxTimestamp() < batch.baseTimestamp();
    }

    private Admission lookInside(Batch batch, PartitionConfig config, long nowMillis) throws CorruptBatchException {
        int bytesMax = codec.keeps(batch)
                ? PAYLOAD_BYTES_MAX
                : Math.min(PAYLOAD_BYTES_MAX, codec.payloadBytesMax(config.batchBytesMax()));
        var common = Payloads.within(batch, Math.min(COMMON_BYTES_MAX, bytesMax));
        if (common.isPresent()) return letIn(batch, common.get(), config, nowMillis);
        if (bytesMax <= COMMON_BYTES_MAX) return tooLarge(batch, bytesMax);
        LARGE.acquireUninterruptibly();
        try {
            var payload = Payloads.within(batch, bytesMax);
            return payload.isPresent() ? letIn(batch, payload.get(), config, nowMillis) : tooLarge(batch, bytesMax);
        } finally {
            LARGE.release();
        }
    }

    private static Admission tooLarge(Batch batch, int bytesMax) {
        return new Admission.Out(BatchFault.ofBatch(
                Kind.SIZE,
                "a batch of %d bytes of %s decompresses to more than the %d bytes allowed"
                        .formatted(batch.byteSize(), batch.compression(), bytesMax)));
    }

    private Admission letIn(Batch batch, MemorySegment payload, PartitionConfig config, long nowMillis)
            throws CorruptBatchException {
        var fault = lookAt(batch, payload, config, nowMillis);
        if (fault.isPresent()) return new Admission.Out(fault.get());
        if (codec.keeps(batch)) return new Admission.In(batch);
        return codec.packed(batch, payload, config.batchBytesMax())
                .<Admission>map(Admission.In::new)
                .orElseGet(() -> new Admission.Out(BatchFault.ofBatch(
                        Kind.SIZE,
                        "a batch of %d bytes takes more than the %d bytes allowed when it is compressed again (%s=%s)"
                                .formatted(
                                        batch.byteSize(),
                                        config.batchBytesMax(),
                                        StreamSettings.COMPRESSION_TYPE,
                                        codec))));
    }

    private Optional<BatchFault> lookAt(Batch batch, MemorySegment payload, PartitionConfig config, long nowMillis)
            throws CorruptBatchException {
        long floor = nowMillis - beforeMillis;
        long ceiling = newest(nowMillis);
        var faults = new ArrayList<BatchFault.OfRecord>();
        var kind = Kind.CONTENT;
        long newest = NO_TIME;
        var records = new RecordCursor(batch, payload);
        for (int index = 0; records.next() && faults.size() < RECORD_FAULTS_MAX; index++) {
            if (records.offset() != index)
                return content("record %d has offset delta %d".formatted(index, records.offset()));
            long time = records.timestamp();
            newest = Math.max(newest, time);
            if (config.compaction().isByKey() && records.key() == BatchBuilder.ABSENT)
                faults.add(new BatchFault.OfRecord(
                        index, "record %d has no key, which a compacted stream needs".formatted(index)));
            else if (!config.hasAppendTime() && time != NO_TIME && (time < floor || time > ceiling)) {
                kind = Kind.TIME;
                faults.add(new BatchFault.OfRecord(
                        index,
                        "timestamp %d of record %d is out of range: should be from %d to %d"
                                .formatted(time, index, floor, ceiling)));
            }
        }
        if (!faults.isEmpty())
            return Optional.of(new BatchFault(
                    kind,
                    "%d of %d records are refused, first: %s"
                            .formatted(
                                    faults.size(),
                                    batch.recordCount(),
                                    faults.getFirst().detail()),
                    faults));
        if (!config.hasAppendTime() && newest != batch.maxTimestamp()) batch.correctMaxTimestamp(newest);
        return Optional.empty();
    }

    private long newest(long nowMillis) {
        return afterMillis > Long.MAX_VALUE - nowMillis ? Long.MAX_VALUE : nowMillis + afterMillis;
    }
}
