package io.braid.aws;

import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.http.ServerRequest;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.util.Optional;

/// The client of an HTTP/2 connection, who also knows which of its streams are under way: a request shows its handler
/// nothing else of the connection.
record Http2Peer(PeerInfo whole, Http2Streams streams) implements PeerInfo {
    /// Runs `gone` once, on any thread, when the client of this request has given it up, if its protocol tells.
    static Http2Streams.Watch whenGone(ServerRequest request, Runnable gone) {
        return request.remotePeer() instanceof Http2Peer peer ? peer.streams().whenGone(request.id(), gone) : () -> {};
    }

    @Override
    public SocketAddress address() {
        return whole.address();
    }

    @Override
    public String host() {
        return whole.host();
    }

    @Override
    public int port() {
        return whole.port();
    }

    @Override
    public Optional<Principal> tlsPrincipal() {
        return whole.tlsPrincipal();
    }

    @Override
    public Optional<Certificate[]> tlsCertificates() {
        return whole.tlsCertificates();
    }
}
