package io.braid.server.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Certificates and keys as other programs write them, and what is said about those that cannot be used.
class IdentityTest {
    private static final Instant NOW = Instant.parse("2026-11-27T14:00:00Z");
    private static final String EC = "EC PRIVATE KEY";
    private static final String RSA = "RSA PRIVATE KEY";

    @TempDir
    private Path directory;

    private Path certificate;
    private Path key;

    @BeforeEach
    void make() throws IOException {
        var files = IdentityFiles.selfSigned(directory, NOW);
        certificate = files.certificate();
        key = files.key();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private String refusal(Path certificate, Path key) {
        var message = assertThrows(IOException.class, () -> Identity.read(certificate, key))
                .getMessage();
        return message.replace(directory + "/", "");
    }

    /// What stands in a PKCS#8 key behind version and kind: the key as OpenSSL 1 wrote it.
    private static byte[] bare(byte[] pkcs8) {
        return Der.values(pkcs8).getFirst().values().get(2).content();
    }

    private static KeyPair rsa() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    @Test
    void anEcKeyOfOpenSslIsRead() throws Exception {
        var pkcs8 = Pem.read(key).getFirst().der();
        // OpenSSL names the curve within the key, too; the JDK does not.
        var parts = Der.values(bare(pkcs8)).getFirst().values();
        var named = Der.sequence(
                parts.get(0).whole(), parts.get(1).whole(), Der.of(Der.EXPLICIT, Der.oid("1.2.840.10045.3.1.7")));
        var text = Pem.text("EC PARAMETERS", Der.oid("1.2.840.10045.3.1.7")) + Pem.text(EC, named);

        var read = Identity.read(certificate, file("ec.pem", text));

        assertEquals("EC", read.key().getAlgorithm());
    }

    @Test
    void anRsaKeyOfOpenSslIsRead() throws Exception {
        var pair = rsa();
        var bare = bare(pair.getPrivate().getEncoded());

        // It does not belong to the certificate, but that it was read says the answer.
        assertEquals(
                "rsa.pem is not the key of the first certificate in certificate.pem (CN=Braid on localhost)",
                refusal(certificate, file("rsa.pem", Pem.text(RSA, bare))));
        assertEquals(
                "rsa.pem is not the key of the first certificate in certificate.pem (CN=Braid on localhost)",
                refusal(
                        certificate,
                        file(
                                "rsa.pem",
                                Pem.text(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()))));
    }

    @Test
    void certificateAndKeyMayStandInOneFileWithOtherText() throws Exception {
        var both = file("both.pem", "Subject: me\n" + Files.readString(key) + "\r\n" + Files.readString(certificate));

        assertEquals(Identity.read(certificate, key), Identity.read(both, both));
    }

    @Test
    void aChainKeepsItsOrder() throws Exception {
        var issuer = IdentityFiles.selfSigned(directory.resolve("issuer"), NOW);
        var chain = file("chain.pem", Files.readString(certificate) + Files.readString(issuer.certificate()));

        var read = Identity.read(chain, key);

        assertEquals(2, read.chain().size());
        assertEquals(
                Identity.read(certificate, key).chain().getFirst(), read.chain().getFirst());
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        var der = directory.resolve("der.pem");
        Files.write(der, Pem.read(certificate).getFirst().der());
        var cut = Pem.read(certificate).getFirst().der();
        var cutKey = Pem.read(key).getFirst().der();

        assertEquals("gone.pem: there is no such file", refusal(directory.resolve("gone.pem"), key));
        assertEquals("gone.pem: there is no such file", refusal(certificate, directory.resolve("gone.pem")));
        assertTrue(refusal(directory, key).endsWith(" is a directory"));
        assertTrue(refusal(der, key).startsWith("der.pem holds nothing in PEM (text that begins with -----BEGIN"));
        assertEquals("key.pem holds no certificate, but PRIVATE KEY", refusal(key, certificate));
        assertEquals("certificate.pem holds no private key, but CERTIFICATE", refusal(certificate, certificate));
        assertTrue(refusal(file("cut.pem", Pem.text(Pem.CERTIFICATE, Arrays.copyOf(cut, 99))), key)
                .startsWith("cut.pem: certificate 1 of it cannot be read: "));
        assertTrue(refusal(file("odd.pem", Pem.text(Pem.CERTIFICATE, cut).replace("MI", "*I")), key)
                .startsWith("odd.pem: what stands behind BEGIN CERTIFICATE is no Base64: "));
        assertKeyRefused("it is cut off or damaged at byte 0", Pem.PRIVATE_KEY, Arrays.copyOf(cutKey, 20));
        assertKeyRefused("it is 0 values, not one", Pem.PRIVATE_KEY, new byte[0]);
        assertKeyRefused("it is no PKCS#8", Pem.PRIVATE_KEY, Der.sequence(Der.NULL));
        assertKeyRefused(
                "its kind is not understood",
                Pem.PRIVATE_KEY,
                Der.sequence(Der.NULL, Der.sequence(Der.oid("1.2.3")), Der.NULL));
        assertKeyRefused("it is encrypted", "ENCRYPTED PRIVATE KEY", cutKey);
        assertKeyRefused("it does not name its curve", EC, Der.sequence(Der.NULL));
        assertKeyRefused("a key of kind DSA PRIVATE KEY is not understood", "DSA PRIVATE KEY", cutKey);
    }

    /// Also of every cut of a good key: an answer, and never another kind of error.
    @Test
    void everyCutOfAKeyIsRefused() throws Exception {
        var whole = Pem.read(key).getFirst().der();

        for (int length = 0; length < whole.length; length++) {
            var cut = file("cut.pem", Pem.text(Pem.PRIVATE_KEY, Arrays.copyOf(whole, length)));
            assertTrue(refusal(certificate, cut).startsWith("cut.pem: the key cannot be used: "));
        }
    }

    private void assertKeyRefused(String reason, String label, byte[] der) throws IOException {
        assertEquals(
                "wrong.pem: the key cannot be used: " + reason
                        + ". `openssl pkey -in wrong.pem -out FILE` writes one as it"
                        + " is wanted here: not encrypted, RSA, EC or EdDSA",
                refusal(certificate, file("wrong.pem", Pem.text(label, der))));
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws Exception {
        var large =
                file("large.pem", "x".repeat(1 << 20) + new String(Files.readAllBytes(key), StandardCharsets.US_ASCII));

        assertEquals(
                "large.pem has more than 1048576 bytes: it is no file of certificates or keys", refusal(large, key));
    }
}
