package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Partition;
import io.braid.kafka.FetchSession.Wanted;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.Slice;
import io.braid.log.TierException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// One pass over the partitions of a fetch request, within its byte limits. It holds slices until it is closed.
/// One thread's only.
///
/// The first batch found is always taken whole, however large: a consumer whose limits are too small for a batch
/// would never get past it (KIP-74).
final class FetchRead implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FetchRead.class.getName());

    /// @param partition empty if there is nothing to wait for: the partition does not exist, or cannot be read
    record Result(Wanted wanted, Optional<Partition> partition, PartitionData found) {}

    private final Broker broker;
    private final boolean byTopicId;
    private final boolean committed;
    private final int bytesMax;
    private final List<Result> results;
    private final List<Slice> slices = new ArrayList<>();
    private int bytes;
    private boolean urgent;
    private boolean hasAskedTier;

    private FetchRead(Broker broker, boolean byTopicId, boolean committed, int bytesMax, int partitions) {
        this.broker = broker;
        this.byTopicId = byTopicId;
        this.committed = committed;
        this.bytesMax = bytesMax;
        this.results = new ArrayList<>(partitions);
    }

    /// @param committed whether to stop at the last stable offset (`read_committed`)
    /// @param bytesMax  of all partitions together
    static FetchRead of(Broker broker, List<Wanted> wanted, boolean byTopicId, boolean committed, int bytesMax) {
        var read = new FetchRead(broker, byTopicId, committed, bytesMax, wanted.size());
        boolean complete = false;
        try {
            for (var partition : wanted) read.results.add(read.read(partition));
            complete = true;
            return read;
        } finally {
            if (!complete) read.close();
        }
    }

    List<Result> results() {
        return results;
    }

    int bytes() {
        return bytes;
    }

    /// Whether the client should hear of it now, however little there is to read.
    boolean isUrgent() {
        return urgent;
    }

    @Override
    public void close() {
        slices.forEach(Slice::close);
        slices.clear();
    }

    private Result read(Wanted wanted) {
        var key = wanted.key();
        var partition = byTopicId
                ? broker.partition(Ids.of(key.topicId()), key.partition())
                : broker.partition(key.topic(), key.partition());
        if (partition.isEmpty()) return failed(wanted, missing(key));
        var log = partition.get().log();
        var fenced = fenced(wanted.asked().currentLeaderEpoch(), log.leaderEpoch());
        if (fenced != Errors.NONE) return failed(wanted, fenced);
        try {
            return read(wanted, partition.get());
        } catch (TierException _) {
            return failed(wanted, Errors.KAFKA_STORAGE_ERROR); // the client tries again
        } catch (IOException e) {
            LOG.log(
                    Level.ERROR,
                    "cannot read " + log.id() + " at " + wanted.asked().fetchOffset(),
                    e);
            return failed(wanted, Errors.KAFKA_STORAGE_ERROR);
        }
    }

    private Errors missing(FetchSession.Key key) {
        boolean idKnown =
                !byTopicId || broker.catalog().stream(Ids.of(key.topicId())).isPresent();
        return idKnown ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID;
    }

    /// Whether the client's idea of the leader is of another time than ours (KIP-320); -1 is none.
    static Errors fenced(int clientEpoch, int leaderEpoch) {
        if (clientEpoch < 0 || clientEpoch == leaderEpoch) return Errors.NONE;
        return clientEpoch < leaderEpoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }

    private Result read(Wanted wanted, Partition partition) throws IOException {
        var log = partition.log();
        var asked = wanted.asked();
        long end = log.end();
        long stable = log.lastStable();
        var found = found(asked.partition(), Errors.NONE)
                .setHighWatermark(end)
                .setLastStableOffset(stable)
                .setLogStartOffset(log.start());
        if (committed) found.setAbortedTransactions(List.of());
        if (diverges(asked.lastFetchedEpoch(), asked.fetchOffset(), log, found)) {
            urgent = true;
            return new Result(wanted, Optional.of(partition), found);
        }
        int room = Math.min(asked.partitionMaxBytes(), bytesMax - bytes);
        boolean isFar = asked.fetchOffset() < log.localStart();
        if ((room > 0 || bytes == 0) && !(isFar && hasAskedTier)) {
            if (isFar) askTier();
            var outcome = log.read(asked.fetchOffset(), committed ? Math.min(stable, end) : end, Math.max(room, 0));
            switch (outcome) {
                case ReadOutcome.OutOfRange _ -> {
                    return failed(wanted, Errors.OFFSET_OUT_OF_RANGE);
                }
                case ReadOutcome.Damaged _ -> {
                    return failed(wanted, Errors.CORRUPT_MESSAGE); // the log has said where
                }
                case ReadOutcome.Found(Slice slice) -> take(slice, room, log, found);
            }
        }
        return new Result(wanted, Optional.of(partition), found);
    }

    /// One partition's records from the tier are enough for one response: they are waited for, and held in memory,
    /// and while they are held nobody must wait for more. They are not fetched again to wait for others.
    private void askTier() {
        hasAskedTier = true;
        urgent = true;
    }

    private void take(Slice slice, int room, PartitionLog log, PartitionData found) throws IOException {
        slices.add(slice);
        boolean fits = slice.byteSize() <= room || bytes == 0;
        if (slice.isEmpty() || !fits) return;
        if (committed) found.setAbortedTransactions(aborted(log, slice));
        bytes += slice.byteSize();
        found.setRecords(new SliceRecords(slice));
    }

    /// What the client has to leave out of a slice: it lies there with the rest (KIP-98).
    private static List<FetchResponseData.AbortedTransaction> aborted(PartitionLog log, Slice slice)
            throws IOException {
        return log.aborted(slice.firstOffset(), slice.nextOffset()).stream()
                .map(transaction -> new FetchResponseData.AbortedTransaction()
                        .setProducerId(transaction.producerId())
                        .setFirstOffset(transaction.firstOffset()))
                .toList();
    }

    /// Whether the client read something that is not in this log: its last record's epoch ended before the
    /// offset it is at.
    private static boolean diverges(int lastEpoch, long offset, PartitionLog log, PartitionData found) {
        if (lastEpoch < 0) return false;
        var epochEnd = log.epochEnd(lastEpoch);
        if (epochEnd.epoch() == lastEpoch && epochEnd.end() >= offset) return false;
        found.setDivergingEpoch(new EpochEndOffset().setEpoch(epochEnd.epoch()).setEndOffset(epochEnd.end()));
        return true;
    }

    private Result failed(Wanted wanted, Errors error) {
        urgent = true;
        var found = found(wanted.key().partition(), error)
                .setHighWatermark(-1)
                .setLastStableOffset(-1)
                .setLogStartOffset(-1);
        return new Result(wanted, Optional.empty(), found);
    }

    private static PartitionData found(int partition, Errors error) {
        return new PartitionData()
                .setPartitionIndex(partition)
                .setErrorCode(error.code())
                .setRecords(MemoryRecords.EMPTY);
    }
}
