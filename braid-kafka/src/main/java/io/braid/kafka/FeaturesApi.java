package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.kafka.Features.Feature;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.apache.kafka.common.requests.UpdateFeaturesRequest.FeatureUpdateItem;
import org.apache.kafka.common.requests.UpdateFeaturesResponse;

/// UpdateFeatures: levels go up and down, as `kafka-features.sh upgrade`, `downgrade` and `disable` ask. A level is
/// deleted by setting 0. What is refused, and in which words, is Kafka 4.4's `FeatureControlManager`'s; for none of the
/// features here does that tell a safe downgrade from an unsafe one. What is KRaft's own (`metadata.version`,
/// `kraft.version`) is not there.
final class FeaturesApi {
    private static final System.Logger LOG = System.getLogger(FeaturesApi.class.getName());

    private final Broker broker;
    private final int nodeId;

    FeaturesApi(Broker broker, int nodeId) {
        this.broker = broker;
        this.nodeId = nodeId;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.UPDATE_FEATURES, 0, 2, this::update);
    }

    /// The first fault refuses all.
    private Answer update(Request request) {
        var body = (UpdateFeaturesRequest) request.body();
        var updates = body.featureUpdates();
        var names = new HashSet<String>();
        for (var update : updates) names.add(update.feature());
        return told(names, updated(updates, body.data().validateOnly()));
    }

    private static Answer told(Set<String> names, ApiError error) {
        return Answer.of(UpdateFeaturesResponse.createWithErrors(error, names, 0));
    }

    private ApiError updated(Collection<FeatureUpdateItem> updates, boolean validateOnly) {
        try {
            if (validateOnly) after(broker.features().set(), updates);
            else {
                broker.setFeatures(before -> after(before, updates));
                LOG.log(
                        Level.INFO,
                        "levels of features set: {0}",
                        broker.features().set());
            }
            return ApiError.NONE;
        } catch (InvalidUpdateVersionException e) {
            return new ApiError(
                    Errors.INVALID_UPDATE_VERSION,
                    "The update failed for all features since the following feature had an error: " + e.getMessage());
        } catch (IOException e) {
            return new ApiError(
                    Errors.KAFKA_STORAGE_ERROR,
                    "the storage failed, nobody can say yet whether it was done: " + e.getMessage());
        }
    }

    private Map<String, Integer> after(Map<String, Integer> before, Collection<FeatureUpdateItem> updates) {
        var after = new HashMap<>(before);
        for (var update : updates) {
            fault(before, update).ifPresent(fault -> {
                throw new InvalidUpdateVersionException("Invalid update version %d for feature %s. %s"
                        .formatted(update.versionLevel(), update.feature(), fault));
            });
            after.put(update.feature(), (int) update.versionLevel());
        }
        return after;
    }

    private Optional<String> fault(Map<String, Integer> before, FeatureUpdateItem update) {
        int asked = update.versionLevel();
        if (update.upgradeType() == UpgradeType.UNKNOWN)
            return Optional.of("The controller does not support the given upgrade type.");
        if (asked < 0) return Optional.of("A feature version cannot be less than 0.");
        var found = Feature.of(update.feature());
        if (found.isEmpty()) return Optional.of("Local controller %d does not support this feature.".formatted(nodeId));
        var feature = found.get();
        if (asked > feature.newest)
            return Optional.of("Local controller %d only supports versions 0-%d".formatted(nodeId, feature.newest));
        int now = feature.level(before);
        if (asked < now && update.upgradeType() == UpgradeType.UPGRADE)
            return Optional.of("Can't downgrade the version of this feature without setting the upgrade type to"
                    + " either safe or unsafe downgrade.");
        if (asked > now && update.upgradeType() != UpgradeType.UPGRADE)
            return Optional.of("Can't downgrade to a newer version.");
        return Optional.empty();
    }
}
