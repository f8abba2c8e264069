package io.braid.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/// Partition settings as bytes, in the journal and in checkpoints, big-endian:
///
/// | at  | bytes | what                                                                                |
/// |-----|-------|-------------------------------------------------------------------------------------|
/// | 0   | 1     | durability: 0 disk, 1 os                                                              |
/// | 1   | 4     | largest batch                                                                       |
/// | 5   | 4     | segment bytes                                                                       |
/// | 9   | 16    | flush after messages (8) and milliseconds (8)                                       |
/// | 25  | 16    | retention in milliseconds (8) and bytes (8); version 1 ends here                    |
/// | 41  | 1     | bits: 1 records get the time of append, 2 segments are copied to the tier,          |
/// |     |       | 4 compacted by key, 8 what is in the tier is removed                                |
/// | 42  | 8     | segment milliseconds                                                                |
/// | 50  | 16    | retention on this disk in milliseconds (8) and bytes (8)                            |
/// | 66  | 32    | compaction: dirty ratio (8, a double), shortest and longest lag (16), tombstones (8)  |
final class PartitionConfigCodec {
    static final int BYTES = 98;
    static final int BYTES_OF_VERSION_1 = 41;

    private static final int APPEND_TIME = 1;
    private static final int TIERED = 2;
    private static final int BY_KEY = 4;
    private static final int REMOVED = 8;

    private PartitionConfigCodec() {}

    static void put(ByteBuffer target, int at, PartitionConfig config) {
        var retention = config.retention();
        int bits = (config.hasAppendTime() ? APPEND_TIME : 0)
                | bitsOf(retention.tiering())
                | (config.compaction().isByKey() ? BY_KEY : 0);
        target.put(at, codeOf(config.durability()))
                .putInt(at + 1, config.batchBytesMax())
                .putInt(at + 5, config.segmentBytes())
                .putLong(at + 9, config.flushMessages())
                .putLong(at + 17, config.flushMillis())
                .putLong(at + 25, retention.millis())
                .putLong(at + 33, retention.bytes())
                .put(at + 41, (byte) bits)
                .putLong(at + 42, config.segmentMillis())
                .putLong(at + 50, retention.localMillis())
                .putLong(at + 58, retention.localBytes());
        switch (config.compaction()) {
            case Compaction.None _ -> {
                for (int i = 66; i < BYTES; i += Long.BYTES) target.putLong(at + i, 0);
            }
            case Compaction.ByKey(double ratio, long lagMin, long lagMax, long tombstones) ->
                target.putDouble(at + 66, ratio)
                        .putLong(at + 74, lagMin)
                        .putLong(at + 82, lagMax)
                        .putLong(at + 90, tombstones);
        }
    }

    /// Empty if no partition can have such settings: the bytes are damaged.
    static Optional<PartitionConfig> read(ByteBuffer source, int at) {
        try {
            int bits = source.get(at + 41);
            return Optional.of(new PartitionConfig(
                    durabilityOf(source.get(at)),
                    source.getInt(at + 1),
                    (bits & APPEND_TIME) != 0,
                    source.getInt(at + 5),
                    source.getLong(at + 42),
                    source.getLong(at + 9),
                    source.getLong(at + 17),
                    new Retention(
                            source.getLong(at + 25),
                            source.getLong(at + 33),
                            tieringOf(bits),
                            source.getLong(at + 50),
                            source.getLong(at + 58)),
                    (bits & BY_KEY) == 0
                            ? Compaction.NONE
                            : new Compaction.ByKey(
                                    source.getDouble(at + 66),
                                    source.getLong(at + 74),
                                    source.getLong(at + 82),
                                    source.getLong(at + 90))));
        } catch (InvalidConfig _) {
            return Optional.empty();
        }
    }

    /// The same for what was written before there was compaction and tiering.
    static Optional<PartitionConfig> readVersion1(ByteBuffer source, int at) {
        try {
            return Optional.of(new PartitionConfig(
                    durabilityOf(source.get(at)),
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

    private static int bitsOf(Retention.Tiering tiering) {
        return switch (tiering) {
            case NOT_COPIED -> 0;
            case COPIED -> TIERED;
            case REMOVED -> REMOVED;
        };
    }

    private static Retention.Tiering tieringOf(int bits) {
        if ((bits & TIERED) != 0) return Retention.Tiering.COPIED;
        return (bits & REMOVED) != 0 ? Retention.Tiering.REMOVED : Retention.Tiering.NOT_COPIED;
    }

    private static byte codeOf(Durability durability) {
        return switch (durability) {
            case DISK -> 0;
            case OS -> 1;
        };
    }

    private static Durability durabilityOf(byte code) {
        return code == codeOf(Durability.OS) ? Durability.OS : Durability.DISK;
    }
}
