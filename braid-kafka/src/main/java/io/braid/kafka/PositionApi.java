package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Broker.TimedOffset;
import io.braid.broker.Partition;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.kafka.Answer.Reply;
import io.braid.log.PartitionLog;
import io.braid.log.Retention;
import io.braid.log.TierException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;

/// Where things lie in a partition: ListOffsets, OffsetForLeaderEpoch, DeleteRecords.
final class PositionApi {
    /// The version of ListOffsets that first told the leader epoch (KIP-320).
    private static final int EPOCH_VERSION = 4;

    /// What may be asked for instead of a time, and the version of ListOffsets from which on it may.
    private static final Map<Long, Integer> PLACES = Map.of(
            ListOffsetsRequest.EARLIEST_TIMESTAMP, 1,
            ListOffsetsRequest.LATEST_TIMESTAMP, 1,
            ListOffsetsRequest.MAX_TIMESTAMP, 7, // KIP-734
            ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP, 8, // KIP-405
            ListOffsetsRequest.LATEST_TIERED_TIMESTAMP, 9, // KIP-1005
            ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP, 11); // KIP-1023

    private static final Logger LOG = System.getLogger(PositionApi.class.getName());

    private static final long NONE = -1;
    private static final long AT_END = -1; // what DeleteRecords calls the end

    private final Broker broker;

    PositionApi(Broker broker) {
        this.broker = broker;
    }

    // ---- ListOffsets

    /// Searching by time reads batches, so it is done by the writer thread when the response is due.
    Answer listOffsets(Request request) {
        var body = (ListOffsetsRequest) request.body();
        return new Answer.Turn(() -> Reply.of(new ListOffsetsResponse(listed(body))));
    }

    private ListOffsetsResponseData listed(ListOffsetsRequest body) {
        boolean committed = isCommitted(body.data().isolationLevel());
        var data = new ListOffsetsResponseData();
        for (var topic : body.topics()) {
            var responses = new ArrayList<ListOffsetsPartitionResponse>(
                    topic.partitions().size());
            for (var asked : topic.partitions()) {
                var response = isUnsupported(asked.timestamp(), body.version())
                        ? listed(asked, Errors.UNSUPPORTED_VERSION)
                        : listed(topic.name(), asked, committed);
                if (body.version() < EPOCH_VERSION) response.setLeaderEpoch(-1); // cannot be written
                responses.add(response);
            }
            data.topics()
                    .add(new ListOffsetsTopicResponse().setName(topic.name()).setPartitions(responses));
        }
        return data;
    }

    /// Whether only what is committed may be read.
    static boolean isCommitted(byte isolation) {
        if (isolation == IsolationLevel.READ_COMMITTED.id()) return true;
        if (isolation == IsolationLevel.READ_UNCOMMITTED.id()) return false;
        throw new InvalidRequestException(
                "isolation level %d: should be 0 (read_uncommitted) or 1 (read_committed)".formatted(isolation));
    }

    private static boolean isUnsupported(long time, int version) {
        return time < 0 && version < PLACES.getOrDefault(time, Integer.MAX_VALUE);
    }

    private ListOffsetsPartitionResponse listed(String topic, ListOffsetsPartition asked, boolean committed) {
        var found = broker.partition(topic, asked.partitionIndex());
        if (found.isEmpty()) return listed(asked, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        var log = found.get().log();
        var fenced = FetchRead.fenced(asked.currentLeaderEpoch(), log.leaderEpoch());
        if (fenced != Errors.NONE) return listed(asked, fenced);
        try {
            return position(found.get(), asked, committed);
        } catch (TierException _) {
            return listed(asked, Errors.KAFKA_STORAGE_ERROR);
        } catch (IOException e) {
            LOG.log(Level.ERROR, "cannot search " + log.id() + " for time " + asked.timestamp(), e);
            return listed(asked, Errors.KAFKA_STORAGE_ERROR);
        }
    }

    private ListOffsetsPartitionResponse position(Partition partition, ListOffsetsPartition asked, boolean committed)
            throws IOException {
        var log = partition.log();
        long time = asked.timestamp();
        if (time == ListOffsetsRequest.LATEST_TIMESTAMP)
            return listed(asked, NONE, committed ? log.lastStable() : log.end(), log.leaderEpoch());
        if (time == ListOffsetsRequest.EARLIEST_TIMESTAMP) return listed(asked, log, log.start());
        if (time == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) return listed(asked, log, log.localStart());
        if (time == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP) return listed(asked, log, log.lastTiered());
        if (time == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP)
            return listed(asked, log, earliestPendingUpload(log));
        long readable = committed ? log.lastStable() : log.end();
        var found = time == ListOffsetsRequest.MAX_TIMESTAMP
                ? broker.newest(partition)
                : broker.offsetAt(partition, time, log.start());
        return listed(asked, log, found.filter(record -> record.offset() < readable));
    }

    private static ListOffsetsPartitionResponse listed(
            ListOffsetsPartition asked, PartitionLog log, Optional<TimedOffset> found) {
        if (found.isEmpty()) return listed(asked, NONE, NONE, -1);
        var record = found.get();
        return listed(asked, record.timestampMillis(), record.offset(), epochAt(log, record.offset()));
    }

    private static ListOffsetsPartitionResponse listed(ListOffsetsPartition asked, PartitionLog log, long offset) {
        return listed(asked, NONE, offset, offset == NONE ? -1 : epochAt(log, offset));
    }

    /// The first offset that is not in the tier and will be (KIP-1023); none of a stream that is not copied there.
    private static long earliestPendingUpload(PartitionLog log) {
        if (log.config().retention().tiering() != Retention.Tiering.COPIED) return NONE;
        return Math.max(log.start(), log.lastTiered() + 1);
    }

    private static ListOffsetsPartitionResponse listed(
            ListOffsetsPartition asked, long timestamp, long offset, int epoch) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setTimestamp(timestamp)
                .setOffset(offset)
                .setLeaderEpoch(epoch);
    }

