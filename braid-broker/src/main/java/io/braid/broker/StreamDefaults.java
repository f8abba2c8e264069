package io.braid.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The defaults of streams' settings, where the server has other ones than [StreamSettings]: those that
/// administrators have set while it runs, then those of its configuration. Immutable.
///
/// @param file    by the names of [StreamSettings]
/// @param changed by Kafka's names for a server's settings
record StreamDefaults(Map<String, String> file, ServerConfigs changed) {
    /// Only what the configuration says: the server's own streams stay with that, so that nobody locks groups or
    /// transactions out by a limit for topics.
    StreamDefaults unchanged() {
        return new StreamDefaults(file, ServerConfigs.EMPTY);
    }

    /// What a stream has that does not set it itself.
    ///
    /// @throws IllegalArgumentException there is no such setting
    String value(String setting) {
        return changed.value(ServerName.of(setting))
                .or(() -> Optional.ofNullable(file.get(setting)))
                .or(() -> StreamSettings.find(setting).map(StreamSettings.Setting::defaultValue))
                .orElseThrow(() -> new IllegalArgumentException("no setting is called " + setting));
    }

    /// The value of each setting of a stream that has these of its own.
    Function<String, String> under(Map<String, String> own) {
        return name -> Optional.ofNullable(own.get(name)).orElseGet(() -> value(name));
    }

    /// Whether streams have other values with the one than with the other.
    boolean isLike(StreamDefaults other) {
        return StreamSettings.all().stream()
                .allMatch(setting -> value(setting.name()).equals(other.value(setting.name())));
    }

    /// What is wrong with values that administrators want to have set, each by itself.
    ///
    /// @param scope where they want it
    Optional<String> fault(ServerConfigs.Scope scope, int batchBytesMax) {
        var asked = new HashMap<String, String>();
        changed.of(scope)
                .forEach((name, value) -> ServerName.changeable(name).ifPresent(setting -> asked.put(setting, value)));
        return StreamSettings.fault(asked).or(() -> Rules.tooLarge(asked, batchBytesMax));
    }

    /// What is wrong with all values together; each must have no fault.
    Optional<String> conflict() {
        var all = new HashMap<String, String>();
        for (var setting : StreamSettings.all()) all.put(setting.name(), value(setting.name()));
        return StreamSettings.conflict(all).or(() -> TierRules.faultTogether(this::value));
    }
}
