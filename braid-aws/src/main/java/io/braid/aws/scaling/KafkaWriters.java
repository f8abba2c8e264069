package io.braid.aws.scaling;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// When Kafka's producers wrote to streams that scale: the broker knows it since the process began, and an
/// attribute of the stream keeps it, up to an hour late. A partition that a merge leaves takes no more records,
/// which a Kafka producer meets as an error.
///
/// | attribute | the stream is | counts as written |
/// |---|---|---|
/// | a time | in On-Demand mode | then, or later in this process |
/// | `never` | in On-Demand mode | in this process, if at all |
/// | none | older than this process | when it began: nobody can say better |
/// | none | younger | in this process, if at all |
///
/// What was written in the turn before a crash for the first time in an hour is not known after it. One thread.
final class KafkaWriters {
    private static final String ATTRIBUTE = "scaling.kafka-written";
    private static final String NEVER = "never";
    /// Each time it is written down is a change of the catalog.
    private static final Duration GRAIN = Duration.ofHours(1);

    private final Broker broker;
    private final Instant began;

    /// @param began when this process did
    KafkaWriters(Broker broker, Instant began) {
        this.broker = broker;
        this.began = began;
    }

    /// When one last wrote to the stream, as far as anybody knows; empty if none ever did.
    Optional<Instant> lastWritten(Stream stream) {
        var now = broker.lastClientBatch(stream.id());
        if (now.isPresent()) return Optional.of(Instant.ofEpochMilli(now.getAsLong()));
        var kept = stream.attributes().get(ATTRIBUTE);
        if (kept == null) return stream.created().isBefore(began) ? Optional.of(began) : Optional.empty();
        return kept.equals(NEVER) ? Optional.empty() : Optional.of(Instant.ofEpochMilli(Long.parseLong(kept)));
    }

    /// Writes down what is known of a stream in On-Demand mode, if it is not written down already.
    ///
    /// @throws IOException the storage failed
    void keep(Stream stream) throws IOException {
        var last = lastWritten(stream);
        var kept = stream.attributes().get(ATTRIBUTE);
        if (kept != null) {
            boolean isTold = last.isEmpty() || !kept.equals(NEVER) && last.get().toEpochMilli() <= Long.parseLong(kept);
            if (isTold) return;
        }
        // An hour later than it was, so that what comes within the hour need not be written.
        var text =
                last.map(time -> Long.toString(time.plus(GRAIN).toEpochMilli())).orElse(NEVER);
        put(stream, Optional.of(text));
    }

    /// A stream in another mode is not looked at, so what was known of it grows old.
    ///
    /// @throws IOException the storage failed
    void forget(Stream stream) throws IOException {
        if (stream.attributes().containsKey(ATTRIBUTE)) put(stream, Optional.empty());
    }

    private void put(Stream stream, Optional<String> value) throws IOException {
        broker.describe(stream.id(), now -> {
            Map<String, String> attributes = new HashMap<>(now.attributes());
            value.ifPresentOrElse(text -> attributes.put(ATTRIBUTE, text), () -> attributes.remove(ATTRIBUTE));
            return new StreamDescription(now.mode(), attributes);
        });
    }
}
