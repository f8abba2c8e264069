package io.braid.server.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What handshakes are shown while the files change. The clock moves when it is told to.
class ReloadingKeysTest {
    private Instant now = Instant.parse("2026-11-27T14:00:00Z");
    private IdentityFiles files;
    private IdentityFiles others;
    private ReloadingKeys keys;

    @TempDir
    private Path directory;

    @BeforeEach
    void make() throws IOException {
        files = IdentityFiles.selfSigned(directory.resolve("served"), now);
        others = IdentityFiles.selfSigned(directory.resolve("others"), now);
        keys = new ReloadingKeys(files, () -> now);
    }

    private String name() {
        return keys.chooseServerAlias("EC", null, null);
    }

    private List<X509Certificate> shown() {
        return List.of(keys.getCertificateChain(name()));
    }

    private void replace(Path file, Path with) throws IOException {
        Files.copy(with, file, StandardCopyOption.REPLACE_EXISTING);
        // The file system's clock may be coarser than this test is quick.
        Files.setLastModifiedTime(file, FileTime.fromMillis(file.toFile().lastModified() + 5_000));
    }

    private void pass() {
        now = now.plusSeconds(1);
    }

    @Test
    void aNewPairIsShownFromTheNextLookOn() throws Exception {
        var before = files.read().chain();
        assertEquals(before, shown());

        replace(files.certificate(), others.certificate());
        replace(files.key(), others.key());
        assertEquals(before, shown(), "looked at within a second");
        pass();

        assertEquals(others.read().chain(), shown());
        assertArrayEquals(
                others.read().key().getEncoded(), keys.getPrivateKey(name()).getEncoded());
    }

    @Test
    void aHandshakeThatHasBegunGetsTheCertificateAndTheKeyThatItChose() throws Exception {
        var before = files.read();
        var chosen = name();
        replace(files.certificate(), others.certificate());
        replace(files.key(), others.key());
        pass();
        name(); // of another handshake

        assertEquals(before.chain(), List.of(keys.getCertificateChain(chosen)));
        assertArrayEquals(before.key().getEncoded(), keys.getPrivateKey(chosen).getEncoded());
    }

    @Test
    void halfAPairIsNotShown() throws Exception {
        var before = files.read().chain();

        replace(files.certificate(), others.certificate());
        pass();
        assertEquals(before, shown());
        replace(files.key(), others.key());
        pass();

        assertEquals(others.read().chain(), shown());
    }

    @Test
    void filesThatAreGoneChangeNothing() throws Exception {
        var before = files.read().chain();

        Files.delete(files.certificate());
        pass();

        assertEquals(before, shown());
    }

    @Test
    void aKeyOfAnotherKindIsNotOffered() {
        assertNull(keys.chooseServerAlias("RSA", null, null));
        assertNull(keys.chooseClientAlias(new String[] {"EC"}, null, null));
    }
}
