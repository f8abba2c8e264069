package io.braid.broker;

/// Whose requests a quota is about: those of a user, of a client id, or of a user's client id.
///
/// @param user     who asks
/// @param clientId what the client calls itself
public record QuotaEntity(Party user, Party clientId) {
    /// @throws IllegalArgumentException it is about nobody
    public QuotaEntity {
        if (user instanceof Anybody && clientId instanceof Anybody)
            throw new IllegalArgumentException("a quota must be about a user or a client id");
    }

    /// What a quota says of one side of a request.
    public sealed interface Party {}

    /// Nothing: whoever it is, they share the quota.
    public record Anybody() implements Party {}

    /// Each that has no quota of its own, by itself.
    public record Default() implements Party {}

    public record Named(String name) implements Party {}
}
