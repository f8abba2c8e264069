package io.braid.kafka;

import org.apache.kafka.common.Node;

/// Where clients reach this node, the only one until there are clusters, and its number.
record Endpoint(int nodeId, String host, int port) {

    /// The address a client should use from now on: the one that is configured, or else the one by which it
    /// came in, which works through loopback, containers and forwarded ports alike.
    static Endpoint of(KafkaListener.Config config, Request request) {
        return switch (config.advertised()) {
            case KafkaListener.Fixed(String host, int port) -> new Endpoint(config.nodeId(), host, port);
            case KafkaListener.AsReached() ->
                new Endpoint(
                        config.nodeId(),
                        request.local().getAddress().getHostAddress(),
                        request.local().getPort());
        };
    }

    /// This node in Kafka's words.
    Node node() {
        return new Node(nodeId, host, port);
    }
}
