package io.braid.server;

import io.braid.broker.LogSettings;
import io.braid.broker.ServerName;
import io.braid.broker.StreamSettings;
import io.braid.kafka.KafkaListener;
import java.util.Map;
import java.util.Optional;

/// By which of Kafka's names settings can be changed while the server runs, as settings of a broker
/// (`kafka-configs.sh`). What is set so goes before the configuration.
public final class LiveNames {
    private static final Map<Setting<?>, String> OURS = Map.of(
            Settings.KAFKA_CONNECTIONS_MAX,
            KafkaListener.CONNECTIONS_MAX,
            Settings.LOG_PRODUCER_MILLIS,
            LogSettings.PRODUCER_MILLIS,
            Settings.LOG_COMPACTION_BYTES_PER_SECOND,
            LogSettings.COMPACTION_RATE,
            Settings.LOG_COMPACTION_KEY_BYTES,
            LogSettings.COMPACTION_KEYS);

    private LiveNames() {}

    /// Empty if a setting stays as it is until the server is started again.
    public static Optional<String> of(Setting<?> setting) {
        var key = setting.key();
        if (OURS.containsKey(setting)) return Optional.of(OURS.get(setting));
        if (OURS.containsValue(key) || KafkaListener.isChangedWhileItRuns(key)) return Optional.of(key);
        var ofStreams = key.startsWith(Settings.STREAM_PREFIX)
                ? Optional.of(key.substring(Settings.STREAM_PREFIX.length()))
                : ServerName.changeable(key);
        return ofStreams
                .filter(StreamSettings::hasChoice)
                .map(ServerName::of)
                .filter(name -> ServerName.changeable(name).isPresent());
    }
}
