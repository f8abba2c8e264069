package io.braid.broker;

import io.braid.log.LiveLimits;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// A change of the server's own settings while it runs: from what was set, to what shall be set there.
///
/// @param file   defaults of streams as the server's configuration has them
/// @param before all that was set
/// @param scope  where something is changed
/// @param after  all that shall be set
record ServerChange(Map<String, String> file, ServerConfigs before, ServerConfigs.Scope scope, ServerConfigs after) {
    static final int SETTINGS_MAX = 1_000; // in one scope; Kafka has about a hundred
    static final int NAME_LENGTH_MAX = 249; // as of other names
    static final int VALUE_LENGTH_MAX = 32_767;

    StreamDefaults defaultsBefore() {
        return new StreamDefaults(file, before);
    }

    StreamDefaults defaultsAfter() {
        return new StreamDefaults(file, after);
    }

    /// Whether streams are touched.
    boolean isAboutStreams() {
        return !defaultsAfter().isLike(defaultsBefore());
    }

    /// What is wrong with it, as far as settings are obeyed by streams and the log; all others only have to fit.
    ///
    /// @param streams   that there are
    /// @param hasTiered whether records of a stream are in the tier
    Optional<String> fault(LiveLimits.Values limits, int batchBytesMax, Catalog streams, Predicate<Stream> hasTiered) {
        return tooMuch()
                .or(() -> defaultsAfter().fault(scope, batchBytesMax))
                .or(this::conflict)
                .or(() -> limitsFault(limits))
                .or(() -> tierFault(streams, hasTiered));
    }

    private Optional<String> tooMuch() {
        var settings = after.of(scope);
        var faults = new ArrayList<String>();
        if (settings.size() > SETTINGS_MAX)
            faults.add("%d settings: %d are the most".formatted(settings.size(), SETTINGS_MAX));
        settings.forEach((name, value) -> {
            if (name.length() > NAME_LENGTH_MAX)
                faults.add("the name of a setting has %d characters: %d are the most"
                        .formatted(name.length(), NAME_LENGTH_MAX));
            if (value.length() > VALUE_LENGTH_MAX)
                faults.add("%s: the value has %d characters, %d are the most"
                        .formatted(name, value.length(), VALUE_LENGTH_MAX));
        });
        return faults.stream().findFirst();
    }

    /// What was at odds before is not this change's fault.
    private Optional<String> conflict() {
        return defaultsAfter()
                .conflict()
                .filter(conflict -> !defaultsBefore().conflict().equals(Optional.of(conflict)));
    }

    private Optional<String> limitsFault(LiveLimits.Values limits) {
        try {
            LogSettings.changed(limits, ServerConfigs.EMPTY.with(scope, after.of(scope)));
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of(wrong.getMessage());
        }
    }

    private Optional<String> tierFault(Catalog streams, Predicate<Stream> hasTiered) {
        return streams.streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .filter(stream -> TierRules.isCompactedNow(
                        defaultsBefore().under(stream.settings()),
                        defaultsAfter().under(stream.settings())))
                .filter(hasTiered)
                .findFirst()
                .map(stream -> ("%s: records of the stream %s are in the tier, and compaction does not reach there:"
                                + " give that stream a policy of its own first")
                        .formatted(ServerName.of(StreamSettings.CLEANUP_POLICY), stream.name()));
    }
}
