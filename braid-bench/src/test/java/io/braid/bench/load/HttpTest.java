package io.braid.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpTest {
    private HttpServer server;

    /// Answers with the request's operation and body; a status of 400 if the body says so, in chunks if it says so.
    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var answer = (exchange.getRequestHeaders().getFirst("X-Amz-Target") + " " + body).getBytes();
            exchange.sendResponseHeaders(
                    body.startsWith("bad") ? 400 : 200, body.startsWith("chunked") ? 0 : answer.length);
            try (var out = exchange.getResponseBody()) {
                out.write(answer, 0, answer.length / 2);
                out.flush();
                out.write(answer, answer.length / 2, answer.length - answer.length / 2);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void oneConnectionCarriesManyExchanges() throws IOException {
        try (var http = new Http(server.getAddress())) {
            for (int i = 0; i < 3; i++) {
                var answer = http.exchange(Http.request("Some", ("n" + i).getBytes()));

                assertEquals(200, answer.status());
                assertEquals("Kinesis_20131202.Some n" + i, answer.text());
            }
        }
    }

    @Test
    void anAnswerInChunksLiesInOnePiece() throws IOException {
        var body = "chunked" + "x".repeat(100_000);
        try (var http = new Http(server.getAddress())) {
            assertEquals(
                    "Kinesis_20131202.Some " + body,
                    http.exchange(Http.request("Some", body.getBytes())).text());
        }
    }

    @Test
    void aRequestCanBeSentAgain() throws IOException {
        var request = Http.request("Some", "bad".getBytes());
        try (var http = new Http(server.getAddress())) {
            assertEquals(400, http.exchange(request).status());
            assertEquals(400, http.exchange(request).status());
        }
    }

    @Test
    void aClosedConnectionIsNoticed() throws IOException {
        try (var http = new Http(server.getAddress())) {
            http.exchange(Http.request("Some", new byte[0]));
            server.stop(0);

            assertThrows(IOException.class, () -> {
                http.exchange(Http.request("Some", new byte[0]));
                http.exchange(Http.request("Some", new byte[0]));
            });
        }
    }
}
