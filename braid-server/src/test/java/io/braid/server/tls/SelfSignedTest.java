package io.braid.server.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The certificate that the server makes for itself, read by the JDK.
class SelfSignedTest {
    private static final Instant NOW = Instant.parse("2026-11-27T14:00:00Z");
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    @TempDir
    private Path directory;

    @Test
    void itIsForThisMachinesOwnNamesAndVouchesForItself() throws Exception {
        var identity = IdentityFiles.selfSigned(directory.resolve("tls"), NOW).read();

        var certificate = identity.chain().getFirst();
        assertEquals(1, identity.chain().size());
        assertEquals(
                Set.of(
                        List.of(DNS_NAME, "localhost"),
                        List.of(IP_ADDRESS, "127.0.0.1"),
                        List.of(IP_ADDRESS, "0:0:0:0:0:0:0:1")),
                new HashSet<>(certificate.getSubjectAlternativeNames()));
        assertEquals(certificate.getIssuerX500Principal(), certificate.getSubjectX500Principal());
        assertEquals(
                "CN=Braid on localhost", certificate.getSubjectX500Principal().getName());
        assertDoesNotThrow(() -> certificate.verify(certificate.getPublicKey()));
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
        assertEquals(-1, certificate.getBasicConstraints(), "no authority");
        assertEquals(3, certificate.getVersion());
        assertTrue(certificate.getSerialNumber().signum() > 0);
    }

    @Test
    void itIsValidForTenYears() throws Exception {
        var certificate =
                IdentityFiles.selfSigned(directory, NOW).read().chain().getFirst();

        certificate.checkValidity(Date.from(NOW.minus(Duration.ofHours(12)))); // a client's clock
        certificate.checkValidity(Date.from(NOW.plus(Duration.ofDays(3649))));
        assertEquals(NOW.plus(Duration.ofDays(3650)), certificate.getNotAfter().toInstant());
    }

    @Test
    void datesBeyondTwoDigitsOfTheYearAreWritten() throws Exception {
        var late = Instant.parse("2049-12-31T23:59:59Z");

        var certificate =
                IdentityFiles.selfSigned(directory, late).read().chain().getFirst();

        assertEquals(late.minus(Duration.ofDays(1)), certificate.getNotBefore().toInstant());
        assertEquals(late.plus(Duration.ofDays(3650)), certificate.getNotAfter().toInstant());
    }

    @Test
    void itIsMadeOnceAndItsKeyIsReadByNobodyElse() throws Exception {
        var files = IdentityFiles.selfSigned(directory, NOW);
        var certificate = Files.readAllBytes(files.certificate());
        var key = Files.readAllBytes(files.key());

        var again = IdentityFiles.selfSigned(directory, NOW.plus(Duration.ofDays(3000)));

        assertEquals(files, again);
        assertArrayEquals(certificate, Files.readAllBytes(again.certificate()));
        assertArrayEquals(key, Files.readAllBytes(again.key()));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(files.key())));
        try (var all = Files.list(directory)) {
            assertEquals(2, all.count());
        }
    }

    @Test
    void oneThatIsNoLongerValidOrHasNoKeyIsMadeAnew() throws Exception {
        var first = IdentityFiles.selfSigned(directory, NOW).read();

        var second = IdentityFiles.selfSigned(directory, NOW.plus(Duration.ofDays(3650)))
                .read();
        Files.delete(directory.resolve("key.pem"));
        var third = IdentityFiles.selfSigned(directory, NOW).read();

        assertNotEquals(first.chain(), second.chain());
        assertNotEquals(second.chain(), third.chain());
    }

    @Test
    void aDamagedOneIsLeftAloneAndNamed() throws Exception {
        var files = IdentityFiles.selfSigned(directory, NOW);
        Files.writeString(files.certificate(), "nothing");

        var refused = assertThrows(IOException.class, () -> IdentityFiles.selfSigned(directory, NOW));

        assertTrue(refused.getMessage().startsWith(files.certificate() + " holds nothing in PEM"), refused::getMessage);
        assertTrue(
                refused.getMessage().endsWith("Without these two files the server makes new ones"),
                refused::getMessage);
        assertEquals("nothing", Files.readString(files.certificate()));
    }
}
