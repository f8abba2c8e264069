package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.broker.Stream;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// What a `ResourceARN` names: a stream, or a consumer of one. Tags and policies of both are kept with the stream.
///
/// @param stream   the stream itself, or the consumer's
/// @param consumer empty if it is about the stream
/// @param gone     what to say when the consumer is there no more
record Resource(Stream stream, Optional<Consumer> consumer, AwsFault gone) {
    private static final String CONSUMER = "/consumer/";

    static Resource of(String arn, Lookup lookup, Consumers consumers) {
        if (!arn.contains(CONSUMER)) return of(lookup.stream(Optional.empty(), Optional.of(arn)), lookup);
        var found = consumers.find(arn);
        return new Resource(found.stream(), Optional.of(found.consumer()), consumers.noConsumer(arn));
    }

    static Resource of(Stream stream, Lookup lookup) {
        return new Resource(stream, Optional.empty(), lookup.noStream(Lookup.shownName(stream)));
    }

    /// Of what the stream's attributes are now.
    SortedMap<String, String> tags(StreamAttributes now) {
        check(now);
        return now.under(attribute(StreamAttributes.TAG));
    }

    StreamAttributes withTags(StreamAttributes before, Map<String, String> tags) {
        var prefix = attribute(StreamAttributes.TAG);
        var after = before;
        for (var key : before.under(prefix).keySet()) if (!tags.containsKey(key)) after = after.without(prefix + key);
        for (var tag : tags.entrySet()) after = after.with(prefix + tag.getKey(), tag.getValue());
        return after;
    }

    Optional<String> policy(StreamAttributes now) {
        check(now);
        return now.text(attribute(StreamAttributes.POLICY));
    }

    StreamAttributes withPolicy(StreamAttributes before, String policy) {
        check(before);
        return before.with(attribute(StreamAttributes.POLICY), policy);
    }

    StreamAttributes withoutPolicy(StreamAttributes before) {
        return before.without(attribute(StreamAttributes.POLICY));
    }

    /// The name that an attribute of a stream has for this resource.
    private String attribute(String ofStream) {
        return consumer.map(who -> who.attribute() + "/" + ofStream).orElse(ofStream);
    }

    private void check(StreamAttributes now) {
        if (consumer.filter(who -> now.text(who.attribute()).isEmpty()).isPresent()) throw gone;
    }

    /// As messages name it.
    String shown() {
        return consumer.map(who -> "consumer " + who.name()).orElse("stream " + Lookup.shownName(stream));
    }
}
