package io.braid.kafka;

import java.util.Map;
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
    /// The first version whose clients take a feature that may be at level 0. To others none of ours is told, as
    /// with Kafka.
    private static final int KNOWS_LEVEL_0 = 4;

    private final Handlers handlers;
    private final Features features;
    private final String clusterId;
    private final int nodeId;

    VersionsApi(Handlers handlers, Features features, String clusterId, int nodeId) {
        this.handlers = handlers;
        this.features = features;
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
        var finalised = features.finalised();
        return Answer.of(new ApiVersionsResponse(new ApiVersionsResponseData()
                .setApiKeys(handlers.versions())
                .setSupportedFeatures(supported(request.version()))
                .setFinalizedFeaturesEpoch(finalised.epoch())
                .setFinalizedFeatures(keys(finalised.levels()))));
    }

    /// Whether the client wanted another cluster, whose address this has become (KIP-1242).
    private boolean isMeantForAnother(ApiVersionsRequest body) {
        var cluster = body.data().clusterId();
        int node = body.data().nodeId();
        if (cluster == null || node < 0) return false;
        return !cluster.equals(clusterId) || node != nodeId;
    }

    private static SupportedFeatureKeyCollection supported(int version) {
        var features = new SupportedFeatureKeyCollection();
        if (version < KNOWS_LEVEL_0) return features;
        for (var feature : Features.Feature.values())
            features.add(new SupportedFeatureKey()
                    .setName(feature.key)
                    .setMinVersion((short) 0)
                    .setMaxVersion((short) feature.newest));
        return features;
    }

    private static FinalizedFeatureKeyCollection keys(Map<String, Short> levels) {
        var features = new FinalizedFeatureKeyCollection();
        levels.forEach((name, level) -> features.add(new FinalizedFeatureKey()
                .setName(name)
                .setMinVersionLevel(level)
                .setMaxVersionLevel(level)));
        return features;
    }
}
