package io.braid.broker;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/// What is kept of a password: enough to check who knows it and to show that the server knows it too, not enough to log
/// in with (RFC 5802, section 3). Neither the password nor its salted form can be had from it but by guessing.
/// Immutable; the arrays are copied on their way in and out, and what it says of itself tells no secret.
///
/// @param salt       what the password was salted with, 0 to [#SALT_BYTES_MAX] bytes
/// @param storedKey  a hash of the client's key
/// @param serverKey  as long as that
/// @param iterations how often the password was hashed, at least 1
public record ScramCredential(byte[] salt, byte[] storedKey, byte[] serverKey, int iterations) {
    /// Kafka's clients make salts of some 25 bytes.
    public static final int SALT_BYTES_MAX = 256;

    public ScramCredential {
        if (salt.length > SALT_BYTES_MAX)
            throw new IllegalArgumentException(
                    "a salt of %d bytes: %d are the most".formatted(salt.length, SALT_BYTES_MAX));
        if (storedKey.length != serverKey.length)
            throw new IllegalArgumentException(
                    "keys of %d and %d bytes: must be alike".formatted(storedKey.length, serverKey.length));
        if (iterations < 1)
            throw new IllegalArgumentException("%d iterations: must be at least 1".formatted(iterations));
        salt = salt.clone();
        storedKey = storedKey.clone();
        serverKey = serverKey.clone();
    }

    @Override
    public byte[] salt() {
        return salt.clone();
    }

    @Override
    public byte[] storedKey() {
        return storedKey.clone();
    }

    @Override
    public byte[] serverKey() {
        return serverKey.clone();
    }

    int keyBytes() {
        return storedKey.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramCredential that
                && iterations == that.iterations
                && Arrays.equals(salt, that.salt)
                && MessageDigest.isEqual(storedKey, that.storedKey)
                && MessageDigest.isEqual(serverKey, that.serverKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(salt), iterations); // no keys: a hash code may be shown
    }

    @Override
    public String toString() {
        return "ScramCredential[iterations=%d]".formatted(iterations);
    }
}
