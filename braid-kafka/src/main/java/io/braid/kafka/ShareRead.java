package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.kafka.ShareSessions.Part;
import io.braid.log.PartitionLog;
import io.braid.log.Slice;
import io.braid.log.TierException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// What one member of a share group is given of its partitions, within the limits of its request. It holds slices
/// and hears news of the partitions until it is closed. One thread's only.
///
/// What is left of the limits is divided evenly over the partitions that are left, so that the first does not take
/// all.
final class ShareRead implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ShareRead.class.getName());

    /// What to wait for: that more may be read of the partition's log than what lies below `limit`.
    ///
    /// @param committed whether that is where what is committed ends; it moves after the log's end has
    record Quiet(PartitionLog log, long limit, boolean committed) {
        PartitionLog.Watch watch(Runnable wake) {
            return committed ? log.watchStable(limit, wake) : log.watch(limit, wake);
        }
    }

    private final Broker broker;
    private final GroupPartitions partitions;
    private final String group;
    private final GroupPartition.Wish wish;
    private final Doorbell bell;
    private final SequencedMap<Part, PartitionData> answers = new LinkedHashMap<>();
    private final List<Quiet> quiet = new ArrayList<>();
    private final List<Slice> slices = new ArrayList<>();
    private final Set<GroupPartition> heard = new HashSet<>();
    private boolean urgent;
    private int bytes;
    private int records;

    /// @param wish of all partitions together
    /// @param bell to be rung at news
    ShareRead(Broker broker, GroupPartitions partitions, String group, GroupPartition.Wish wish, Doorbell bell) {
        this.broker = broker;
        this.partitions = partitions;
        this.group = group;
        this.wish = wish;
        this.bell = bell;
    }

    /// What to tell of each partition: those with records or errors, then the others.
    Map<Part, PartitionData> answers() {
        return answers;
    }

    List<Quiet> quiet() {
        return quiet;
    }

    /// Whether there is something to tell.
    boolean isUrgent() {
        return urgent || records > 0;
    }

    @Override
    public void close() {
        slices.forEach(Slice::close);
        slices.clear();
        heard.forEach(partition -> partition.leave(bell));
        heard.clear();
    }

    /// Whether so many bytes could be acquired now. A single one always can, if there is any record.
    boolean hasBytes(List<Part> wanted, int bytesMin) {
        if (bytesMin <= 1) return true;
        long found = 0;
        for (var part : wanted) {
            if (!(find(part) instanceof Known(var partition))) return true; // to be told at once
            long limit = partition.limit(wish);
            try {
                found += partition.available(wish);
            } catch (IOException _) {
                return true; // the same
            }
            if (found >= bytesMin) return true;
            quiet.add(new Quiet(partition.log(), limit, wish.committed()));
        }
        return false;
    }

    /// Acquires what can be had of these, in their order.
    void acquire(List<Part> wanted) {
        quiet.clear();
        int left = wanted.size();
        for (var part : wanted) {
            var answer = records < wish.recordsMax() ? acquire(part, left) : nothing(part);
            answers.put(part, answer.setPartitionIndex(part.partition()));
            left--;
        }
    }

    private PartitionData acquire(Part part, int partitionsLeft) {
        return switch (find(part)) {
            case Missing(var error) -> failed(error);
            case Known(var partition) -> {
                var failure = partition.failure();
                if (failure.isPresent()) {
                    partitions.forget(group, part, partition);
                    yield failed(Errors.forException(failure.get()));
                }
                yield acquire(part, partition, partitionsLeft);
            }
        };
    }

    private PartitionData acquire(Part part, GroupPartition partition, int partitionsLeft) {
        int room = Math.max(0, wish.bytesMax() - bytes);
        if (room == 0 && bytes > 0) return nothing(part);
        var share = new GroupPartition.Wish(
                wish.member(),
                wish.mode(),
                wish.batchSize(),
                wish.committed(),
                wish.recordsMax() - records,
                room / partitionsLeft);
        try {
            return switch (partition.acquire(share)) {
                case GroupPartition.Acquired acquired -> taken(acquired, partition.log());
                case GroupPartition.Failed(var error) -> failed(error);
                case GroupPartition.Nothing(long limit) -> {
                    quiet.add(new Quiet(partition.log(), limit, wish.committed()));
                    yield nothing(part);
                }
            };
        } catch (TierException _) {
            return failed(Errors.KAFKA_STORAGE_ERROR); // the client tries again
        } catch (IOException e) {
            LOG.log(Level.ERROR, "cannot read " + partition.log().id(), e);
            return failed(Errors.KAFKA_STORAGE_ERROR);
        } catch (RuntimeException e) { // what Kafka's classes have to say, most of it in their error codes
            partitions.forget(group, part, partition);
            var error = Errors.forException(e);
            if (error == Errors.UNKNOWN_SERVER_ERROR)
                LOG.log(
                        Level.ERROR,
                        "cannot acquire records of " + partition.log().id() + " for " + group,
                        e);
            return failed(error);
        }
    }

    private PartitionData taken(GroupPartition.Acquired acquired, PartitionLog log) {
        slices.add(acquired.slice());
        log.countFetched(acquired.records().sizeInBytes());
        bytes += acquired.records().size();
        records += acquired.count();
        return new PartitionData().setRecords(acquired.records()).setAcquiredRecords(acquired.acquired());
    }

    private static PartitionData nothing(Part part) {
        return new PartitionData().setPartitionIndex(part.partition()).setRecords(MemoryRecords.EMPTY);
    }

    private PartitionData failed(Errors error) {
        urgent = true;
        return new PartitionData()
                .setRecords(MemoryRecords.EMPTY)
                .setErrorCode(error.code())
                .setErrorMessage(error.message());
    }

    // ---- what exists

    private sealed interface Place {}

    private record Known(GroupPartition partition) implements Place {}

    private record Missing(Errors error) implements Place {}

    private Place find(Part part) {
        return missing(broker, part)
                .<Place>map(Missing::new)
                .orElseGet(() -> broker.partition(Ids.of(part.topic()), part.partition())
                        .<Place>map(partition -> new Known(heard(partitions.of(group, partition))))
                        .orElseGet(() -> new Missing(Errors.UNKNOWN_TOPIC_OR_PARTITION))); // deleted just now
    }

    /// Before it is asked for anything: what comes between the asking and the waiting must not be missed.
    private GroupPartition heard(GroupPartition partition) {
        if (heard.add(partition)) partition.listen(bell);
        return partition;
    }

    /// What is wrong with a partition that a client names; empty if it exists.
    static Optional<Errors> missing(Broker broker, Part part) {
        var stream = broker.catalog().stream(Ids.of(part.topic()));
        if (stream.isEmpty()) return Optional.of(Errors.UNKNOWN_TOPIC_ID);
        boolean exists =
                part.partition() >= 0 && part.partition() < stream.get().partitions();
        return exists ? Optional.empty() : Optional.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
}
