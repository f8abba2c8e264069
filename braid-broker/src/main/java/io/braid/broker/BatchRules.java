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
/// - the header contradicts itself: its newest time is before that of its first record.
///
/// Then everything that they and their header say has to agree, as with Kafka.
///
/// @param beforeMillis how far a record's time may be behind the server's clock
/// @param afterMillis  how far ahead of it
public record BatchRules(long beforeMillis, long afterMillis) {
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
                Long.parseLong(settings.apply(StreamSettings.TIMESTAMP_AFTER_MAX_MS)));
    }

    /// Lets a batch in, or says why not. The header's newest time is put right if the records were looked at and it
    /// was wrong: some clients have got it wrong for long, and Kafka puts it right, too.
    ///
    /// What is damaged or too large passes, as the log refuses it; nothing is decompressed before that is known.
    public Optional<BatchFault> admit(Batch batch, PartitionConfig config, long nowMillis) {
        if (batch.byteSize() > config.batchBytesMax()) return Optional.empty();
        var fault = headerFault(batch);
        if (fault.isPresent()) return batch.isAsSent() ? fault : Optional.empty();
        if (!looksInside(batch, config, nowMillis)) return Optional.empty();
        if (batch.fault().isPresent()) return Optional.empty();
        try {
            return lookInside(batch, config, nowMillis);
        } catch (CorruptBatchException e) {
            return Optional.of(BatchFault.ofBatch(Kind.CONTENT, e.getMessage()));
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

    private Optional<BatchFault> lookInside(Batch batch, PartitionConfig config, long nowMillis)
            throws CorruptBatchException {
        var common = Payloads.within(batch, COMMON_BYTES_MAX);
        if (common.isPresent()) return lookAt(batch, common.get(), config, nowMillis);
        LARGE.acquireUninterruptibly();
        try {
            return lookAt(batch, Payloads.of(batch, PAYLOAD_BYTES_MAX), config, nowMillis);
        } finally {
            LARGE.release();
        }
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
