package io.braid.aws;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Protocol;
import io.braid.aws.wire.WireReader;
import io.braid.aws.wire.WireWriter;
import io.braid.aws.wire.XmlWriter;
import java.util.Optional;

/// One request and its answer, as far as they depend on the protocol. One thread.
final class Exchange {
    /// What a request without a body says in Smithy RPC v2: an empty map.
    private static final byte[] NO_MEMBERS = {(byte) 0xa0};

    private final String id;
    private final Optional<Protocol> spoken;
    private Routes.Asked asked;

    /// @param id     of the request
    /// @param spoken in what it is written; empty if that is nothing known
    Exchange(String id, Routes.Asked asked, Optional<Protocol> spoken) {
        this.id = id;
        this.asked = asked;
        this.spoken = spoken;
    }

    /// What the request was found to be for when its body was read.
    void route(Routes.Asked found) {
        asked = found;
    }

    /// Empty if the service does not speak it.
    Optional<Protocol> protocol() {
        if (spoken.isEmpty() || asked.service().isEmpty()) return spoken;
        return asked.service().get().protocols().contains(spoken.get()) ? spoken : Optional.empty();
    }

    WireReader reader(byte[] body) {
        var protocol = spoken.orElseThrow();
        return protocol.reader(body.length == 0 && protocol == Protocol.RPC_CBOR ? NO_MEMBERS : body);
    }

    /// @throws AwsFault there is none of that name
    Operation operation() {
        return asked.operation().orElseThrow(asked::unknown);
    }

    String inMetrics() {
        return asked.inMetrics();
    }

    /// The answer with what its protocol puts around it.
    WireWriter whole(WireWriter answer) {
        return answer instanceof XmlWriter xml ? xml.envelope(namespace(), asked.name(), id) : answer;
    }

    WireWriter fault(AwsFault fault) {
        var protocol = protocol().orElse(Protocol.JSON);
        if (protocol == Protocol.QUERY) return XmlWriter.fault(fault, namespace(), id);
        var answer = protocol.writer();
        fault.writeTo(answer);
        return answer;
    }

    private String namespace() {
        return asked.service()
                .flatMap(Service::query)
                .map(Service.Query::namespace)
                .orElse("");
    }
}
