package io.braid.broker;

/// How a password is turned into the keys of a [ScramCredential] (RFC 5802, RFC 7677).
public enum ScramMechanism {
    SHA_256("SCRAM-SHA-256", 32),
    SHA_512("SCRAM-SHA-512", 64);

    private final String mechanismName;
    private final int keyBytes;

    ScramMechanism(String mechanismName, int keyBytes) {
        this.mechanismName = mechanismName;
        this.keyBytes = keyBytes;
    }

    /// As SASL says it.
    public String mechanismName() {
        return mechanismName;
    }

    /// How long each of the two keys is.
    public int keyBytes() {
        return keyBytes;
    }
}
