package io.braid.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/// Puts records of 1 KB at times fixed beforehand, and subscribes to their shard: how long each took from when it was
/// due to be put until its event came.
///
/// Records are put with PutRecord over HTTP/1.1, in turn by several connections, so that one that is slow keeps
/// none of the next waiting; if they wait all the same, that counts, since each record carries when it was *due* (as in
/// [OpenLoop]). The subscription is HTTP/2, as Amazon's clients have it, by the JDK's client.
public record FanOutLoad(InetSocketAddress server) {
    public static final int RECORDS_PER_SECOND = 200;
    private static final String STREAM = "fan-out";
    private static final int PUTTERS = 4;
    private static final int DATA_BYTES = 1024;
    private static final int DUE_CHARS = 12; // of Base64: the nine bytes that hold the first eight
    private static final int DIGITS = 3; // a delay is kept to a thousandth of itself
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1) / RECORDS_PER_SECOND;
    private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(50); // from the decision to put to the first
    private static final String DATA = "\"Data\":\"";
    private static final Pattern STREAM_ARN = Pattern.compile("\"StreamARN\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern CONSUMER_ARN = Pattern.compile("\"ConsumerARN\"\\s*:\\s*\"([^\"]+)\"");

    /// How long after the last record was due its event may still come.
    private static final Duration LATE_MAX = Duration.ofMinutes(1);

    /// The delays of that many records, in nanoseconds, over a stream of its own.
    ///
    /// @throws Unserved a record was refused, or not all of them came
    public Histogram run(long records) throws IOException, InterruptedException {
        var stream = new KinesisLoad(server, STREAM, 1, DATA_BYTES, Protocol.JSON);
        stream.create();
        var consumer = register();
        Histogram delays;
        try (var client = client();
                var events = subscribe(client, consumer)) {
            delays = delays(new EventMessages(events), records);
        }
        try (var http = new Http(server, KinesisLoad.SMALL_ANSWER_BYTES_MAX)) {
            KinesisLoad.call(http, "DeregisterStreamConsumer", "{\"ConsumerARN\":\"%s\"}".formatted(consumer));
        }
        stream.delete();
        return delays;
    }

    private String register() throws IOException {
        try (var http = new Http(server, KinesisLoad.SMALL_ANSWER_BYTES_MAX)) {
            var summary = KinesisLoad.call(http, "DescribeStreamSummary", "{\"StreamName\":\"%s\"}".formatted(STREAM));
            var registered = KinesisLoad.call(
                    http,
                    "RegisterStreamConsumer",
                    "{\"StreamARN\":\"%s\",\"ConsumerName\":\"bench\"}".formatted(first(STREAM_ARN, summary)));
            return first(CONSUMER_ARN, registered);
        }
    }

    /// A client with an HTTP/2 connection. The JDK's gets one by asking for an upgrade, with a request that does no
    /// more.
    private HttpClient client() throws IOException, InterruptedException {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        var health = HttpRequest.newBuilder(uri("/health")).timeout(LATE_MAX).build();
        var version =
                client.send(health, HttpResponse.BodyHandlers.discarding()).version();
        if (version != HttpClient.Version.HTTP_2) {
            client.close();
            throw new Unserved("the connection stayed %s when HTTP/2 was asked for".formatted(version), null);
        }
        return client;
    }

    /// When it returns, the subscription begins with the next record.
    private InputStream subscribe(HttpClient client, String consumer) throws IOException, InterruptedException {
        var body =
                "{\"ConsumerARN\":\"%s\",\"ShardId\":\"shardId-000000000000\",\"StartingPosition\":{\"Type\":\"LATEST\"}}"
                        .formatted(consumer);
        var request = HttpRequest.newBuilder(uri("/"))
                .header("Content-Type", Protocol.JSON.contentType())
                .header("X-Amz-Target", "Kinesis_20131202.SubscribeToShard")
                .header("Authorization", Http.AUTHORIZATION)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            try (var answer = response.body()) {
                var text = new String(answer.readNBytes(200), StandardCharsets.UTF_8);
                throw new Unserved("SubscribeToShard answered %d: %s".formatted(response.statusCode(), text), null);
            }
        }
        return response.body();
    }

    private URI uri(String path) {
        return URI.create("http://%s:%d%s".formatted(server.getHostString(), server.getPort(), path));
    }

    private Histogram delays(EventMessages events, long records) throws IOException, InterruptedException {
        long start = System.nanoTime() + FIRST;
        long limit = records * INTERVAL + LATE_MAX.toNanos();
        // Its threads are not waited for: one of them may hang in a read when a record never comes.
        var threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("fan-out-", 0).factory());
        try {
            Callable<Histogram> receiving = () -> receive(events, records);
            var received = threads.submit(receiving);
            var putting = new ArrayList<Future<?>>();
            for (int i = 0; i < PUTTERS; i++) {
                int first = i;
                putting.add(threads.submit(() -> put(start, first, records)));
            }
            for (var one : putting) one.get();
            return received.get(limit, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Unserved unserved) throw unserved;
            throw new Unserved("a connection failed: " + e.getCause().getMessage(), e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new Unserved("not all of %,d records came within %s".formatted(records, LATE_MAX), e);
        } finally {
            threads.shutdownNow();
        }
    }

    /// Puts every [#PUTTERS]th record.
    private Void put(long start, int first, long records) throws IOException {
        try (var http = new Http(server, KinesisLoad.SMALL_ANSWER_BYTES_MAX)) {
            for (long number = first; number < records; number += PUTTERS) {
                long due = start + number * INTERVAL;
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                var entry = new Protocol.Entry(
                        ByteBuffer.allocate(DATA_BYTES).putLong(due).array(), Long.toString(number));
                var answer = http.exchange(Http.request("PutRecord", Protocol.JSON.putRecord(STREAM, entry)));
                if (answer.status() != 200) {
                    throw Unserved.by("PutRecord", answer);
                }
            }
            return null;
        }
    }

    private static Histogram receive(EventMessages events, long records) throws IOException {
        var delays = new Histogram(DIGITS);
        while (delays.getTotalCount() < records) {
            var message = events.next();
            long now = System.nanoTime();
            if (message.isEmpty()) {
                throw new Unserved(
                        "the subscription ended after %,d of %,d records".formatted(delays.getTotalCount(), records),
                        null);
            }
            var payload = new String(message.get().payload(), StandardCharsets.ISO_8859_1);
            if (message.get().type().endsWith("Exception")) {
                throw new Unserved("the subscription ended with %s".formatted(payload), null);
            }
            for (int at = payload.indexOf(DATA); at >= 0; at = payload.indexOf(DATA, at + 1)) {
                delays.recordValue(now - due(payload.substring(at + DATA.length(), at + DATA.length() + DUE_CHARS)));
            }
        }
        return delays;
    }

    private static long due(String base64) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(base64)).getLong();
    }

    private static String first(Pattern pattern, String answer) throws Unserved {
        var found = pattern.matcher(answer);
        if (!found.find()) {
            throw new Unserved("an answer has no %s: %s".formatted(pattern, answer), null);
        }
        return found.group(1);
    }
}
