package io.braid.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Who a server is, and how it proves it.
///
/// @param chain the server's certificate, then those of its issuers
/// @param key   of the first certificate
record Identity(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] RSA = Der.oid("1.2.840.113549.1.1.1"); // RFC 8017
    private static final byte[] EC = Der.oid("1.2.840.10045.2.1"); // RFC 5480
    private static final byte[] ED25519 = Der.oid("1.3.101.112"); // RFC 8410
    private static final byte[] ED448 = Der.oid("1.3.101.113");
    private static final byte[] PROOF = {1, 2, 3};

    /// @throws IOException one of the files cannot be used, or they do not belong together; the message says which
    ///     and why
    static Identity read(Path certificate, Path key) throws IOException {
        var chain = chain(certificate);
        var owned = key(key);
        if (!isPair(chain.getFirst().getPublicKey(), owned))
            throw new IOException("%s is not the key of the first certificate in %s (%s)"
                    .formatted(key, certificate, chain.getFirst().getSubjectX500Principal()));
        return new Identity(chain, owned);
    }

    private static List<X509Certificate> chain(Path file) throws IOException {
        var chain = new ArrayList<X509Certificate>();
        var blocks = Pem.read(file);
        for (var block : blocks) {
            if (!block.label().equals(Pem.CERTIFICATE)) continue;
            try {
                var x509 = CertificateFactory.getInstance("X.509");
                chain.add((X509Certificate) x509.generateCertificate(new ByteArrayInputStream(block.der())));
            } catch (GeneralSecurityException e) {
                throw new IOException(
                        "%s: certificate %d of it cannot be read: %s".formatted(file, chain.size() + 1, e.getMessage()),
                        e);
            }
        }
        if (chain.isEmpty()) throw new IOException("%s holds no certificate, but %s".formatted(file, labels(blocks)));
        return chain;
    }

    private static PrivateKey key(Path file) throws IOException {
        var blocks = Pem.read(file);
        for (var block : blocks) {
            var label = block.label();
            if (!label.endsWith(Pem.PRIVATE_KEY)) continue;
            try {
                return switch (label) {
                    case Pem.PRIVATE_KEY -> pkcs8(block.der());
                    case "RSA PRIVATE KEY" -> pkcs8(wrapped(Der.sequence(RSA, Der.NULL), block.der()));
                    case "EC PRIVATE KEY" -> pkcs8(wrapped(curve(block.der()), block.der()));
                    case "ENCRYPTED PRIVATE KEY" -> throw new IllegalArgumentException("it is encrypted");
                    default -> throw new IllegalArgumentException("a key of kind " + label + " is not understood");
                };
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new IOException(
                        "%s: the key cannot be used: %s. `openssl pkey -in %s -out FILE` writes one as it is wanted here: not encrypted, RSA, EC or EdDSA"
                                .formatted(file, e.getMessage(), file),
                        e);
            }
        }
        throw new IOException("%s holds no private key, but %s".formatted(file, labels(blocks)));
    }

    private static String labels(List<Pem.Block> blocks) {
        return String.join(", ", blocks.stream().map(Pem.Block::label).toList());
    }

    /// The form that the JDK reads: RFC 5208.
    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        var parts = only(der).values();
        if (parts.size() < 3 || parts.get(1).values().isEmpty()) throw new IllegalArgumentException("it is no PKCS#8");
        var kind = parts.get(1).values().getFirst().whole();
        return KeyFactory.getInstance(algorithm(kind)).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static String algorithm(byte[] kind) {
        if (Arrays.equals(kind, RSA)) return "RSA";
        if (Arrays.equals(kind, EC)) return "EC";
        if (Arrays.equals(kind, ED25519) || Arrays.equals(kind, ED448)) return "EdDSA";
        throw new IllegalArgumentException("its kind is not understood");
    }

    /// A key that stands alone, with what PKCS#8 puts around it.
    private static byte[] wrapped(byte[] kind, byte[] key) {
        return Der.sequence(Der.integer(BigInteger.ZERO), kind, Der.of(Der.OCTET_STRING, key));
    }

    /// Which curve a key is on, as it says itself (RFC 5915).
    private static byte[] curve(byte[] key) {
        for (var part : only(key).values()) if (part.tag() == Der.EXPLICIT) return Der.sequence(EC, part.content());
        throw new IllegalArgumentException("it does not name its curve");
    }

    private static Der.Value only(byte[] der) {
        var values = Der.values(der);
        if (values.size() != 1) throw new IllegalArgumentException("it is %d values, not one".formatted(values.size()));
        return values.getFirst();
    }

    /// Whether what one signs the other recognizes.
    private static boolean isPair(PublicKey open, PrivateKey secret) {
        try {
            var signature = Signature.getInstance(
                    switch (secret.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> "EdDSA";
                    });
            signature.initSign(secret);
            signature.update(PROOF);
            var signed = signature.sign();
            signature.initVerify(open);
            signature.update(PROOF);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // the one is of another kind than the other
        }
    }
}
