package io.braid.kafka;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;

/// What a stock Kafka broker advertises and this listener does not, or not in all versions, and why. A test holds
/// it to be complete and without what is served meanwhile; `docs/kafka-compatibility.md` is made from it.
final class ApiGaps {
    private static final Map<ApiKeys, String> REASONS = new EnumMap<>(ApiKeys.class);

    static {
        because(
                "share groups (KIP-932) are not in this release; `share.version` is not among the features, so"
                        + " clients know before they ask",
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                ApiKeys.SHARE_GROUP_DESCRIBE,
                ApiKeys.SHARE_FETCH,
                ApiKeys.SHARE_ACKNOWLEDGE,
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
                ApiKeys.DELETE_SHARE_GROUP_OFFSETS);
        because(
                "what brokers ask each other about share groups; there is one broker, and no share groups",
                ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                ApiKeys.READ_SHARE_GROUP_STATE,
                ApiKeys.WRITE_SHARE_GROUP_STATE,
                ApiKeys.DELETE_SHARE_GROUP_STATE,
                ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY);
    }

    private ApiGaps() {}

    private static void because(String reason, ApiKeys... apis) {
        for (var api : List.of(apis)) REASONS.put(api, reason);
    }

    /// Why this API, or some of its versions, are missing here; empty if Kafka has nothing more to offer.
    static Optional<String> reason(ApiKeys api) {
        return Optional.ofNullable(REASONS.get(api));
    }
}
