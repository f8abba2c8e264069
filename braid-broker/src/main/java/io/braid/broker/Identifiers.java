package io.braid.broker;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Makes random identities as Kafka does: version 4, and none whose Base64 starts with `-`, which a command line
/// would take for an option.
final class Identifiers {
    private static final long VERSION_BITS = 0xF000L;
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_MASK = 0x3FFF_FFFF_FFFF_FFFFL;
    private static final long VARIANT_IETF = 0x8000_0000_0000_0000L;

    private Identifiers() {}

    static UUID random(RandomGenerator random) {
        while (true) {
            long high = random.nextLong() & ~VERSION_BITS | VERSION_4;
            var id = new UUID(high, random.nextLong() & VARIANT_MASK | VARIANT_IETF);
            if (!base64(id).startsWith("-")) return id; // fails once in 64 times
        }
    }

    /// 22 characters, safe in URLs.
    static String base64(UUID id) {
        var bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
