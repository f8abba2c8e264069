package io.braid.kafka;

import org.apache.kafka.common.errors.RetriableException;

/// A producer has used up its epochs and needs another id, which cannot be fetched under a coordinator's lock:
/// whoever asked is to ask again with one.
final class ProducerIdNeeded extends RetriableException {
    private static final long serialVersionUID = 1;

    ProducerIdNeeded(String transactionalId) {
        super("the producer of '%s' needs another id".formatted(transactionalId));
    }
}
