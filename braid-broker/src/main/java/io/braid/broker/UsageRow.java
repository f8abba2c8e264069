package io.braid.broker;

import java.time.Instant;
import java.util.UUID;

/// What a stream used in one hour, or in one day, in one mode. Names are those of then: the stream may be gone.
///
/// @param from   when the hour or the day began
/// @param stream its identity, as its name may have been another's
public record UsageRow(Instant from, UUID stream, Stream.Mode mode, Owner owner, Usage usage) {

    /// Whose it was and what its users call it.
    ///
    /// @param account twelve digits
    public record Owner(String account, String region, String name) {}
}
