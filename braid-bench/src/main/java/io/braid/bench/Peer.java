package io.braid.bench;

/// What has its turns after Braid's, and the name it has in results.
record Peer(String name, Trial trial) {}
