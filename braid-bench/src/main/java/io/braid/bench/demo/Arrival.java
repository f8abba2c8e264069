package io.braid.bench.demo;

/// One record that a consumer received.
record Arrival(int partition, long offset, String key, String line) {}
