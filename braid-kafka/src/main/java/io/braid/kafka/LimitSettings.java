package io.braid.kafka;

import io.braid.kafka.KafkaListener.CoordinatorSetting;
import io.braid.log.InvalidConfig;
import io.braid.log.Problems.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Utils;

/// What may be set about quotas and about connections, by Kafka's names and with Kafka's defaults.
///
/// @param requests          over which time a client's bytes, request time and connections are counted
/// @param changes           over which time changes to topics are counted
/// @param perAddress        connections from one address at once, at least 0
/// @param perNamedAddress   the same of some addresses and hosts
/// @param connectionsPerSecond that the listener takes in, at least 0
record LimitSettings(
        Samples requests,
        Samples changes,
        int perAddress,
        Map<String, Integer> perNamedAddress,
        int connectionsPerSecond) {
    private static final String QUOTA_NUMBER = "quota.window.num";
    private static final String QUOTA_SECONDS = "quota.window.size.seconds";
    private static final String CHANGES_NUMBER = "controller.quota.window.num";
    private static final String CHANGES_SECONDS = "controller.quota.window.size.seconds";
    private static final String PER_ADDRESS = "max.connections.per.ip";
    static final String OVERRIDES = "max.connections.per.ip.overrides";
    private static final String CREATION_RATE = "max.connection.creation.rate";

    private static final String NONE = String.valueOf(Integer.MAX_VALUE);
    private static final int SECONDS_MAX = 3_600;
    /// Each is kept for each of ten thousand payers.
    private static final int SAMPLES_MAX = 100;

    static final List<CoordinatorSetting> ROWS = List.of(
            new CoordinatorSetting(
                    CHANGES_NUMBER,
                    "number",
                    "11",
                    "Who has a quota of changes to topics may use up what it allows in so many windows at once."),
            new CoordinatorSetting(
                    CHANGES_SECONDS,
                    "number",
                    "1",
                    "How long such a window is, in seconds, 1 to %d.".formatted(SECONDS_MAX)),
            new CoordinatorSetting(
                    CREATION_RATE,
                    "number",
                    NONE,
                    "Kafka connections that are taken in each second; further ones wait to be accepted."),
            new CoordinatorSetting(
                    PER_ADDRESS,
                    "number",
                    NONE,
                    "Kafka connections from one address at once; a further one is closed at once. 0 with"
                            + " `%s` only.".formatted(OVERRIDES)),
            new CoordinatorSetting(
                    OVERRIDES,
                    "list",
                    "",
                    "The same of some addresses or hosts by themselves: `127.0.0.1:200,builder:50`."),
            new CoordinatorSetting(
                    QUOTA_NUMBER,
                    "number",
                    "11",
                    "Over how many windows a client's bytes, request time and connections are counted, 1 to %d."
                            .formatted(SAMPLES_MAX)),
            new CoordinatorSetting(
                    QUOTA_SECONDS,
                    "number",
                    "1",
                    "How long such a window is, in seconds, 1 to %d.".formatted(SECONDS_MAX)));

    static final LimitSettings DEFAULT = of(Map.of());

    /// Windows of time that follow each other.
    ///
    /// @param count  at least 1
    /// @param millis of each
    record Samples(int count, int millis) {
        static final Samples DEFAULT = new Samples(11, 1_000);

        /// Seconds whose use may be used up at once in a token bucket.
        double seconds() {
            return count * (millis / 1_000.0);
        }
    }

    /// Those that can change while the listener is open.
    static final Set<String> LIVE = Set.of(PER_ADDRESS, OVERRIDES, CREATION_RATE);

    static boolean isLive(String name) {
        return LIVE.contains(name);
    }

    static boolean has(String name) {
        return ROWS.stream().anyMatch(row -> row.name().equals(name));
    }

    /// @throws InvalidConfig these cannot be used; it has all that is wrong
    static LimitSettings of(Map<String, String> asked) {
        var values = new HashMap<String, String>();
        ROWS.forEach(row -> values.put(row.name(), row.defaultValue()));
        values.putAll(asked);
        var problems = new ArrayList<Problem>();
        new TreeMap<>(values)
                .forEach((name, value) ->
                        fault(name, values).ifPresent(rule -> problems.add(new Problem(name, value, rule))));
        if (!problems.isEmpty()) throw new InvalidConfig(problems);
        return new LimitSettings(
                new Samples(number(values.get(QUOTA_NUMBER)), 1_000 * number(values.get(QUOTA_SECONDS))),
                new Samples(number(values.get(CHANGES_NUMBER)), 1_000 * number(values.get(CHANGES_SECONDS))),
                number(values.get(PER_ADDRESS)),
                overrides(values.get(OVERRIDES)),
                number(values.get(CREATION_RATE)));
    }

    private static Optional<String> fault(String name, Map<String, String> values) {
        var value = values.get(name);
        return switch (name) {
            case QUOTA_NUMBER -> numberFault(value, 1, SAMPLES_MAX);
            case QUOTA_SECONDS, CHANGES_SECONDS -> numberFault(value, 1, SECONDS_MAX);
            case CHANGES_NUMBER -> numberFault(value, 1, Integer.MAX_VALUE);
            case CREATION_RATE -> numberFault(value, 0, Integer.MAX_VALUE);
            case PER_ADDRESS ->
                numberFault(value, 0, Integer.MAX_VALUE)
                        .or(() -> number(value) == 0 && values.get(OVERRIDES).isBlank()
                                ? Optional.of("can be 0 only if there are " + OVERRIDES)
                                : Optional.empty());
            case OVERRIDES -> overridesFault(value);
            default -> Optional.of("is not a setting of limits");
        };
    }

    private static Optional<String> numberFault(String value, int min, int max) {
        try {
            int number = number(value);
            if (number >= min && number <= max) return Optional.empty();
        } catch (NumberFormatException _) {
            // told below
        }
        return Optional.of("must be a number from %d to %d".formatted(min, max));
    }

    private static Optional<String> overridesFault(String value) {
        var rule = "must be like 127.0.0.1:200,builder:50";
        try {
            for (var host : overrides(value).keySet())
                if (!Utils.validHostPattern(host)) return Optional.of(rule + ", and " + host + " is no host");
            return overrides(value).values().stream().allMatch(count -> count >= 0)
                    ? Optional.empty()
                    : Optional.of(rule + ", with numbers of at least 0");
        } catch (IllegalArgumentException _) {
            return Optional.of(rule);
        }
    }

    /// @throws IllegalArgumentException not a list of hosts and numbers
    static Map<String, Integer> overrides(String list) {
        var overrides = new HashMap<String, Integer>();
        for (var part : list.split(",")) {
            if (part.isBlank()) continue;
            int colon = part.lastIndexOf(':'); // an address of IP version 6 has more
            if (colon < 1) throw new IllegalArgumentException(part);
            overrides.put(part.substring(0, colon).strip(), number(part.substring(colon + 1)));
        }
        return Map.copyOf(overrides);
    }

    private static int number(String text) {
        return Integer.parseInt(text.strip());
    }
}
