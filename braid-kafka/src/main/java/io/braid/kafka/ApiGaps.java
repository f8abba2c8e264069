package io.braid.kafka;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;

/// What a stock Kafka broker advertises and this listener does not, or not in all versions, and why: nothing at this
/// time. A test holds it to be complete and without what is served meanwhile; `docs/kafka-compatibility.md` is made
/// from it.
final class ApiGaps {
    private static final Map<ApiKeys, String> REASONS = Map.of();

    private ApiGaps() {}

    /// Why this API, or some of its versions, are missing here; empty if Kafka has nothing more to offer.
    static Optional<String> reason(ApiKeys api) {
        return Optional.ofNullable(REASONS.get(api));
    }
}
