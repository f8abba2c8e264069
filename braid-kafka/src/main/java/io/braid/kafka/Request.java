package io.braid.kafka;

import java.net.InetSocketAddress;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;

/// One request as it came in.
///
/// @param context who asks for what, in which version; `context.header` has the correlation id and client id
/// @param body    parsed; its records, if any, still lie where the socket put them
/// @param local   the address of ours by which the client came in
/// @param bell    what the connection's writer thread waits on in a long poll
record Request(RequestContext context, AbstractRequest body, InetSocketAddress local, Doorbell bell) {
    short version() {
        return context.apiVersion();
    }
}