    private static ListOffsetsPartitionResponse listed(ListOffsetsPartition asked, Errors error) {
        return listed(asked, NONE, NONE, -1).setErrorCode(error.code());
    }

    /// The epoch of the batch that holds an offset; that of the log now if there is none yet.
    private static int epochAt(PartitionLog log, long offset) {
        return log.epochAt(offset).orElse(-1); // deleted meanwhile
    }

    // ---- OffsetForLeaderEpoch

    Answer epochEnds(Request request) {
        var body = ((OffsetsForLeaderEpochRequest) request.body()).data();
        var data = new OffsetForLeaderEpochResponseData();
        for (var topic : body.topics()) {
            var ends = new ArrayList<EpochEndOffset>(topic.partitions().size());
            for (var asked : topic.partitions()) ends.add(epochEnd(topic.topic(), asked));
            data.topics()
                    .add(new OffsetForLeaderTopicResult()
                            .setTopic(topic.topic())
                            .setPartitions(ends));
        }
        return Answer.of(new OffsetsForLeaderEpochResponse(data));
    }

    private EpochEndOffset epochEnd(String topic, OffsetForLeaderPartition asked) {
        var response = new EpochEndOffset().setPartition(asked.partition());
        var found = broker.partition(topic, asked.partition());
        if (found.isEmpty()) return response.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        var log = found.get().log();
        var fenced = FetchRead.fenced(asked.currentLeaderEpoch(), log.leaderEpoch());
        if (fenced != Errors.NONE) return response.setErrorCode(fenced.code());
        // the epoch of now ends where the log does, also before its first batch, as with Kafka
        if (asked.leaderEpoch() == log.leaderEpoch())
            return response.setLeaderEpoch(log.leaderEpoch()).setEndOffset(log.end());
        var end = log.epochEnd(asked.leaderEpoch());
        return response.setLeaderEpoch(end.epoch()).setEndOffset(end.end());
    }

    // ---- DeleteRecords

    private sealed interface Deletion {}

    private record Failed(int partition, Errors error) implements Deletion {}

    private record Submitted(int partition, CompletableFuture<Long> start) implements Deletion {}

    private record Topic(String name, List<Deletion> deletions) {}

    Answer deleteRecords(Request request) {
        var body = ((DeleteRecordsRequest) request.body()).data();
        var topics = new ArrayList<Topic>();
        for (var topic : body.topics()) {
            var deletions = new ArrayList<Deletion>();
            for (var partition : topic.partitions())
                deletions.add(delete(topic.name(), partition.partitionIndex(), partition.offset()));
            topics.add(new Topic(topic.name(), deletions));
        }
        return new Answer.Turn(() -> Reply.of(new DeleteRecordsResponse(deleted(topics))));
    }

    private Deletion delete(String topic, int index, long offset) {
        var found = broker.partition(topic, index);
        if (found.isEmpty()) return new Failed(index, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        if (found.get().stream().kind() == Stream.Kind.INTERNAL)
            return new Failed(index, Errors.INVALID_TOPIC_EXCEPTION); // as Kafka says
        if (StreamSettings.isOnlyCompacted(broker.setting(found.get().stream(), StreamSettings.CLEANUP_POLICY)))
            return new Failed(index, Errors.POLICY_VIOLATION); // only compaction removes records
        var log = found.get().log();
        long before = offset == AT_END ? log.end() : offset;
        if (before < 0 || before > log.end()) return new Failed(index, Errors.OFFSET_OUT_OF_RANGE);
        return new Submitted(index, log.deleteBefore(before));
    }

    private static DeleteRecordsResponseData deleted(List<Topic> topics) {
        var data = new DeleteRecordsResponseData();
        for (var topic : topics) {
            var result = new DeleteRecordsTopicResult().setName(topic.name());
            for (var deletion : topic.deletions()) result.partitions().add(deleted(deletion));
            data.topics().add(result);
        }
        return data;
    }

    private static DeleteRecordsPartitionResult deleted(Deletion deletion) {
        return switch (deletion) {
            case Failed(int index, Errors error) -> deleted(index, NONE, error);
            case Submitted(int index, var start) -> {
                try {
                    yield deleted(index, start.join(), Errors.NONE);
                } catch (CompletionException e) {
                    var error = e.getCause() instanceof IllegalArgumentException
                            ? Errors.OFFSET_OUT_OF_RANGE
                            : Errors.KAFKA_STORAGE_ERROR;
                    yield deleted(index, NONE, error);
                }
            }
        };
    }

    private static DeleteRecordsPartitionResult deleted(int index, long start, Errors error) {
        return new DeleteRecordsPartitionResult()
                .setPartitionIndex(index)
                .setLowWatermark(start)
                .setErrorCode(error.code());
    }
}
