package io.braid.broker;

import java.util.Map;

/// What [Broker#describe] can change of a stream.
///
/// @param attributes see [Stream]
public record StreamDescription(Stream.Mode mode, Map<String, String> attributes) {
    public StreamDescription {
        attributes = Map.copyOf(attributes);
    }
}
