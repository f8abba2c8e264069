package io.braid.broker;

/// Whose requests a quota is about: those of a user, of a client id, or of a user's client id; or whose connections:
/// those from an address.
///
/// @param user     who asks
/// @param clientId what the client calls itself
/// @param address  where it comes from, as the administrator wrote it
public record QuotaEntity(Party user, Party clientId, Party address) {
    /// @throws IllegalArgumentException it is about nobody, or about an address and somebody there
    public QuotaEntity {
        boolean isAboutClients = !(user instanceof Anybody && clientId instanceof Anybody);
        boolean isAboutAddresses = !(address instanceof Anybody);
        if (!isAboutClients && !isAboutAddresses)
            throw new IllegalArgumentException("a quota must be about a user, a client id or an address");
        if (isAboutClients && isAboutAddresses)
            throw new IllegalArgumentException("a quota of an address is about all who come from there");
    }

    /// @throws IllegalArgumentException it is about nobody
    public QuotaEntity(Party user, Party clientId) {
        this(user, clientId, new Anybody());
    }

    /// @throws IllegalArgumentException it is about nobody
    public static QuotaEntity ofAddress(Party address) {
        return new QuotaEntity(new Anybody(), new Anybody(), address);
    }

    /// What a quota says of one side of a request.
    public sealed interface Party {}

    /// Nothing: whoever it is, they share the quota.
    public record Anybody() implements Party {}

    /// Each that has no quota of its own, by itself.
    public record Default() implements Party {}

    public record Named(String name) implements Party {}
}
