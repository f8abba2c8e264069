package io.braid.server.cli;

import io.braid.server.HostPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A small client of the Kinesis HTTP API (JSON 1.1), for the command line. One thread.
final class Kinesis implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /// Amazon asks every request to be signed; where nobody has to say who they are, the form is enough.
    private static final String UNSIGNED =
            "AWS4-HMAC-SHA256 Credential=braid/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host,"
                    + " Signature=0";

    private final HostPort server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    Kinesis(HostPort server) {
        this.server = server;
    }

    /// A refusal in Amazon's words.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final String type;

        Refused(String type, String message) {
            super(message);
            this.type = type;
        }

        /// Such as `ResourceNotFoundException`.
        String type() {
            return type;
        }
    }

    /// @throws Refused the server understood and said no
    /// @throws Failure nobody answers, or not in Kinesis's way
    Map<String, Object> call(String operation, Map<String, ?> request) throws Refused, Failure, InterruptedException {
        var http = HttpRequest.newBuilder(URI.create("http://" + server + "/"))
                .timeout(ANSWER)
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "Kinesis_20131202." + operation)
                .header("Authorization", UNSIGNED)
                .POST(HttpRequest.BodyPublishers.ofString(Json.write(request)))
                .build();
        try {
            var response = client.send(http, BodyHandlers.ofByteArray());
            var answer = Json.read(response.body());
            if (response.statusCode() == 200) return answer;
            throw new Refused(
                    String.valueOf(answer.getOrDefault("__type", "HTTP " + response.statusCode())),
                    String.valueOf(answer.getOrDefault("message", answer.getOrDefault("Message", "no reason given"))));
        } catch (IOException trouble) {
            throw nobody(trouble);
        }
    }

    /// What the server has at a path, as JSON.
    ///
    /// @throws Refused the server understood and said no
    /// @throws Failure nobody answers, or there is nothing at that path
    Map<String, Object> page(String path) throws Refused, Failure, InterruptedException {
        var http = HttpRequest.newBuilder(URI.create("http://" + server + path))
                .timeout(ANSWER)
                .build();
        try {
            var response = client.send(http, BodyHandlers.ofByteArray());
            if (response.statusCode() == 404)
                throw new Failure("the server at http://%s has no %s: it may be an older release"
                        .formatted(server, http.uri().getPath()));
            var answer = Json.read(response.body());
            if (response.statusCode() == 200) return answer;
            throw new Refused(
                    "HTTP " + response.statusCode(), String.valueOf(answer.getOrDefault("message", "no reason given")));
        } catch (IOException trouble) {
            throw nobody(trouble);
        }
    }

    private Failure nobody(IOException trouble) {
        return new Failure(
                "no Kinesis server answers at http://%s: start one with ./braid server, or name another with --http HOST:PORT"
                        .formatted(server),
                trouble);
    }

    /// All names, in the server's order.
    List<String> streams() throws Refused, Failure, InterruptedException {
        var names = new ArrayList<String>();
        var request = new LinkedHashMap<String, Object>();
        Map<String, Object> answer;
        do {
            answer = call("ListStreams", request);
            names.addAll(texts(answer.get("StreamNames")));
            if (!names.isEmpty()) request.put("ExclusiveStartStreamName", names.getLast());
        } while (Boolean.TRUE.equals(answer.get("HasMoreStreams")));
        return names;
    }

    /// All shards of a stream, closed ones too.
    List<Map<String, Object>> shards(String stream) throws Refused, Failure, InterruptedException {
        var shards = new ArrayList<Map<String, Object>>();
        Map<String, ?> request = Map.of("StreamName", stream);
        while (true) {
            var answer = call("ListShards", request);
            shards.addAll(maps(answer.get("Shards")));
            var next = answer.get("NextToken");
            if (next == null) return shards;
            request = Map.of("NextToken", next);
        }
    }

    @SuppressWarnings("unchecked") // Json makes no other maps
    static Map<String, Object> map(Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    static List<Map<String, Object>> maps(Object value) {
        return value instanceof List<?> list ? list.stream().map(Kinesis::map).toList() : List.of();
    }

    private static List<String> texts(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : List.of();
    }

    @Override
    public void close() {
        client.close();
    }
}
