package io.braid.log;

/// What a partition remembers of one producer.
///
/// @param lastSequence of its last record, -1 if none of this epoch is here
/// @param lastMillis   when it wrote last, in milliseconds since 1970
/// @param lastEnd      where the end of its last transaction here is, -1 if none is known
public record ProducerStatus(long id, short epoch, int lastSequence, long lastMillis, long lastEnd) {}
