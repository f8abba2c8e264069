package io.braid.aws;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/// HTTP/2 for clients that say goodbye before they have their answers.
///
/// A client that sends GOAWAY opens no more streams, and still waits for those it has opened; the AWS SDK for
/// JavaScript does it on every request, as soon as the answer's headers have come. Helidon 4.5 closes the connection
/// on a GOAWAY, and an answer whose headers were out and whose body was not arrives empty: it looks like an empty
/// success. So Helidon does not get to see these frames; the client closes the connection when it has everything, or
/// the idle timeout does. [ClientFrames] says what else is kept from it, and [ServerFrames] logs when and why it
/// still ends a connection.
record PatientHttp2(ServerConnectionSelector http2) implements ServerConnectionSelector {
    @Override
    public int bytesToIdentifyConnection() {
        return http2.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http2.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http2.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        var streams = new Http2Streams();
        var peer = context.remotePeer();
        var connection = http2.connection(new Filtered(
                context,
                ClientFrames.of(context.dataReader(), streams),
                new ServerFrames(context.dataWriter(), streams, peer.host() + ":" + peer.port()),
                new Http2Peer(peer, streams)));
        return new Watched(connection, streams);
    }

    /// Tells those who stream answers when the connection is over. It is not idle while such an answer is
    /// under way; Helidon counts from the last request.
    private record Watched(ServerConnection whole, Http2Streams streams)
            implements ServerConnection, InterruptableTask<Void> {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                whole.handle(limit);
            } finally {
                streams.close();
            }
        }

        /// Asked when the server stops: a connection without requests ends at once.
        @Override
        public boolean canInterrupt() {
            return whole instanceof InterruptableTask<?> task && task.canInterrupt();
        }

        @Override
        public Duration idleTime() {
            return streams.isWatched() ? Duration.ZERO : whole.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            whole.close(interrupt);
        }
    }

    /// The connection as it is, with another reader, writer and peer.
    private record Filtered(ConnectionContext whole, DataReader dataReader, DataWriter dataWriter, PeerInfo remotePeer)
            implements ConnectionContext {
        @Override
        public ListenerContext listenerContext() {
            return whole.listenerContext();
        }

        @Override
        public ExecutorService executor() {
            return whole.executor();
        }

        @Override
        public Router router() {
            return whole.router();
        }

        @Override
        public Optional<ProxyProtocolData> proxyProtocolData() {
            return whole.proxyProtocolData();
        }

        @Override
        public HelidonSocket serverSocket() {
            return whole.serverSocket();
        }

        @Override
        public PeerInfo localPeer() {
            return whole.localPeer();
        }

        @Override
        public boolean isSecure() {
            return whole.isSecure();
        }

        @Override
        public String socketId() {
            return whole.socketId();
        }

        @Override
        public String childSocketId() {
            return whole.childSocketId();
        }
    }
}
