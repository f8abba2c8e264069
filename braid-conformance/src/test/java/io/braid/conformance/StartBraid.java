package io.braid.conformance;

import io.braid.server.Configuration;
import io.braid.server.Configuration.Given;
import io.braid.server.Server;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/// Starts a server from settings. The only class of this module that knows Braid; it is loaded beside it, in
/// [IsolatedBraid], so that only types of the JDK cross.
public final class StartBraid implements Function<Map<String, String>, Map.Entry<List<String>, AutoCloseable>> {

    /// @param settings by their names, written as in a settings file
    /// @return where Kafka clients connect and where its page of metrics is, and the server
    /// @throws IllegalArgumentException the server refuses these settings; the message has all that is wrong
    @Override
    public Map.Entry<List<String>, AutoCloseable> apply(Map<String, String> settings) {
        var given = settings.entrySet().stream()
                .map(setting -> new Given(setting.getKey(), setting.getValue(), "the test"))
                .toList();
        try {
            var configuration = Configuration.of(given, Map.of(), List.of());
            var server = Server.start(configuration, InstantSource.system(), new SplittableRandom());
            return Map.entry(List.of(server.kafka().toString(), server.http().toString()), server);
        } catch (io.braid.server.BadSettings | io.braid.server.CannotStart refused) {
            throw new IllegalArgumentException(refused.getMessage(), refused);
        }
    }
}
