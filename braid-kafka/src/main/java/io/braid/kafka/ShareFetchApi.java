package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.kafka.Answer.Reply;
import io.braid.kafka.ShareSessions.Opened;
import io.braid.kafka.ShareSessions.Part;
import io.braid.log.PartitionLog;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.internals.ShareAcquireMode;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;

/// ShareFetch and ShareAcknowledge: members of share groups are given records for a while, and say what became of
/// them (KIP-932).
///
/// The reader thread takes up the session and starts the acknowledgements, so that they do not wait for a fetch
/// before them; the writer thread acquires records when the request's turn comes, and waits for them as [FetchApi]
/// does. Acknowledgements are answered when they are on disk.
final class ShareFetchApi {
    private static final int RESPONSE_BYTES_MAX = 55 << 20; // as of Fetch
    private static final int WAIT_MILLIS_MAX = 5 * 60_000; // as of Fetch
    private static final int MEMBER_LENGTH_MAX = 36; // a UUID's
    private static final byte RENEW = 4;

    private final Broker broker;
    private final ShareCoordination shares;
    private final Features features;
    private final InstantSource clock;

    ShareFetchApi(Broker broker, ShareCoordination shares, Features features, InstantSource clock) {
        this.broker = broker;
        this.shares = shares;
        this.features = features;
        this.clock = clock;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.SHARE_FETCH, 1, 2, served(this::fetch))
                .serve(ApiKeys.SHARE_ACKNOWLEDGE, 1, 2, served(this::acknowledge));
    }

    private Handler served(Handler handler) {
        return Features.when(features::servesShareGroups, handler);
    }

    // ---- ShareFetch

    private Answer fetch(Request request) {
        var asked = ((ShareFetchRequest) request.body()).data();
        var key = key(asked.groupId(), asked.memberId());
        if (asked.isRenewAck() && !asksForNothing(asked)) throw Errors.INVALID_REQUEST.exception();
        var mode = mode(asked.shareAcquireMode());
        var batches = batches(asked);
        boolean acknowledges = batches.values().stream().anyMatch(list -> !list.isEmpty());
        if (acknowledges && asked.shareSessionEpoch() == 0) throw Errors.INVALID_REQUEST.exception();
        Opened opened;
        try {
            opened = shares.sessions()
                    .open(
                            key,
                            asked.shareSessionEpoch(),
                            request.context().connectionId(),
                            batches.keySet(),
                            forgotten(asked));
        } catch (ShareSessionLimitReachedException e) {
            return new Answer.Turn(() -> refused(request, asked.maxWaitMs(), e));
        }
        var acknowledged = acknowledges
                ? acknowledged(opened, batches, request.version(), asked.isRenewAck())
                : CompletableFuture.completedFuture(Map.<Part, Errors>of());
        if (opened.isLast()) return Answer.when(acknowledged.thenApply(results -> last(opened, results)));
        var parts = asked.isRenewAck() ? List.<Part>of() : opened.parts();
        return new Answer.Turn(() -> reply(opened, poll(request, opened, mode, parts), acknowledged));
    }

    private static ShareAcquireMode mode(byte id) {
        try {
            return ShareAcquireMode.forId(id);
        } catch (IllegalArgumentException _) {
            throw Errors.INVALID_REQUEST.exception();
        }
    }

    private static ShareSessions.Key key(String group, String member) {
        boolean isMember = member != null && !member.isEmpty() && member.length() <= MEMBER_LENGTH_MAX;
        if (group == null || !isMember) throw Errors.INVALID_REQUEST.exception();
        return new ShareSessions.Key(group, member);
    }

    private static boolean asksForNothing(ShareFetchRequestData asked) {
        return asked.maxBytes() == 0 && asked.minBytes() == 0 && asked.maxRecords() == 0 && asked.maxWaitMs() == 0;
    }

    /// Every partition that is named, with what is acknowledged of it.
    private static SequencedMap<Part, List<ShareAcknowledgementBatch>> batches(ShareFetchRequestData asked) {
        var batches = new LinkedHashMap<Part, List<ShareAcknowledgementBatch>>();
        for (var topic : asked.topics())
            for (var partition : topic.partitions())
                batches.put(
                        new Part(topic.topicId(), partition.partitionIndex()),
                        partition.acknowledgementBatches().stream()
                                .map(batch -> new ShareAcknowledgementBatch(
                                        batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                .toList());
        return batches;
    }

    private static Set<Part> forgotten(ShareFetchRequestData asked) {
        var parts = new LinkedHashSet<Part>();
        for (var topic : asked.forgottenTopicsData())
            for (int partition : topic.partitions()) parts.add(new Part(topic.topicId(), partition));
        return parts;
    }

    /// A client that cannot have a session would come again at once.
    private Reply refused(Request request, int waitMillis, ShareSessionLimitReachedException why)
            throws InterruptedException {
        var bell = request.bell();
        long deadline = clock.millis() + Math.min(waitMillis, WAIT_MILLIS_MAX);
        for (long left = deadline - clock.millis(); left > 0 && !bell.mayNotWait(); left = deadline - clock.millis()) {
            bell.reset();
            bell.await(left);
        }
        throw why;
    }

    // ---- acquiring and waiting

    /// Acquires as soon as there is something to have, or to tell, or time is up.
    private ShareRead poll(Request request, Opened opened, ShareAcquireMode mode, List<Part> wanted)
            throws InterruptedException {
        var asked = ((ShareFetchRequest) request.body()).data();
        var bell = request.bell();
        var group = opened.key().group();
        var wish = wish(opened, mode, asked);
        int bytesMin = Math.min(asked.minBytes(), wish.bytesMax());
        long deadline = clock.millis() + Math.min(asked.maxWaitMs(), WAIT_MILLIS_MAX);
        var turned = turned(wanted, opened.epoch());
        while (true) {
            long left = deadline - clock.millis();
            boolean isLastTry = wanted.isEmpty() || asked.maxRecords() <= 0 || left <= 0 || bell.mayNotWait();
            bell.reset();
            var read = new ShareRead(broker, shares.partitions(), group, wish, bell);
            boolean isEnough = false;
            try {
                if (isLastTry || read.hasBytes(turned, bytesMin)) {
                    read.acquire(turned);
                    isEnough = isLastTry || read.isUrgent();
                }
                if (isEnough) return read;
                await(read.quiet(), bell, left);
            } finally {
                if (!isEnough) read.close();
            }
        }
    }

    private GroupPartition.Wish wish(Opened opened, ShareAcquireMode mode, ShareFetchRequestData asked) {
        var isolation = shares.configs()
                .groupConfig(opened.key().group())
                .flatMap(GroupConfig::shareIsolationLevel)
                .orElseGet(GroupConfig::defaultShareIsolationLevel);
        return new GroupPartition.Wish(
                opened.key().member(),
                mode,
                Math.max(1, asked.batchSize()),
                isolation == IsolationLevel.READ_COMMITTED,
                asked.maxRecords(),
                Math.min(asked.maxBytes(), RESPONSE_BYTES_MAX));
    }

    /// Each request begins with another partition, so that none has to wait for ever behind a busy one.
    private static List<Part> turned(List<Part> parts, int epoch) {
        var turned = new ArrayList<>(parts);
        if (!parts.isEmpty()) Collections.rotate(turned, -(epoch % parts.size()));
        return turned;
    }

    private static void await(List<ShareRead.Quiet> quiet, Doorbell bell, long millis) throws InterruptedException {
        var watches = new ArrayList<PartitionLog.Watch>();
        try {
            for (var one : quiet) watches.add(one.watch(bell::ring));
            bell.await(millis);
        } finally {
            watches.forEach(PartitionLog.Watch::close);
        }
    }

    // ---- the response

    private Reply reply(Opened opened, ShareRead read, CompletableFuture<Map<Part, Errors>> acknowledged) {
        boolean sent = false;
        try {
            var results = new LinkedHashMap<>(acknowledged.join());
            var response = empty(opened);
            for (var part : opened.parts()) {
                var found = read.answers().get(part);
                if (found == null) continue;
                boolean isDue = shares.sessions()
                        .tell(opened, part, found.records().sizeInBytes() > 0, found.errorCode() != Errors.NONE.code());
                var result = Optional.ofNullable(results.remove(part));
                if (isDue || result.isPresent()) add(response.data(), part, found, result);
            }
            results.forEach((part, result) -> add(response.data(), part, acknowledgedOnly(part), Optional.of(result)));
            sent = true;
            return new Reply(response, read::close);
        } finally {
            if (!sent) read.close();
        }
    }

    private ShareFetchResponse last(Opened opened, Map<Part, Errors> results) {
        shares.leave(opened.key());
        var response = empty(opened);
        results.forEach((part, result) -> add(response.data(), part, acknowledgedOnly(part), Optional.of(result)));
        return response;
    }

    private ShareFetchResponse empty(Opened opened) {
        return ShareFetchResponse.of(
                Errors.NONE,
                0,
                new LinkedHashMap<>(),
                List.of(),
                shares.lockMillis(opened.key().group()));
    }

    private static PartitionData acknowledgedOnly(Part part) {
        return new PartitionData().setPartitionIndex(part.partition()).setRecords(MemoryRecords.EMPTY);
    }

    private static void add(ShareFetchResponseData data, Part part, PartitionData found, Optional<Errors> result) {
        result.ifPresent(error -> found.setAcknowledgeErrorCode(error.code())
                .setAcknowledgeErrorMessage(error == Errors.NONE ? null : error.message()));
        var topic = data.responses().find(part.topic());
        if (topic == null) {
            topic = new ShareFetchableTopicResponse().setTopicId(part.topic());
            data.responses().add(topic);
        }
        topic.partitions().add(found);
    }

    // ---- ShareAcknowledge

    private Answer acknowledge(Request request) {
        var asked = ((ShareAcknowledgeRequest) request.body()).data();
        var key = key(asked.groupId(), asked.memberId());
        var opened = shares.sessions().acknowledge(key, asked.shareSessionEpoch());
        return Answer.when(acknowledged(opened, batches(asked), request.version(), asked.isRenewAck())
                .thenApply(results -> {
                    if (opened.isLast()) shares.leave(key);
                    return response(opened, results);
                }));
    }

    private static SequencedMap<Part, List<ShareAcknowledgementBatch>> batches(ShareAcknowledgeRequestData asked) {
        var batches = new LinkedHashMap<Part, List<ShareAcknowledgementBatch>>();
        for (var topic : asked.topics())
            for (var partition : topic.partitions())
                batches.put(
                        new Part(topic.topicId(), partition.partitionIndex()),
                        partition.acknowledgementBatches().stream()
                                .map(batch -> new ShareAcknowledgementBatch(
                                        batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                .toList());
        return batches;
    }

    private ShareAcknowledgeResponse response(Opened opened, Map<Part, Errors> results) {
        var data = new ShareAcknowledgeResponseData()
                .setAcquisitionLockTimeoutMs(shares.lockMillis(opened.key().group()));
        results.forEach((part, error) -> {
            var topic = data.responses().find(part.topic());
            if (topic == null) {
                topic = new ShareAcknowledgeTopicResponse().setTopicId(part.topic());
                data.responses().add(topic);
            }
            topic.partitions()
                    .add(new ShareAcknowledgeResponseData.PartitionData()
                            .setPartitionIndex(part.partition())
                            .setErrorCode(error.code())
                            .setErrorMessage(error == Errors.NONE ? null : error.message()));
        });
        return new ShareAcknowledgeResponse(data);
    }

    // ---- acknowledgements

    /// What became of each; complete when all are.
    private CompletableFuture<Map<Part, Errors>> acknowledged(
            Opened opened,
            SequencedMap<Part, List<ShareAcknowledgementBatch>> batches,
            short version,
            boolean isRenewal) {
        var answers = new LinkedHashMap<Part, CompletableFuture<Errors>>();
        byte typeMax = version >= 2 ? RENEW : RENEW - 1;
        batches.forEach((part, list) -> answers.put(part, acknowledged(opened, part, list, typeMax, isRenewal)));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    var results = new LinkedHashMap<Part, Errors>();
                    answers.forEach((part, answer) -> results.put(part, answer.join()));
                    return results;
                });
    }

    private CompletableFuture<Errors> acknowledged(
            Opened opened, Part part, List<ShareAcknowledgementBatch> batches, byte typeMax, boolean isRenewal) {
        var missing = ShareRead.missing(broker, part);
        if (missing.isPresent()) return CompletableFuture.completedFuture(missing.get());
        if (!isValid(batches, typeMax, isRenewal)) return CompletableFuture.completedFuture(Errors.INVALID_REQUEST);
        if (batches.isEmpty()) return CompletableFuture.completedFuture(Errors.NONE);
        var group = opened.key().group();
        var known = shares.partitions().known(group, part);
        if (known.isEmpty()) return CompletableFuture.completedFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        return known.get()
                .acknowledge(opened.key().member(), batches)
                .handle((_, failure) -> failure == null ? Errors.NONE : error(group, part, known.get(), failure));
    }

    /// One after the other, and of each batch one word for all records or one for each.
    private static boolean isValid(List<ShareAcknowledgementBatch> batches, byte typeMax, boolean isRenewal) {
        long lastBefore = -1;
        for (var batch : batches) {
            var types = batch.acknowledgeTypes();
            if (batch.firstOffset() > batch.lastOffset() || batch.firstOffset() < lastBefore) return false;
            if (types.isEmpty()) return false;
            if (types.size() > 1 && types.size() != batch.lastOffset() - batch.firstOffset() + 1) return false;
            for (byte type : types) if (type < 0 || type > typeMax || type == RENEW && !isRenewal) return false;
            lastBefore = batch.lastOffset();
        }
        return true;
    }

    /// What is kept of the partition was changed by somebody else, or it is gone: it begins again.
    private Errors error(String group, Part part, GroupPartition partition, Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        var error = Errors.forException(cause);
        boolean isOver = error == Errors.FENCED_STATE_EPOCH || error == Errors.NOT_LEADER_OR_FOLLOWER;
        if (isOver) shares.partitions().forget(group, part, partition);
        return error;
    }
}
