package io.braid.server.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Set;

/// A certificate that vouches for itself (RFC 5280), for the names that this machine has for itself: localhost,
/// 127.0.0.1 and ::1. A client that is told to trust it knows that it talks to this server.
///
/// It does not call itself an authority and limits no use of its key: libraries differ in what they accept as a
/// server's certificate and as a root of trust at once, and this is what all of them do (docs/decisions/0090).
final class SelfSigned {
    private static final Duration LIFE = Duration.ofDays(3650);
    private static final Duration CLOCKS_APART = Duration.ofDays(1); // of a client behind the server's
    private static final String CURVE = "secp256r1"; // the one that every TLS library knows
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final byte[] COMMON_NAME = Der.oid("2.5.4.3");
    private static final byte[] SUBJECT_KEY_IDENTIFIER = Der.oid("2.5.29.14");
    private static final byte[] SUBJECT_ALTERNATIVE_NAMES = Der.oid("2.5.29.17");
    private static final byte[] EXTENDED_KEY_USAGE = Der.oid("2.5.29.37");
    private static final byte[] SERVER_AUTHENTICATION = Der.oid("1.3.6.1.5.5.7.3.1");
    private static final int DNS_NAME = Der.IMPLICIT | 2;
    private static final int IP_ADDRESS = Der.IMPLICIT | 7;
    private static final int IDENTIFIER_BYTES = 16;
    private static final byte[] IPV4 = {127, 0, 0, 1};
    private static final byte[] IPV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final int UTC_TIME_YEARS_END = 2050;

    private SelfSigned() {}

    /// Writes a new certificate and its key. Whoever reads while this goes on sees two files that may not
    /// belong together; the certificate comes last.
    static void write(IdentityFiles files, Instant now) throws IOException {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            var pair = generator.generateKeyPair();
            replace(
                    files.key(),
                    "rw-------",
                    Pem.text(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()));
            replace(files.certificate(), "rw-r--r--", Pem.text(Pem.CERTIFICATE, certificate(pair, now)));
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java cannot make a certificate: " + e.getMessage(), e);
        }
    }

    static byte[] certificate(KeyPair pair, Instant now) throws GeneralSecurityException {
        var identifier = identifier(pair);
        var name = Der.sequence(Der.of(
                Der.SET, Der.sequence(COMMON_NAME, Der.of(Der.UTF8_STRING, "Braid on localhost".getBytes(UTF_8)))));
        var signed = Der.sequence(
                Der.of(Der.EXPLICIT, Der.integer(BigInteger.TWO)), // version 3
                Der.integer(new BigInteger(1, identifier)), // the serial number: another for another key
                ECDSA_WITH_SHA256,
                name,
                Der.sequence(time(now.minus(CLOCKS_APART)), time(now.plus(LIFE))),
                name,
                pair.getPublic().getEncoded(),
                Der.of(
                        Der.EXPLICIT | 3,
                        Der.sequence(
                                extension(
                                        SUBJECT_ALTERNATIVE_NAMES,
                                        Der.sequence(
                                                Der.of(DNS_NAME, "localhost".getBytes(US_ASCII)),
                                                Der.of(IP_ADDRESS, IPV4),
                                                Der.of(IP_ADDRESS, IPV6))),
                                extension(EXTENDED_KEY_USAGE, Der.sequence(SERVER_AUTHENTICATION)),
                                extension(SUBJECT_KEY_IDENTIFIER, Der.of(Der.OCTET_STRING, identifier)))));
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(signed);
        return Der.sequence(signed, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
    }

    /// What tells this key from others.
    private static byte[] identifier(KeyPair pair) throws GeneralSecurityException {
        var digest =
                MessageDigest.getInstance("SHA-256").digest(pair.getPublic().getEncoded());
        return Arrays.copyOf(digest, IDENTIFIER_BYTES);
    }

    private static byte[] extension(byte[] kind, byte[] value) {
        return Der.sequence(kind, Der.of(Der.OCTET_STRING, value));
    }

    /// RFC 5280, section 4.1.2.5: with two digits of the year as long as that is possible.
    private static byte[] time(Instant instant) {
        var utc = instant.atOffset(ZoneOffset.UTC);
        boolean isShort = utc.getYear() < UTC_TIME_YEARS_END;
        var text = utc.format(DateTimeFormatter.ofPattern(isShort ? "uuMMddHHmmss'Z'" : "uuuuMMddHHmmss'Z'"));
        return Der.of(isShort ? Der.UTC_TIME : Der.GENERALIZED_TIME, text.getBytes(US_ASCII));
    }

    /// Whole or not at all, and on disk.
    private static void replace(Path file, String permissions, String text) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(draft, options, attributes(file, permissions))) {
            var bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<?>[] attributes(Path file, String permissions) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) return new FileAttribute<?>[0];
        var allowed = PosixFilePermissions.fromString(permissions);
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(allowed)};
    }
}
