package io.braid.broker;

import io.braid.log.CompactionLimits;
import io.braid.log.InvalidConfig;
import io.braid.log.LiveLimits;
import io.braid.log.LogConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Limits of the log that can be changed while it is open, under the names of Kafka's servers.
public final class LogSettings {
    /// Milliseconds after which a producer that has not written is forgotten.
    public static final String PRODUCER_MILLIS = "producer.id.expiration.ms";
    /// What compaction reads and writes in a second.
    public static final String COMPACTION_RATE = "log.cleaner.io.max.bytes.per.second";
    /// Memory for keys while a partition is compacted.
    public static final String COMPACTION_KEYS = "log.cleaner.dedupe.buffer.size";

    private LogSettings() {}

    private static final Map<String, String> DOCS = Map.of(
            PRODUCER_MILLIS,
            "A producer that has not written for this many milliseconds is forgotten.",
            COMPACTION_RATE,
            "What compaction reads and writes in a second, at most, in bytes.",
            COMPACTION_KEYS,
            "Memory for keys while a partition is compacted, in bytes; more keys take more passes.");

    /// What one of them is, in a sentence.
    public static String doc(String name) {
        return DOCS.get(name);
    }

    /// What the log has when nobody says anything.
    public static Map<String, String> standard() {
        var config = new LogConfig(Path.of(""));
        return of(new LiveLimits.Values(config.producerMillis(), config.compaction()));
    }

    /// Under these names what the log was opened with.
    static Map<String, String> of(LiveLimits.Values values) {
        return Map.of(
                PRODUCER_MILLIS,
                Long.toString(values.producerMillis()),
                COMPACTION_RATE,
                Long.toString(values.compaction().bytesPerSecond()),
                COMPACTION_KEYS,
                Integer.toString(values.compaction().keyBytes()));
    }

    /// What counts with these changes.
    ///
    /// @param file what counts where nobody has changed anything
    /// @throws IllegalArgumentException some cannot be so: the message says which and why
    static LiveLimits.Values changed(LiveLimits.Values file, ServerConfigs changes) {
        try {
            long producerMillis = changes.value(PRODUCER_MILLIS)
                    .map(value -> whole(PRODUCER_MILLIS, value, Integer.MAX_VALUE))
                    .orElse(file.producerMillis());
            int keyBytes = changes.value(COMPACTION_KEYS)
                    .map(value -> Math.toIntExact(whole(COMPACTION_KEYS, value, Integer.MAX_VALUE)))
                    .orElse(file.compaction().keyBytes());
            long rate = changes.value(COMPACTION_RATE)
                    .map(LogSettings::rate)
                    .orElse(file.compaction().bytesPerSecond());
            return new LiveLimits.Values(producerMillis, new CompactionLimits(keyBytes, rate));
        } catch (InvalidConfig wrong) {
            throw new IllegalArgumentException(wrong.getMessage(), wrong);
        }
    }

    private static long whole(String name, String value, long max) {
        return number(value)
                .filter(number -> number >= 1 && number <= max)
                .orElseThrow(() -> invalid(name, value, "must be a whole number from 1 to " + max));
    }

    private static Optional<Long> number(String value) {
        try {
            return Optional.of(Long.parseLong(value.strip()));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /// Kafka has a number with a fraction here, and a very large one for no limit.
    private static long rate(String value) {
        try {
            double rate = Double.parseDouble(value.strip());
            if (rate >= 1) return (long) rate;
        } catch (NumberFormatException _) {
            // not a number at all: the same words are right
        }
        throw invalid(COMPACTION_RATE, value, "must be a number of bytes, at least 1");
    }

    private static IllegalArgumentException invalid(String name, String value, String rule) {
        return new IllegalArgumentException("Invalid value %s for configuration %s: %s".formatted(value, name, rule));
    }
}
