package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Somebody who is registered by name to subscribe to a stream's shards (enhanced fan-out). Groups of Kafka's consumers
/// are something else.
///
/// Each is an attribute of its stream in the catalog, `kinesis.consumer.NAME`, whose value is the second of its
/// registration and its tags as a query string is written: `1795395723 team=x&stage=test`.
///
/// @param registered whole seconds; with it the name is never another's
record Consumer(String name, Instant registered, Map<String, String> tags) {
    private static final String PREFIX = "kinesis.consumer.";

    Consumer {
        tags = Map.copyOf(tags);
    }

    static String attribute(String name) {
        return PREFIX + name;
    }

    /// Reads an attribute of a stream; empty if it is about something else.
    static Optional<Consumer> read(String attribute, String value) {
        if (!attribute.startsWith(PREFIX)) return Optional.empty();
        var parts = value.split(" ", 2);
        var tags = new TreeMap<String, String>();
        if (parts.length > 1) {
            for (var pair : parts[1].split("&")) {
                int end = pair.indexOf('=');
                tags.put(decoded(pair.substring(0, end)), decoded(pair.substring(end + 1)));
            }
        }
        var registered = Instant.ofEpochSecond(Long.parseLong(parts[0]));
        return Optional.of(new Consumer(attribute.substring(PREFIX.length()), registered, tags));
    }

    /// The value of its attribute.
    String written() {
        var text = new StringBuilder().append(registered.getEpochSecond());
        char separator = ' ';
        for (var tag : new TreeMap<>(tags).entrySet()) {
            text.append(separator).append(encoded(tag.getKey())).append('=').append(encoded(tag.getValue()));
            separator = '&';
        }
        return text.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }
}
