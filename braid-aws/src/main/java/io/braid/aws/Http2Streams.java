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
        return open.remove(stream) == null;
    }

    /// Whether the client never opened this stream.
    boolean isIdle(int stream) {
        return stream > newest;
    }
}
