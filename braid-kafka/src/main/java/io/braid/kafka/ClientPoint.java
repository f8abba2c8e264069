package io.braid.kafka;

import java.util.SortedMap;

/// One number that a client has pushed.
///
/// @param name   as Prometheus knows it
/// @param kind   what the number means
/// @param labels the client's own, as Prometheus knows them; who the client is comes on top
record ClientPoint(String name, Kind kind, SortedMap<String, String> labels, double value) {
    enum Kind {
        /// How much it is now.
        GAUGE("gauge", false),
        /// How much it has become since it began.
        COUNTER("counter", false),
        /// How much a counter has grown since the last push.
        GROWTH("counter", true),
        /// How much a gauge has changed since the last push.
        CHANGE("gauge", true);

        final String type;
        final boolean adds;

        Kind(String type, boolean adds) {
            this.type = type;
            this.adds = adds;
        }
    }
}
