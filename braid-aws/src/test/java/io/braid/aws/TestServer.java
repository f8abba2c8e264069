package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.delivery.Buckets;
import io.braid.delivery.Delivery;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// A real listener over a real broker and log on a free port, with a clock that moves when told to.
final class TestServer implements AutoCloseable {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private AwsConfig config;
    private final Optional<AwsListener.Secure> secure;
    private final LogConfig logConfig;
    private volatile Instant now = Instant.parse("2026-11-23T01:02:03.004Z");
    private volatile Duration logAhead = Duration.ZERO;
    private final Buckets objects = (place, _, _) -> {
        throw new IOException("s3://%s: there is no such bucket".formatted(place.bucket()));
    };
    private int lives; // each has chance of its own, as two streams of one identity would not do
    private Log log;
    private Broker broker;
    private Delivery delivery;
    private AwsListener listener;

    TestServer(Path directory) throws IOException {
        this(directory, AwsConfig.DEFAULT);
    }

    TestServer(Path directory, AwsConfig config) throws IOException {
        this(new LogConfig(directory), config);
    }

    TestServer(LogConfig logConfig, AwsConfig config) throws IOException {
        this(logConfig, config, Optional.empty());
    }

    private TestServer(LogConfig logConfig, AwsConfig config, Optional<AwsListener.Secure> secure) throws IOException {
        this.logConfig = logConfig;
        this.config = config.withHttp(config.http().at("127.0.0.1", 0));
        this.secure = secure;
        open();
    }

    /// One that has a port for TLS, too.
    static TestServer withTls(Path directory, AwsConfig config) throws IOException {
        var secure = new AwsListener.Secure("127.0.0.1", 0, LocalTls.context());
        return new TestServer(new LogConfig(directory), config, Optional.of(secure));
    }

    private void open() throws IOException {
        InstantSource clock = () -> now;
        log = Log.open(logConfig, () -> now.plus(logAhead));
        broker = Broker.open(log, BrokerConfig.DEFAULT, clock, new Random(++lives));
        delivery = new Delivery(broker, objects, Delivery.Config.DEFAULT, clock);
        listener = AwsListener.start(
                broker, config, secure, delivery, page -> page.append("others 7\n"), clock, new Random(2));
    }

    void restart() throws IOException {
        closeParts();
        open();
    }

    /// Restarts with limits and states like Amazon's, or not.
    void restart(AwsConfig.KinesisConfig kinesis) throws IOException {
        config = config.withKinesis(kinesis);
        restart();
    }

    Broker broker() {
        return broker;
    }

    Delivery delivery() {
        return delivery;
    }

    /// Compacts all that is due.
    void compact() throws IOException {
        log.tidy();
        log.checkpoint();
        while (log.compact()) {}
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// From now on the log appends this long after the request has come.
    void appendLater(Duration time) {
        logAhead = time;
    }

    /// Does what the log's keeper does from time to time.
    void tidy() throws IOException {
        log.tidy();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listener.address().getPort() + path);
    }

    /// Where clients connect with TLS.
    InetSocketAddress secureAddress() {
        return listener.secureAddress().orElseThrow();
    }

    /// Calls an operation with JSON: one of Kinesis, or one of another service whose name begins with that of the
    /// service.
    HttpResponse<String> call(String operation, String json) throws IOException, InterruptedException {
        return client.send(request(operation, json).build(), BodyHandlers.ofString(UTF_8));
    }

    HttpRequest.Builder request(String operation, String json) {
        boolean isKinesis = operation.indexOf('.') < 0;
        var target = isKinesis
                ? "Kinesis_20131202." + operation
                : operation
                        .replace("DynamoDB.", "DynamoDB_20120810.")
                        .replace("CloudWatch.", "GraniteServiceVersion20100801.");
        return HttpRequest.newBuilder(uri("/"))
                .timeout(ANSWER_MAX)
                .header("Content-Type", "application/x-amz-json-1." + (isKinesis ? "1" : "0"))
                .header("X-Amz-Target", target)
                .POST(BodyPublishers.ofString(json, UTF_8));
    }

    /// Subscriptions to shards that go on now, as `/metrics` says.
    int subscriptions() throws IOException, InterruptedException {
        var page = send(HttpRequest.newBuilder(uri("/metrics")).build(), BodyHandlers.ofString());
        return Integer.parseInt(
                page.body().split("\nbraid_kinesis_subscriptions ")[1].split("\n")[0]);
    }

    /// Asks until there are so many.
    void awaitSubscriptions(int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + ANSWER_MAX.toNanos();
        for (int found = subscriptions(); found != count; found = subscriptions()) {
            if (System.nanoTime() > end)
                throw new AssertionError("%d subscriptions after %s, expected %d".formatted(found, ANSWER_MAX, count));
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        return client.send(request, handler);
    }

    @Override
    public void close() throws IOException {
        closeParts();
        client.close();
    }

    private void closeParts() throws IOException {
        listener.close();
        delivery.close();
        broker.close();
        log.close();
    }
}
