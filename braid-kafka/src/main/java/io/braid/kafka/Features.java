package io.braid.kafka;

import io.braid.broker.Broker;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.protocol.Errors;

/// The features that this release has, the level at which each is now, and what is served because of it, asked
/// where Kafka's brokers ask their metadata. The catalog keeps the levels that were set; one that nobody has set is
/// the newest. Any thread; an answer is that of the moment.
///
/// | feature             | level | what it turns on                                                           |
/// |---------------------|------:|----------------------------------------------------------------------------|
/// | group.version       |     1 | consumer groups (KIP-848)                                                   |
/// | share.version       |     1 | share groups (KIP-932)                                                      |
/// |                     |     2 | and topics for what they cannot deliver (KIP-1191)                          |
/// | streams.version     |     1 | streams groups (KIP-1071)                                                   |
/// | transaction.version |     1 | nothing here: Kafka's records of transactions, which have one form here     |
/// |                     |     2 | clients give each transaction an epoch of its own (KIP-890)                 |
/// | eligible.leader.... |     1 | nothing here: there is one copy, which is never out of sync (KIP-966)       |
///
/// A transaction is served as its client asks for it, by the versions of the requests, as Kafka does: the level only
/// tells clients which they should use, and each keeps to what it was told when its transaction began.
final class Features {
    /// One that this release has, at the levels from 0 on.
    enum Feature {
        GROUP("group.version", 1),
        SHARE("share.version", 2),
        STREAMS("streams.version", 1),
        TRANSACTION("transaction.version", 2),
        ELIGIBLE_LEADERS("eligible.leader.replicas.version", 1);

        final String key; // by which Kafka knows it
        final int newest;

        Feature(String key, int newest) {
            this.key = key;
            this.newest = newest;
        }

        static Optional<Feature> of(String key) {
            return Arrays.stream(values())
                    .filter(feature -> feature.key.equals(key))
                    .findFirst();
        }

        /// Among the levels that were set.
        int level(Map<String, Integer> set) {
            return set.getOrDefault(key, newest);
        }
    }

    /// The levels that are told to clients, which leave out what is turned off.
    ///
    /// @param epoch grows with each change
    record Finalised(Map<String, Short> levels, long epoch) {}

    private final Broker broker;
    private final Set<String> protocols;

    /// @param protocols of groups, as the server's settings have them
    /// @throws IOException the catalog has levels that only a newer release knows; the message says which
    Features(Broker broker, Set<String> protocols) throws IOException {
        this.broker = broker;
        this.protocols = Set.copyOf(protocols);
        for (var set : new TreeMap<>(broker.features().set()).entrySet()) check(set.getKey(), set.getValue());
    }

    private static void check(String key, int level) throws IOException {
        var feature = Feature.of(key);
        if (feature.isPresent() && level <= feature.get().newest) return;
        var known = feature.map(found -> "this release knows 0 to " + found.newest)
                .orElse("which this release does not know");
        throw new IOException(
                "the catalog has feature %s at level %d, %s: start the newer release".formatted(key, level, known));
    }

    Finalised finalised() {
        var now = broker.features();
        var levels = levels(now.set());
        levels.values().removeIf(level -> level == 0);
        return new Finalised(levels, now.epoch());
    }

    /// Of all features, those that are turned off too.
    Map<String, Short> levels() {
        return levels(broker.features().set());
    }

    /// Those of a directory in which nobody has set any.
    static Map<String, Short> newest() {
        return levels(Map.of());
    }

    private static Map<String, Short> levels(Map<String, Integer> set) {
        var levels = new LinkedHashMap<String, Short>();
        for (var feature : Feature.values()) levels.put(feature.key, (short) feature.level(set));
        return levels;
    }

    private boolean has(Feature feature, int level) {
        return feature.level(broker.features().set()) >= level;
    }

    boolean servesConsumerGroups() {
        return protocols.contains("consumer") && has(Feature.GROUP, 1);
    }

    boolean servesStreamsGroups() {
        return protocols.contains("streams") && has(Feature.STREAMS, 1);
    }

    /// The settings have no say in it, as with Kafka.
    boolean servesShareGroups() {
        return has(Feature.SHARE, 1);
    }

    boolean keepsDeadLetters() {
        return has(Feature.SHARE, 2);
    }

    /// Serves an API as long as `condition` holds, and answers UNSUPPORTED_VERSION otherwise. It stays among those that
    /// ApiVersions tells of, as with Kafka.
    static Handler when(BooleanSupplier condition, Handler handler) {
        return request -> {
            if (!condition.getAsBoolean()) throw Errors.UNSUPPORTED_VERSION.exception();
            return handler.handle(request);
        };
    }
}
