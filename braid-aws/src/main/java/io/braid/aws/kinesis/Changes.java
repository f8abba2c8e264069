package io.braid.aws.kinesis;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import java.io.IOException;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Changes what is kept with a stream. What a change decides, it decides of the stream as it is at that moment:
/// nobody else changes it meanwhile, and a fault it throws is the answer.
final class Changes {
    private final Broker broker;
    private final Lookup lookup;

    Changes(Broker broker, Lookup lookup) {
        this.broker = broker;
        this.lookup = lookup;
    }

    /// The stream as it is now; durable.
    Stream attributes(Stream stream, BiFunction<Stream, StreamAttributes, StreamAttributes> change) throws IOException {
        return description(
                stream, now -> change.apply(now, StreamAttributes.of(now)).withModeOf(now));
    }

    /// The same for what Amazon's streams take their time for: they are UPDATING meanwhile, and
    /// take no other such change ([LifeCycle]). A change that changes nothing is no change.
    Stream updating(Stream stream, Function<Stream, StreamDescription> change) throws IOException {
        return description(stream, now -> {
            var after = change.apply(now);
            if (after.equals(new StreamDescription(now.mode(), now.attributes()))) return after;
            lookup.requireActive(now);
            var attributes = lookup.life().updating(StreamAttributes.of(after));
            return new StreamDescription(after.mode(), attributes.all());
        });
    }

    /// The same for the mode and the attributes together.
    Stream description(Stream stream, Function<Stream, StreamDescription> change) throws IOException {
        return broker.describe(stream.id(), change).orElseThrow(() -> lookup.noStream(Lookup.shownName(stream)));
    }
}
