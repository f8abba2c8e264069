package io.braid.aws;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// TLS between a server and clients of these tests, with a key that everybody has: `localhost.p12` is for
/// localhost until 2126, made with `keytool -genkeypair -keyalg EC -ext san=dns:localhost,ip:127.0.0.1`.
final class LocalTls {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private LocalTls() {}

    /// For both sides.
    static SSLContext context() throws IOException {
        try (var file = LocalTls.class.getResourceAsStream("localhost.p12")) {
            var store = KeyStore.getInstance("PKCS12");
            store.load(file, PASSWORD);
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD);
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("localhost", store.getCertificate("localhost"));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
