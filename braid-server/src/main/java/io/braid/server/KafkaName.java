package io.braid.server;

import java.time.Duration;

/// A name that Kafka's servers have for a setting of ours, so that who brings a server's configuration along may keep
/// it. Those of topics' defaults are [io.braid.broker.ServerName].
///
/// @param name Kafka's
/// @param unit in which Kafka writes the value, where ours is written with one; empty if both are plain
record KafkaName(String name, Setting<?> setting, String unit) {
    /// What a time is in Kafka that is never over.
    private static final String NEVER = "-1";

    private static final String HUNDRED_YEARS = "36500d";

    static KafkaName of(String name, Setting<?> setting) {
        return new KafkaName(name, setting, "");
    }

    /// How the value is written under our name.
    String meaning(String text) {
        return text.equals(NEVER) && unit.equals("ms") ? HUNDRED_YEARS : text + unit;
    }

    /// As a setting of its own, beside ours.
    Setting<?> alias() {
        var kind = new Kind<>("number", text -> setting.kind().parser().apply(meaning(text)));
        var plain = setting.kind() == Kind.BOOLEAN ? new Kind<>(setting.kind().name(), kind.parser()) : kind;
        var doc = "Kafka's name for `%s`".formatted(setting.key());
        return new Setting<>(name, plain, standard(), doc + (unit.isEmpty() ? "." : ", in milliseconds."));
    }

    private String standard() {
        var value = setting.kind().parser().apply(setting.standard());
        return value instanceof Duration duration ? String.valueOf(duration.toMillis()) : String.valueOf(value);
    }
}
