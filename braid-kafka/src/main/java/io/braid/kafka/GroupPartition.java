package io.braid.kafka;

import io.braid.broker.Partition;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.Slice;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import kafka.server.share.SharePartition;
import kafka.server.share.SharePartitions;
import org.apache.kafka.clients.consumer.internals.ShareAcquireMode;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.storage.log.FetchPartitionData;

/// One partition as one share group reads it: Kafka's [SharePartition], which knows what became of each record, and
/// the log that has the records.
///
/// Members read one after the other, as what one is given the next is not: the lock is held while batches are read
/// from the disk and acquired. Acknowledgements do not wait for it.
final class GroupPartition {
    /// What a member asks for.
    ///
    /// @param member     who is asking
    /// @param mode       whether `recordsMax` is exact, or batches are left whole
    /// @param batchSize  into how many records at a time they are divided, so that they are acknowledged together
    /// @param committed  whether only what is committed is shown
    /// @param recordsMax at least 1
    /// @param bytesMax   the first batch is given even if it is larger
    record Wish(String member, ShareAcquireMode mode, int batchSize, boolean committed, int recordsMax, int bytesMax) {
        FetchIsolation isolation() {
            return committed ? FetchIsolation.TXN_COMMITTED : FetchIsolation.HIGH_WATERMARK;
        }
    }

    /// What became of that.
    sealed interface Found {}

    /// The member has these for a while; the slice is open, and for the taker to close.
    record Acquired(Slice slice, SliceRecords records, List<AcquiredRecords> acquired, int count) implements Found {}

    /// There is nothing to have now. It may be different when more may be read than what lies below `limit`, or there
    /// is news.
    record Nothing(long limit) implements Found {}

    record Failed(Errors error) implements Found {}

    private final Partition partition;
    private final SharePartition kafka;
    private final ReentrantLock reading = new ReentrantLock();
    private final Set<Doorbell> listening = ConcurrentHashMap.newKeySet(); // at most one for each connection
    private final CompletableFuture<Void> initialised;

    /// @param maker of Kafka's half, given what to run when there is news
    GroupPartition(Partition partition, Function<Runnable, SharePartition> maker) {
        this.partition = partition;
        this.kafka = maker.apply(this::news);
        this.initialised = kafka.maybeInitialize();
        initialised.whenComplete((_, _) -> news());
    }

    private void news() {
        listening.forEach(Doorbell::ring);
    }

    /// Rings when there is news, until [#leave].
    void listen(Doorbell bell) {
        listening.add(bell);
    }

    void leave(Doorbell bell) {
        listening.remove(bell);
    }

    PartitionLog log() {
        return partition.log();
    }

    /// Why it cannot be used; empty as long as it can, or may come to be.
    Optional<Throwable> failure() {
        return initialised.state() == Future.State.FAILED ? Optional.of(initialised.exceptionNow()) : Optional.empty();
    }

    // ---- reading

    /// How many bytes could be acquired, as far as can be told without doing it.
    int available(Wish wish) throws IOException {
        if (!initialised.isDone() || !SharePartitions.canAcquire(kafka)) return 0;
        return switch (log().read(kafka.nextFetchOffset(), limit(wish), wish.bytesMax())) {
            case ReadOutcome.Found(var slice) -> {
                try (slice) {
                    yield slice.byteSize();
                }
            }
            case ReadOutcome.OutOfRange _, ReadOutcome.Damaged _ -> Integer.MAX_VALUE; // to be told at once
        };
    }

    /// Acquires what can be had.
    ///
    /// @throws IOException the disk or the tier failed
    Found acquire(Wish wish) throws IOException {
        reading.lock();
        try {
            long limit = limit(wish); // before anything is looked at, so that what comes meanwhile is noticed
            if (!initialised.isDone()) return new Nothing(limit);
            while (SharePartitions.canAcquire(kafka)) {
                long offset = kafka.nextFetchOffset();
                switch (log().read(offset, limit(wish), wish.bytesMax())) {
                    case ReadOutcome.OutOfRange _
                    when offset >= log().start() -> {
                        return new Nothing(limit);
                    }
                    case ReadOutcome.OutOfRange _ -> SharePartitions.begin(kafka, log().start());
                    case ReadOutcome.Damaged _ -> {
                        return new Failed(Errors.CORRUPT_MESSAGE); // the log has said where
                    }
                    case ReadOutcome.Found(var slice) -> {
                        var found = acquire(wish, offset, slice);
                        if (found.isPresent()) return found.get();
                        if (kafka.nextFetchOffset() == offset) return new Nothing(limit);
                    }
                }
            }
            return new Nothing(limit);
        } finally {
            reading.unlock();
        }
    }

    /// The first offset that such a member may not read yet.
    long limit(Wish wish) {
        return wish.committed() ? log().lastStable() : log().end();
    }

    /// Empty if nothing of the slice is for anybody, for instance as it was aborted. The slice is closed then.
    private Optional<Found> acquire(Wish wish, long offset, Slice slice) throws IOException {
        boolean given = false;
        try {
            if (slice.isEmpty()) return Optional.empty();
            var records = MemoryRecords.readableRecords(slice.load().asByteBuffer());
            var acquired = kafka.acquire(
                    wish.member(),
                    wish.mode(),
                    wish.batchSize(),
                    wish.recordsMax(),
                    offset,
                    read(wish, slice, records),
                    wish.isolation());
            if (acquired.acquiredRecords().isEmpty()) return Optional.empty();
            given = true;
            return Optional.of(new Acquired(
                    slice,
                    part(slice, records, acquired.acquiredRecords()),
                    acquired.acquiredRecords(),
                    acquired.count()));
        } finally {
            if (!given) slice.close();
        }
    }

    private FetchPartitionData read(Wish wish, Slice slice, MemoryRecords records) throws IOException {
        return new FetchPartitionData(
                Errors.NONE,
                log().end(),
                log().start(),
                records,
                Optional.empty(),
                OptionalLong.of(log().lastStable()),
                wish.committed() ? Optional.of(aborted(slice)) : Optional.empty(),
                OptionalInt.empty(),
                false);
    }

    private List<AbortedTransaction> aborted(Slice slice) throws IOException {
        return log().aborted(slice.firstOffset(), slice.nextOffset()).stream()
                .map(transaction -> new AbortedTransaction()
                        .setProducerId(transaction.producerId())
                        .setFirstOffset(transaction.firstOffset()))
                .toList();
    }

    /// The batches in which the acquired records are.
    private static SliceRecords part(Slice slice, MemoryRecords records, List<AcquiredRecords> acquired) {
        long first = acquired.getFirst().firstOffset();
        long last = acquired.getLast().lastOffset();
        int from = 0;
        int size = 0;
        for (var batch : records.batches()) {
            if (batch.lastOffset() < first) from += batch.sizeInBytes();
            else if (batch.baseOffset() <= last) size += batch.sizeInBytes();
        }
        return new SliceRecords(slice, from, size);
    }

    // ---- what members say

    /// Answers when what is acknowledged is on disk. Fails with what the member is to be told.
    CompletableFuture<Void> acknowledge(String member, List<ShareAcknowledgementBatch> batches) {
        return kafka.acknowledge(member, batches);
    }

    /// Takes back all that the member has.
    CompletableFuture<Void> release(String member) {
        return kafka.releaseAcquiredRecords(member);
    }

    /// Nobody is given anything here any more.
    void close() {
        SharePartitions.fence(kafka);
        news();
    }
}
