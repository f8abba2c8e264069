package io.braid.broker;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The settings a stream may have, under Kafka's names where Kafka has one: checked when set, so that none is
/// ever silently ignored. A setting that this release does not honour is refused with the reason.
public final class StreamSettings {
    private StreamSettings() {}

    public enum Type {
        BOOLEAN,
        INT,
        LONG,
        STRING,
        LIST
    }

    /// @param defaultValue as it would be written
    /// @param doc          one sentence
    public record Setting(String name, Type type, String defaultValue, String doc) {}

    /// All that may be set, by name.
    public static List<Setting> all() {
        throw new UnsupportedOperationException();
    }

    public static Optional<Setting> find(String name) {
        throw new UnsupportedOperationException();
    }

    /// What is wrong with these settings, all of it in one text; empty if they may be used.
    public static Optional<String> fault(Map<String, String> settings) {
        throw new UnsupportedOperationException();
    }
}
