package io.braid.kafka;

import java.util.UUID;
import org.apache.kafka.common.Uuid;

/// Topic ids: the same 128 bits in Kafka's type and in Java's.
final class Ids {
    private Ids() {}

    static Uuid of(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    static UUID of(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
