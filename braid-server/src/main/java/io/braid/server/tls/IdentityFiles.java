package io.braid.server.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// Where a server's certificate and its key lie, both in PEM.
///
/// @param certificate the server's certificate first, then those of its issuers, if it has any
/// @param key         not encrypted: PKCS#8, or an RSA or EC key as older programs write it
public record IdentityFiles(Path certificate, Path key) {
    private static final System.Logger LOG = System.getLogger(IdentityFiles.class.getName());

    /// A certificate for this machine's own names, which vouches for itself: what lies in this
    /// directory, or a new one if there is none there, or only one that is no longer valid. For one
    /// process at a time.
    ///
    /// @throws IOException the directory cannot be written, or what lies there cannot be used; the
    ///     message says what to do
    public static IdentityFiles selfSigned(Path directory, Instant now) throws IOException {
        var files = new IdentityFiles(directory.resolve("certificate.pem"), directory.resolve("key.pem"));
        if (files.isThere() && files.isValid(now)) return files;
        Files.createDirectories(directory);
        SelfSigned.write(files, now);
        LOG.log(System.Logger.Level.INFO, "certificate made file={0}", files.certificate());
        return files;
    }

    private boolean isThere() {
        return Files.exists(certificate) && Files.exists(key);
    }

    private boolean isValid(Instant now) throws IOException {
        try {
            return now.isBefore(read().chain().getFirst().getNotAfter().toInstant());
        } catch (IOException e) {
            throw new IOException("%s. Without these two files the server makes new ones".formatted(e.getMessage()), e);
        }
    }

    /// TLS for a server, which reads the files again when they have changed. Reads them now.
    ///
    /// @throws IOException they cannot be used; the message says which and why
    public SSLContext context(InstantSource clock) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            // No client is asked for a certificate, so there is nobody to trust.
            context.init(new KeyManager[] {new ReloadingKeys(this, clock)}, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java cannot do TLS: " + e.getMessage(), e);
        }
    }

    Identity read() throws IOException {
        return Identity.read(certificate, key);
    }

    /// How the files look from outside, all 0 for one that is not there: another stamp, other
    /// content.
    record Stamp(long certificateMillis, long certificateBytes, long keyMillis, long keyBytes) {}

    Stamp stamp() {
        var one = certificate.toFile();
        var other = key.toFile();
        return new Stamp(one.lastModified(), one.length(), other.lastModified(), other.length());
    }
}
