package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.broker.Stream;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// What a `ResourceARN` names: a stream, or a consumer or a channel of one. Tags and policies of all are kept with the
/// stream.
///
/// @param stream the stream itself, or that of the consumer or the channel
/// @param part   the attribute of the stream that says that the consumer or the channel is there; empty if it is about
///     the stream
/// @param shown  as messages name it
/// @param gone   what to say when it is there no more
record Resource(Stream stream, Optional<String> part, String shown, AwsFault gone) {
    private static final String CONSUMER = "/consumer/";

    static Resource of(String arn, Lookup lookup, Consumers consumers, Channels channels) {
        if (!isChannel(arn)) return of(arn, lookup, consumers);
        var channel = channels.find(arn);
        return new Resource(
                channel.stream(),
                Optional.of(StoredChannel.attribute(channel.id())),
                "channel " + channel.name(),
                channels.noChannel(arn));
    }

    private static boolean isChannel(String arn) {
        return ChannelRequests.CHANNEL_ARN.pattern().orElseThrow().matcher(arn).matches();
    }

    /// Of those that have policies.
    static Resource of(String arn, Lookup lookup, Consumers consumers) {
        if (isChannel(arn))
            throw AwsFault.invalidArgument("%s is a channel: streams and consumers have policies.".formatted(arn));
        if (!arn.contains(CONSUMER)) return of(lookup.stream(Optional.empty(), Optional.of(arn)), lookup);
        var found = consumers.find(arn);
        return new Resource(
                found.stream(),
                Optional.of(found.consumer().attribute()),
                "consumer " + found.consumer().name(),
                consumers.noConsumer(arn));
    }

    static Resource of(Stream stream, Lookup lookup) {
        var name = Lookup.shownName(stream);
        return new Resource(stream, Optional.empty(), "stream " + name, lookup.noStream(name));
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
        return part.map(attribute -> attribute + "/" + ofStream).orElse(ofStream);
    }

    private void check(StreamAttributes now) {
        if (part.filter(attribute -> now.text(attribute).isEmpty()).isPresent()) throw gone;
    }
}
