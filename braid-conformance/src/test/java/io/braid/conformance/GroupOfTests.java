package io.braid.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Kafka's test classes that belong together. Which they are stands in a file of resources, one class a line; a
/// line may also name a single test, as `class#method`.
enum GroupOfTests {
    /// What every build runs: a little of everything.
    BOUNDED,
    /// The older ones of clients and at wire level, which inherit their brokers. They come first, as they look for
    /// threads that tests before them have left.
    INHERITED,
    CONSUMER,
    PRODUCER,
    ADMIN,
    TRANSACTIONS,
    WIRE,
    SHARE,
    TOOLS,
    /// Kafka Streams: exactly once, and what is restored after a crash.
    STREAMS_STATE,
    /// Kafka Streams: topics that it makes, reads by pattern, purges, or loses.
    STREAMS_TOPICS,
    /// Kafka Streams: members that come and go, with both protocols.
    STREAMS_GROUPS,
    /// Kafka Streams: joins, aggregations, windows.
    STREAMS_JOINS,
    /// Kafka Streams: what may be asked of stores, and stores of older versions.
    STREAMS_STORES,
    /// Kafka Streams: threads, errors, metrics, pauses.
    STREAMS_RUNTIME;

    String file() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<String> tests() {
        return lines("/groups/" + file() + ".txt");
    }

    /// @param said `bounded`, `all` (which includes what is bounded), or names with commas between
    static List<GroupOfTests> named(String said) {
        if (said.equals("all"))
            return Stream.of(values()).filter(group -> group != BOUNDED).toList();
        return Stream.of(said.split(","))
                .map(name -> valueOf(name.strip().toUpperCase(Locale.ROOT)))
                .toList();
    }

    /// Those of a resource that say something.
    static List<String> lines(String resource) {
        try (var stream = GroupOfTests.class.getResourceAsStream(resource)) {
            if (stream == null) throw new IllegalStateException("there is no resource " + resource);
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
