package io.braid.kafka;

/// One incarnation of a producer: who has the same id and a higher epoch has taken its place.
record Producer(long id, short epoch) {}
