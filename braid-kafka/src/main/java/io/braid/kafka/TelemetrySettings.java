package io.braid.kafka;

import io.braid.kafka.KafkaListener.CoordinatorSetting;
import io.braid.log.InvalidConfig;
import io.braid.log.Problems.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What may be set about metrics that clients push (KIP-714), by Kafka's name and with Kafka's
/// default.
final class TelemetrySettings {
    private static final String MAX_BYTES = "telemetry.max.bytes";
    private static final String PREFIX = "telemetry.";
    private static final int BYTES_DEFAULT = 1 << 20;

    static final List<CoordinatorSetting> ROWS = List.of(new CoordinatorSetting(
            MAX_BYTES,
            "number",
            String.valueOf(BYTES_DEFAULT),
            "The most bytes of metrics that a client may push at once, compressed and decompressed."));

    private final int bytesMax;

    /// @throws InvalidConfig these cannot be used; it has all that is wrong
    TelemetrySettings(Map<String, String> asked) {
        var problems = new ArrayList<Problem>();
        new TreeMap<>(asked).forEach((name, value) -> {
            if (!name.equals(MAX_BYTES)) problems.add(new Problem(name, value, "is not a setting of telemetry"));
            else if (!isSize(value))
                problems.add(new Problem(name, value, "must be a number from 1 to " + Integer.MAX_VALUE));
        });
        if (!problems.isEmpty()) throw new InvalidConfig(problems);
        bytesMax = asked.containsKey(MAX_BYTES)
                ? Integer.parseInt(asked.get(MAX_BYTES).strip())
                : BYTES_DEFAULT;
    }

    static boolean has(String name) {
        return name.startsWith(PREFIX);
    }

    private static boolean isSize(String value) {
        try {
            return Integer.parseInt(value.strip()) >= 1;
        } catch (NumberFormatException _) {
            return false;
        }
    }

    /// The most bytes of metrics that a client may push at once.
    int bytesMax() {
        return bytesMax;
    }
}
