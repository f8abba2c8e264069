package io.braid.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ShareRequestMetadata;

/// What members of share groups read, so that requests name only what changes (KIP-932). A session begins with the
/// first fetch of a member and ends with its last, or with the connection it came over: then the member's records
/// go back to its group. Any thread; the lock is held shortly.
final class ShareSessions {
    static final int PARTITIONS_MAX = 20_000; // of one session

    /// @param member chosen by the client, unlike anybody else's
    record Key(String group, String member) {}

    record Part(Uuid topic, int partition) {}

    private static final class Session {
        private final String connection;
        private final SequencedMap<Part, Boolean> parts = new LinkedHashMap<>(); // and whether to be told at any rate
        private int epoch = ShareRequestMetadata.nextEpoch(ShareRequestMetadata.INITIAL_EPOCH);

        Session(String connection) {
            this.connection = connection;
        }
    }

    /// What one request reads.
    ///
    /// @param epoch what the request said
    /// @param parts of the session, in its order
    record Opened(Key key, int epoch, List<Part> parts) {
        boolean isFirst() {
            return epoch == ShareRequestMetadata.INITIAL_EPOCH;
        }

        boolean isLast() {
            return epoch == ShareRequestMetadata.FINAL_EPOCH;
        }
    }

    private final int max;
    private final Map<Key, Session> sessions = new HashMap<>();

    /// @param max how many there may be
    ShareSessions(int max) {
        this.max = max;
    }

    /// Finds the session of a fetch, or begins it, and takes up what changes. A last request finds it and leaves it:
    /// it is ended by [#end].
    ///
    /// @param connection over which the request came
    /// @throws org.apache.kafka.common.errors.ApiException there is none, there cannot be one more, or the request
    ///     is not the next of the session
    synchronized Opened open(Key key, int epoch, String connection, Collection<Part> added, Collection<Part> dropped) {
        if (epoch == ShareRequestMetadata.INITIAL_EPOCH) return begin(key, connection, added);
        var session = find(key);
        if (epoch == ShareRequestMetadata.FINAL_EPOCH)
            return new Opened(key, epoch, List.copyOf(session.parts.keySet()));
        advance(session, epoch);
        for (var part : added) session.parts.putIfAbsent(part, true);
        for (var part : dropped) session.parts.remove(part);
        if (session.parts.size() > PARTITIONS_MAX) {
            sessions.remove(key);
            throw Errors.SHARE_SESSION_LIMIT_REACHED.exception();
        }
        return new Opened(key, epoch, List.copyOf(session.parts.keySet()));
    }

    private Opened begin(Key key, String connection, Collection<Part> added) {
        sessions.remove(key);
        if (sessions.size() >= max || added.size() > PARTITIONS_MAX)
            throw Errors.SHARE_SESSION_LIMIT_REACHED.exception();
        var session = new Session(connection);
        for (var part : added) session.parts.put(part, false);
        sessions.put(key, session);
        return new Opened(key, ShareRequestMetadata.INITIAL_EPOCH, List.copyOf(session.parts.keySet()));
    }

    /// The same for a request that only acknowledges: it can end a session, but not begin one.
    synchronized Opened acknowledge(Key key, int epoch) {
        if (epoch == ShareRequestMetadata.INITIAL_EPOCH) throw Errors.INVALID_SHARE_SESSION_EPOCH.exception();
        var session = find(key);
        if (epoch != ShareRequestMetadata.FINAL_EPOCH) advance(session, epoch);
        return new Opened(key, epoch, List.copyOf(session.parts.keySet()));
    }

    private Session find(Key key) {
        return Optional.ofNullable(sessions.get(key)).orElseThrow(Errors.SHARE_SESSION_NOT_FOUND::exception);
    }

    private static void advance(Session session, int epoch) {
        if (session.epoch != epoch) throw Errors.INVALID_SHARE_SESSION_EPOCH.exception();
        session.epoch = ShareRequestMetadata.nextEpoch(epoch);
    }

    /// Whether to tell a client of a partition: there are records, something is wrong or no longer is, or it has not
    /// heard of it yet.
    synchronized boolean tell(Opened opened, Part part, boolean hasRecords, boolean hasError) {
        if (opened.isFirst() || opened.isLast()) return true;
        var session = sessions.get(opened.key());
        if (session == null || !session.parts.containsKey(part)) return true;
        boolean due = session.parts.put(part, hasError);
        return due || hasRecords || hasError;
    }

    /// Ends a session. Answers the partitions it had; none if there was no such session.
    synchronized List<Part> end(Key key) {
        var session = sessions.remove(key);
        return session == null ? List.of() : List.copyOf(session.parts.keySet());
    }

    synchronized void endAll() {
        sessions.clear();
    }

    /// Whose sessions came over a connection.
    synchronized List<Key> of(String connection) {
        var found = new ArrayList<Key>();
        sessions.forEach((key, session) -> {
            if (session.connection.equals(connection)) found.add(key);
        });
        return found;
    }

    synchronized boolean has(String group) {
        return sessions.keySet().stream().anyMatch(key -> key.group().equals(group));
    }
}
