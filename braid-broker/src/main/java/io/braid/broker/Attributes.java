package io.braid.broker;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// How much the fronts may keep with one owner in the catalog. All of an owner is written with each change of it,
/// and held in memory.
final class Attributes {
    /// Of one owner.
    static final int COUNT_MAX = 4_096;

    /// Names and values of one owner together, in UTF-8.
    static final int BYTES_MAX = 512 << 10;

    /// Owners that are no streams.
    static final int OWNERS_MAX = 10_000;

    private Attributes() {}

    /// Why they are too many or too long; empty if they are not.
    static Optional<String> fault(Map<String, String> attributes) {
        if (attributes.size() > COUNT_MAX)
            return Optional.of("%d attributes, %d is the most".formatted(attributes.size(), COUNT_MAX));
        long bytes = 0;
        for (var entry : attributes.entrySet()) bytes += bytes(entry.getKey()) + bytes(entry.getValue());
        return bytes > BYTES_MAX
                ? Optional.of("attributes of %d bytes, %d is the most".formatted(bytes, BYTES_MAX))
                : Optional.empty();
    }

    /// @throws IllegalArgumentException they are too many or too long; says which
    static Map<String, String> checked(String owner, Map<String, String> attributes) {
        fault(attributes).ifPresent(fault -> {
            throw new IllegalArgumentException(owner + ": " + fault);
        });
        return attributes;
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
