package io.braid.aws;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.EventStream;
import io.braid.aws.wire.Events;
import io.braid.aws.wire.Protocol;
import io.braid.log.TierException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Answers that go on: runs them, and ends them when the client is gone. They hold no permit of a request; how many
/// there may be is for their services to say. The request's thread.
///
/// Over HTTP/2 a client that resets the stream or closes the connection is noticed at once, over HTTP/1.1 when the
/// next event is written.
record EventAnswers(RequestCounts counts) {
    private static final System.Logger LOG = System.getLogger(EventAnswers.class.getName());

    void send(ServerRequest request, ServerResponse response, Protocol protocol, Events events) {
        response.header(HeaderNames.CONTENT_TYPE, EventStream.CONTENT_TYPE);
        try (events;
                var _ = Http2Peer.whenGone(request, events::end);
                var body = response.outputStream()) {
            send(new EventStream(protocol, body), events);
        } catch (EventStream.Abandoned e) {
            throw new CloseConnectionException("a subscriber is gone", e); // over HTTP/2 the stream only
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the connection's end
        }
    }

    private void send(EventStream stream, Events events) throws EventStream.Abandoned {
        try {
            events.sendTo(stream);
        } catch (EventStream.Abandoned e) {
            throw e;
        } catch (AwsFault fault) {
            last(stream, fault);
        } catch (TierException _) {
            last(stream, AwsFault.internal()); // of old records; the client may try again
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "stream of events failed", e);
            last(stream, AwsFault.internal());
        }
    }

    private void last(EventStream stream, AwsFault fault) throws EventStream.Abandoned {
        counts.fault(fault.type());
        stream.exception(fault);
    }
}
