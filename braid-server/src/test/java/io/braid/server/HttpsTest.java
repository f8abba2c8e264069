package io.braid.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.server.Configuration.Given;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server with https: what its settings make of it.
class HttpsTest {
    @TempDir
    private Path directory;

    private Server start(String... settings) throws Exception {
        var given = new ArrayList<Given>();
        for (var setting : List.of(settings)) given.add(setting(setting));
        for (var setting : List.of("kafka.listen=127.0.0.1:0", "http.listen=127.0.0.1:0")) given.add(setting(setting));
        given.add(setting("data=" + directory.resolve("data")));
        var configuration = Configuration.of(given, Map.of(), List.of());
        return Server.start(configuration, InstantSource.system(), new Random(1));
    }

    private static Given setting(String pair) {
        int equals = pair.indexOf('=');
        return new Given(pair.substring(0, equals), pair.substring(equals + 1), "test");
    }

    private String refusal(String... settings) {
        return assertThrows(CannotStart.class, () -> start(settings)).getMessage();
    }

    private static HttpClient trusting(Path certificate) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "braid", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    @Test
    void aSelfSignedCertificateIsMadeKeptAndServedByAlpn() throws Exception {
        byte[] made;
        try (var server = start("http.tls.mode=self-signed", "http.tls.listen=127.0.0.1:0")) {
            var certificate = server.certificate().orElseThrow();
            assertEquals(directory.resolve("data/tls/certificate.pem"), certificate);
            made = Files.readAllBytes(certificate);
            try (var client = trusting(certificate)) {
                var port = server.https().orElseThrow().port();
                for (var name : List.of("localhost", "127.0.0.1")) {
                    for (var version : HttpClient.Version.values()) {
                        var page = URI.create("https://%s:%d/health".formatted(name, port));
                        var request =
                                HttpRequest.newBuilder(page).version(version).build();
                        var answer = client.send(request, BodyHandlers.ofString());
                        assertEquals("ok\n", answer.body());
                        assertEquals(version, answer.version());
                    }
                }
            }
        }

        try (var again = start("http.tls.mode=self-signed", "http.tls.listen=127.0.0.1:0")) {
            assertEquals(made.length, Files.size(again.certificate().orElseThrow()));
            assertEquals(
                    -1,
                    Files.mismatch(again.certificate().orElseThrow(), Files.write(directory.resolve("made"), made)));
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        var key = Files.writeString(directory.resolve("key.pem"), "none");

        assertEquals(
                "no https (setting http.tls.mode): %s: there is no such file".formatted(directory.resolve("cert.pem")),
                refusal(
                        "http.tls.mode=files",
                        "http.tls.certificate=" + directory.resolve("cert.pem"),
                        "http.tls.key=" + key));
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = "127.0.0.1:" + taken.getLocalPort();

            assertEquals(
                    address + " is taken by another program: stop that, or choose another port with"
                            + " --set http.tls.listen=HOST:PORT (port 0 takes a free one)",
                    refusal("http.tls.mode=self-signed", "http.tls.listen=" + address));
        }
    }

    @Test
    void withoutItThereIsNone() throws Exception {
        try (var server = start()) {
            assertTrue(server.https().isEmpty());
            assertTrue(server.certificate().isEmpty());
        }
    }
}
