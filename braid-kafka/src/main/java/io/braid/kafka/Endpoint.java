package io.braid.kafka;

import org.apache.kafka.common.Node;

/// Where clients reach this node.
record Endpoint(String host, int port) {
    /// The only node there is until there are clusters.
    static final int NODE_ID = 1;

    /// The address a client should use from now on: the one that is configured, or else the one by which it
    /// came in, which works through loopback, containers and forwarded ports alike.
    static Endpoint of(KafkaListener.Config config, Request request) {
        return switch (config.advertised()) {
            case KafkaListener.Fixed(String host, int port) -> new Endpoint(host, port);
            case KafkaListener.AsReached() ->
                new Endpoint(
                        request.local().getAddress().getHostAddress(),
                        request.local().getPort());
        };
    }

    /// This node in Kafka's words.
    Node node() {
        return new Node(NODE_ID, host, port);
    }
}
