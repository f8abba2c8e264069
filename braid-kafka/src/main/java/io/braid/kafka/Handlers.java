package io.braid.kafka;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/// Who serves what. ApiVersions is made from this table, so what is advertised is what is served.
///
/// Filled by one thread before the listener opens, then read by all.
final class Handlers {
    private record Entry(int min, int max, Handler handler) {}

    private final Map<ApiKeys, Entry> entries = new EnumMap<>(ApiKeys.class);

    /// Serves versions `[min, max]` of an API.
    Handlers serve(ApiKeys api, int min, int max, Handler handler) {
        if (min < api.oldestVersion() || max > api.latestVersion() || min > max)
            throw new IllegalArgumentException("%s versions %d to %d: the library knows %d to %d"
                    .formatted(api, min, max, api.oldestVersion(), api.latestVersion()));
        if (entries.put(api, new Entry(min, max, handler)) != null)
            throw new IllegalArgumentException(api + " is served already");
        return this;
    }

    /// Who serves this version of this API; empty if nobody does.
    Optional<Handler> of(ApiKeys api, short version) {
        var entry = entries.get(api);
        if (entry == null || version < entry.min || version > entry.max) return Optional.empty();
        return Optional.of(entry.handler);
    }

    /// What ApiVersions says.
    ApiVersionCollection versions() {
        var versions = new ApiVersionCollection();
        entries.forEach((api, entry) -> versions.add(new ApiVersion()
                .setApiKey(api.id)
                .setMinVersion((short) advertisedMin(api, entry))
                .setMaxVersion((short) entry.max)));
        return versions;
    }

    /// Kafka says that it takes Produce from version 0 although it takes it from 3 only, because librdkafka
    /// decides by that what compression codecs there are (KAFKA-18659).
    private static int advertisedMin(ApiKeys api, Entry entry) {
        return api == ApiKeys.PRODUCE ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION : entry.min;
    }
}
