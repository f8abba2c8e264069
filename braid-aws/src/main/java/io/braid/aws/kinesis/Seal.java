package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes opaque tokens that carry their own state and notices any that were not made here: the bytes, then the
/// first half of their HMAC-SHA-256, in Base64. The key comes from a [Secret], so tokens stay valid
/// across restarts, are taken by every server that has the same one, and cannot be made by anybody
/// else. Any thread.
final class Seal {
    private static final int MAC_BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";

    /// Where the secret comes from; asked when a token is first made or looked at.
    interface Source {
        byte[] secret() throws IOException;
    }

    private final Source source;
    private final String purpose;
    private volatile Optional<SecretKeySpec> known = Optional.empty(); // always the same, whoever writes it

    /// @param purpose keeps one kind of token from passing as another
    Seal(Source source, String purpose) {
        this.source = source;
        this.purpose = purpose;
    }

    String seal(byte[] content) {
        var sealed = Arrays.copyOf(content, content.length + MAC_BYTES);
        System.arraycopy(mac(content), 0, sealed, content.length, MAC_BYTES);
        return Base64.getEncoder().encodeToString(sealed);
    }

    /// The content of a token; empty if it was not sealed here or has been changed.
    Optional<ByteBuffer> open(String token) {
        byte[] sealed;
        try {
            sealed = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // not even Base64: the caller answers
        }
        if (sealed.length < MAC_BYTES) return Optional.empty();
        var content = Arrays.copyOf(sealed, sealed.length - MAC_BYTES);
        var mac = Arrays.copyOfRange(sealed, content.length, sealed.length);
        boolean ours = MessageDigest.isEqual(mac, Arrays.copyOf(mac(content), MAC_BYTES));
        return ours ? Optional.of(ByteBuffer.wrap(content)) : Optional.empty();
    }

    private byte[] mac(byte[] content) {
        return hmac(key(), content);
    }

    private SecretKeySpec key() {
        var key = known;
        if (key.isPresent()) return key.get();
        try {
            var secret = new SecretKeySpec(source.secret(), ALGORITHM);
            var derived = new SecretKeySpec(hmac(secret, ("braid " + purpose).getBytes(UTF_8)), ALGORITHM);
            known = Optional.of(derived);
            return derived;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // ends the one request
        }
    }

    private static byte[] hmac(SecretKeySpec key, byte[] content) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
