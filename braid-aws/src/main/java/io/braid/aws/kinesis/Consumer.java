package io.braid.aws.kinesis;

import java.time.Instant;
import java.util.Optional;

/// Somebody who is registered by name to subscribe to a stream's shards (enhanced fan-out). Groups of Kafka's consumers
/// are something else.
///
/// Each is an attribute of its stream in the catalog, and what it has stands behind that:
///
///     kinesis.consumer/billing:1795395723
///     kinesis.consumer/billing:1795395723/kinesis.tag.team = x
///
/// @param registered whole seconds; with it the name is never another's
record Consumer(String name, Instant registered) {
    private static final String PREFIX = "kinesis.consumer/";
    private static final String TAG = "/kinesis.tag.";

    /// Reads the name of an attribute of a stream; empty if that is about something else.
    static Optional<Consumer> read(String attribute) {
        if (!attribute.startsWith(PREFIX) || attribute.indexOf('/', PREFIX.length()) >= 0) return Optional.empty();
        int second = attribute.lastIndexOf(':');
        var registered = Instant.ofEpochSecond(Long.parseLong(attribute.substring(second + 1)));
        return Optional.of(new Consumer(attribute.substring(PREFIX.length(), second), registered));
    }

    /// As its ARN and the names of its attributes have it.
    String id() {
        return name + ":" + registered.getEpochSecond();
    }

    /// The attribute that says that it is there.
    String attribute() {
        return PREFIX + id();
    }

    String tagAttribute(String key) {
        return attribute() + TAG + key;
    }

    /// Whether an attribute is about this.
    boolean has(String attribute) {
        return attribute.equals(attribute()) || attribute.startsWith(attribute() + "/");
    }
}
