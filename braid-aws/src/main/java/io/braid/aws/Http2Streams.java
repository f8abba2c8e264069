package io.braid.aws;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which streams of one HTTP/2 connection are under way (RFC 9113, section 5.1), as their frames show it. The
/// connection's thread tells what the client sends, any thread what the server sends; as many are remembered as
/// Helidon lets be open.
final class Http2Streams {
    private static final int CLIENT_ENDED = 1;
    private static final int SERVER_ENDED = 2;
    private static final int BOTH_ENDED = CLIENT_ENDED | SERVER_ENDED;

    private final Map<Integer, Integer> open = new ConcurrentHashMap<>();
    private final Map<Integer, Runnable> watched = new ConcurrentHashMap<>(); // of open streams
    private volatile boolean over;
    private int newest; // the connection's thread only

    /// The client sent the headers of a request, or those behind its body.
    void clientBegan(int stream) {
        if (stream <= newest) return;
        newest = stream;
        open.put(stream, 0);
    }

    void clientEnded(int stream) {
        end(stream, CLIENT_ENDED);
    }

    void serverEnded(int stream) {
        end(stream, SERVER_ENDED);
    }

    private void end(int stream, int side) {
        open.computeIfPresent(
                stream, (_, ended) -> (ended | side) == BOTH_ENDED ? null : Integer.valueOf(ended | side));
    }

    /// Either side gave the stream up. Answers whether it was over before.
    boolean reset(int stream) {
        boolean wasOver = open.remove(stream) == null;
        tell(stream);
        return wasOver;
    }

    /// The connection is over, and with it all streams.
    void close() {
        over = true;
        watched.keySet().forEach(this::tell);
    }

    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /// Runs `gone` once, on any thread, when this stream is given up or its connection ends before the server has
    /// ended it; at once if that has happened. Closing the watch forgets it.
    Watch whenGone(int stream, Runnable gone) {
        watched.put(stream, gone);
        if (over || !open.containsKey(stream)) tell(stream); // before it was watched
        return () -> watched.remove(stream);
    }

    private void tell(int stream) {
        var gone = watched.remove(stream);
        if (gone != null) gone.run();
    }

    /// Whether somebody wants to know how a stream ends.
    boolean isWatched() {
        return !watched.isEmpty();
    }

    /// Whether the client never opened this stream.
    boolean isIdle(int stream) {
        return stream > newest;
    }
}
