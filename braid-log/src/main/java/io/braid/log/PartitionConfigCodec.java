package io.braid.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/// Partition settings as bytes, in the journal and in checkpoints: durability (1: 0 disk, 1 os), largest batch (4),
/// segment bytes (4), flush after messages (8) and milliseconds (8), retention in milliseconds (8) and bytes (8).
final class PartitionConfigCodec {
    static final int BYTES = 41;

    private PartitionConfigCodec() {}

    static void put(ByteBuffer target, int at, PartitionConfig config) {
        target.put(at, codeOf(config.durability()))
                .putInt(at + 1, config.batchBytesMax())
                .putInt(at + 5, config.segmentBytes())
                .putLong(at + 9, config.flushMessages())
                .putLong(at + 17, config.flushMillis())
                .putLong(at + 25, config.retentionMillis())
                .putLong(at + 33, config.retentionBytes());
    }

    /// Empty if no partition can have such settings: the bytes are damaged.
    static Optional<PartitionConfig> read(ByteBuffer source, int at) {
        try {
            return Optional.of(new PartitionConfig(
                    source.get(at) == codeOf(Durability.OS) ? Durability.OS : Durability.DISK,
                    source.getInt(at + 1),
                    source.getInt(at + 5),
                    source.getLong(at + 9),
                    source.getLong(at + 17),
                    source.getLong(at + 25),
                    source.getLong(at + 33)));
        } catch (InvalidConfig _) {
            return Optional.empty();
        }
    }

    private static byte codeOf(Durability durability) {
        return switch (durability) {
            case DISK -> 0;
            case OS -> 1;
        };
    }
}
