package io.braid.kafka;

import io.braid.kafka.FetchSession.Wanted;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;

/// All fetch sessions, the one that was used longest ago first. Any thread; the lock guards the map and the
/// random numbers, and is held shortly.
///
/// A consumer that gets no session because too many are in use fetches without one: it then names all its
/// partitions each time, which costs it some bytes and nothing else.
final class FetchSessions {
    static final int SESSIONS_MAX = 1_000; // Kafka's max.incremental.fetch.session.cache.slots
    static final int PARTITIONS_MAX = 20_000; // of one session
    /// A session not used for this long gives way to a new one, as with Kafka.
    static final long UNUSED_MILLIS = 120_000;

    /// What a request is about, once its session is known.
    sealed interface Context {}

    /// All partitions are named in the request, and all are answered.
    record Full(List<Wanted> wanted) implements Context {}

    /// The same, and the client wants a session for the next time.
    record First(List<Wanted> wanted) implements Context {}

    /// The session knows; only news is answered.
    record Incremental(FetchSession session) implements Context {}

    record Failed(Errors error) implements Context {}

    private record Used(FetchSession session, long millis) {}

    private final RandomGenerator random;
    private final SequencedMap<Integer, Used> sessions = new LinkedHashMap<>();

    FetchSessions(RandomGenerator random) {
        this.random = random;
    }

    /// Finds a request's session and takes up its changes.
    Context open(FetchRequestData request, boolean byTopicId, long nowMillis) {
        int id = request.sessionId();
        int epoch = request.sessionEpoch();
        if (epoch == FetchMetadata.FINAL_EPOCH || epoch == FetchMetadata.INITIAL_EPOCH) {
            if (id != FetchMetadata.INVALID_SESSION_ID) forget(id);
            var wanted = FetchSession.wanted(request.topics());
            return epoch == FetchMetadata.INITIAL_EPOCH ? new First(wanted) : new Full(wanted);
        }
        var found = use(id, nowMillis);
        if (found.isEmpty()) return new Failed(Errors.FETCH_SESSION_ID_NOT_FOUND);
        var session = found.get();
        if (session.isByTopicId() != byTopicId) return new Failed(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        if (!session.advance(epoch, request.topics(), request.forgottenTopicsData()))
            return new Failed(Errors.INVALID_FETCH_SESSION_EPOCH);
        if (session.wanted().size() > PARTITIONS_MAX) {
            forget(id);
            return new Failed(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        return new Incremental(session);
    }

    /// A session for the partitions of a first request; empty if there is no room.
    synchronized Optional<FetchSession> create(List<Wanted> wanted, boolean byTopicId, long nowMillis) {
        if (wanted.size() > PARTITIONS_MAX || !hasRoom(nowMillis)) return Optional.empty();
        int id;
        do id = random.nextInt(1, Integer.MAX_VALUE);
        while (sessions.containsKey(id));
        var session = new FetchSession(id, byTopicId, wanted);
        sessions.put(id, new Used(session, nowMillis));
        return Optional.of(session);
    }

    private boolean hasRoom(long nowMillis) {
        if (sessions.size() < SESSIONS_MAX) return true;
        if (nowMillis - sessions.firstEntry().getValue().millis() < UNUSED_MILLIS) return false;
        sessions.pollFirstEntry();
        return true;
    }

    private synchronized Optional<FetchSession> use(int id, long nowMillis) {
        var used = sessions.remove(id);
        if (used == null) return Optional.empty();
        sessions.putLast(id, new Used(used.session(), nowMillis));
        return Optional.of(used.session());
    }

    private synchronized void forget(int id) {
        sessions.remove(id);
    }

    /// Whether clients of this version name topics by their ids.
    static boolean isByTopicId(FetchRequest request) {
        return request.version() >= 13;
    }
}
