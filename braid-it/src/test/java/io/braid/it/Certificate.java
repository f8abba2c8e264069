package io.braid.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// A server's certificate that clients are told to trust, and nothing else.
///
/// @param pem the file that users name to their clients
record Certificate(Path pem) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /// For clients of this JVM.
    TrustManager[] trust() throws IOException, GeneralSecurityException {
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store());
        return trust.getTrustManagers();
    }

    SSLContext context() throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust(), null);
        return context;
    }

    /// Flags with which another JVM trusts it.
    List<String> jvmFlags() throws IOException, GeneralSecurityException {
        var file = Files.createTempFile(Jvm.target(), "trust-", ".p12");
        try (var out = Files.newOutputStream(file)) {
            store().store(out, PASSWORD);
        }
        return List.of(
                "-Djavax.net.ssl.trustStore=" + file, "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD));
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(pem)) {
            store.setCertificateEntry(
                    "braid", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        return store;
    }
}
