package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.kafka.Answer.Reply;
import io.braid.kafka.FetchSession.Wanted;
import io.braid.kafka.FetchSessions.Failed;
import io.braid.kafka.FetchSessions.First;
import io.braid.kafka.FetchSessions.Full;
import io.braid.kafka.FetchSessions.Incremental;
import io.braid.log.PartitionLog;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/// Fetch: the connection's writer thread reads when the request's turn comes, and if there is too little waits
/// for the partitions' ends to move, at most as long as the client allows. A request of another kind that comes
/// behind ends the wait, as its response would have to wait too (clients such as kafkajs send their heartbeats
/// and commits over the same connection).
final class FetchApi implements Handler {
    private static final int RESPONSE_BYTES_MAX = 55 << 20; // Kafka's fetch.max.bytes of the broker
    private static final int WAIT_MILLIS_MAX = 5 * 60_000;

    private final Broker broker;
    private final FetchSessions sessions;
    private final InstantSource clock;

    FetchApi(Broker broker, FetchSessions sessions, InstantSource clock) {
        this.broker = broker;
        this.sessions = sessions;
        this.clock = clock;
    }

    @Override
    public Answer handle(Request request) {
        return new Answer.Turn(() -> fetch((FetchRequest) request.body(), request.bell()));
    }

    private Reply fetch(FetchRequest request, Doorbell bell) throws InterruptedException {
        boolean byTopicId = FetchSessions.isByTopicId(request);
        var context = sessions.open(request.data(), byTopicId, clock.millis());
        return switch (context) {
            case Failed(var error) -> Reply.of(FetchResponse.of(new FetchResponseData().setErrorCode(error.code())));
            case Full(var wanted) -> full(poll(request, wanted, bell), FetchMetadata.INVALID_SESSION_ID);
            case First(var wanted) -> {
                var read = poll(request, wanted, bell);
                var session = sessions.create(wanted, byTopicId, clock.millis());
                session.ifPresent(s -> read.results().forEach(r -> s.tell(r.wanted(), r.found())));
                yield full(read, session.map(FetchSession::id).orElse(FetchMetadata.INVALID_SESSION_ID));
            }
            case Incremental(var session) -> news(poll(request, session.wanted(), bell), session);
        };
    }

    // ---- reading and waiting

    /// Reads until there is enough, or time is up, or somebody is told at once that something is wrong.
    private FetchRead poll(FetchRequest request, List<Wanted> wanted, Doorbell bell) throws InterruptedException {
        boolean committed = PositionApi.isCommitted(request.data().isolationLevel());
        int bytesMax = Math.min(request.maxBytes(), RESPONSE_BYTES_MAX);
        int bytesMin = Math.min(request.minBytes(), bytesMax);
        long deadline = clock.millis() + Math.min(request.maxWait(), WAIT_MILLIS_MAX);
        while (true) {
            var read = FetchRead.of(broker, wanted, FetchSessions.isByTopicId(request), committed, bytesMax);
            long left = deadline - clock.millis();
            if (wanted.isEmpty() || read.isUrgent() || read.bytes() >= bytesMin || left <= 0 || bell.mayNotWait())
                return counted(read);
            read.close();
            awaitNews(read, committed, bell, left);
        }
    }

    /// What the client is given is counted where it comes from.
    private static FetchRead counted(FetchRead read) {
        for (var result : read.results())
            result.partition()
                    .ifPresent(partition -> partition
                            .log()
                            .countFetched(result.found().records().sizeInBytes()));
        return read;
    }

    private static void awaitNews(FetchRead read, boolean committed, Doorbell bell, long millis)
            throws InterruptedException {
        var watches = new ArrayList<PartitionLog.Watch>();
        bell.reset();
        try {
            for (var result : read.results()) {
                if (result.partition().isEmpty()) continue;
                var log = result.partition().get().log();
                var found = result.found();
                watches.add(
                        committed
                                ? log.watchStable(found.lastStableOffset(), bell::ring)
                                : log.watch(found.highWatermark(), bell::ring));
            }
            bell.await(millis);
        } finally {
            watches.forEach(PartitionLog.Watch::close);
        }
    }

    // ---- the response

    private static Reply full(FetchRead read, int sessionId) {
        var data = new FetchResponseData().setSessionId(sessionId);
        for (var result : read.results()) add(data, result.wanted(), result.found());
        return new Reply(FetchResponse.of(data), read::close);
    }

    private static Reply news(FetchRead read, FetchSession session) {
        var data = new FetchResponseData().setSessionId(session.id());
        for (var result : read.results()) {
            if (session.tell(result.wanted(), result.found())) add(data, result.wanted(), result.found());
        }
        return new Reply(FetchResponse.of(data), read::close);
    }

    /// Partitions of one topic that follow each other share its entry.
    private static void add(FetchResponseData data, Wanted wanted, PartitionData found) {
        var key = wanted.key();
        var topics = data.responses();
        var last = topics.isEmpty() ? null : topics.getLast();
        if (last == null || !last.topic().equals(key.topic()) || !last.topicId().equals(key.topicId())) {
            last = new FetchableTopicResponse().setTopic(key.topic()).setTopicId(key.topicId());
            topics.add(last);
        }
        last.partitions().add(found);
    }
}
