package io.braid.kafka;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKeyCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKeyCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;

/// What is served here: the first thing every client asks.
final class VersionsApi implements Handler {
    /// The consumer groups of KIP-848 and the streams groups of KIP-1071 are there, and share groups (KIP-932) that
    /// may keep what they cannot deliver (KIP-1191); each transaction has an epoch of its own (KIP-890).
    static final Map<String, Short> FEATURES = Map.of(
            "group.version",
            (short) 1,
            "share.version",
            (short) 2,
            "streams.version",
            (short) 1,
            "transaction.version",
            (short) 2);

    private final Handlers handlers;
    private final String clusterId;
    private final int nodeId;

    VersionsApi(Handlers handlers, String clusterId, int nodeId) {
        this.handlers = handlers;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
    }

    /// A version that is not known is answered in version 0, with what is known of ApiVersions itself (KIP-511),
    /// so that the client can ask again.
    @Override
    public Answer handle(Request request) {
        var body = (ApiVersionsRequest) request.body();
        if (body.hasUnsupportedRequestVersion())
            return Answer.of(body.getErrorResponse(0, Errors.UNSUPPORTED_VERSION.exception()));
        if (!body.isValid()) return Answer.of(body.getErrorResponse(0, Errors.INVALID_REQUEST.exception()));
        if (isMeantForAnother(body))
            return Answer.of(body.getErrorResponse(0, Errors.REBOOTSTRAP_REQUIRED.exception()));
        return Answer.of(new ApiVersionsResponse(new ApiVersionsResponseData()
                .setApiKeys(handlers.versions())
                .setSupportedFeatures(supported())
                .setFinalizedFeaturesEpoch(0)
                .setFinalizedFeatures(finalised())));
    }

    /// Whether the client wanted another cluster, whose address this has become (KIP-1242).
    private boolean isMeantForAnother(ApiVersionsRequest body) {
        var cluster = body.data().clusterId();
        int node = body.data().nodeId();
        if (cluster == null || node < 0) return false;
        return !cluster.equals(clusterId) || node != nodeId;
    }

    private static SupportedFeatureKeyCollection supported() {
        var features = new SupportedFeatureKeyCollection();
        FEATURES.forEach((name, level) -> features.add(
                new SupportedFeatureKey().setName(name).setMinVersion((short) 0).setMaxVersion(level)));
        return features;
    }

    /// The level of a feature, as it comes with this release; empty if there is no such feature.
    static Optional<Short> level(String feature) {
        return Optional.ofNullable(finalised().find(feature)).map(FinalizedFeatureKey::maxVersionLevel);
    }

    private static FinalizedFeatureKeyCollection finalised() {
        var features = new FinalizedFeatureKeyCollection();
        FEATURES.forEach((name, level) -> features.add(new FinalizedFeatureKey()
                .setName(name)
                .setMinVersionLevel(level)
                .setMaxVersionLevel(level)));
        return features;
    }
}
