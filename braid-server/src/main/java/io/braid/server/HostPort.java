package io.braid.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// A place to listen on or to connect to, written `host:port`; an IPv6 address stands in brackets.
///
/// @param host a name or an address, without brackets
/// @param port 0 to 65535; 0 takes a free one
public record HostPort(String host, int port) {
    private static final int PORT_LAST = 65_535;

    public HostPort {
        if (host.isBlank()) throw new IllegalArgumentException("must name a host, as in 127.0.0.1:" + port);
        if (port < 0 || port > PORT_LAST) {
            throw new IllegalArgumentException("port %d must be from 0 to %d".formatted(port, PORT_LAST));
        }
    }

    /// @throws IllegalArgumentException the text is not of this form; the message completes "it …"
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) throw new IllegalArgumentException("must be HOST:PORT, as in 127.0.0.1:9092");
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        try {
            return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(
                    "must end with a port from 0 to %d, as in 127.0.0.1:9092".formatted(PORT_LAST));
        }
    }

    public static HostPort of(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    /// Whether only programs on this machine can reach it. A name is looked up; one that nobody knows is not.
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
