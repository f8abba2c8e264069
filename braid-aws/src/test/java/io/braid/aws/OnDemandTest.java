package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.StringJoiner;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams that scale while clients put: the whole way from the request to the shards and to the page that says why.
class OnDemandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AwsConfig.Scaling QUICK = new AwsConfig.Scaling(
            true, Duration.ofMillis(2), Duration.ofSeconds(1), 50, 16, Duration.ofHours(1), 16, Duration.ofHours(24));

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TestServer(directory, AwsConfig.DEFAULT.withScaling(QUICK));
        var created = server.call(
                "CreateStream", "{\"StreamName\":\"s\",\"StreamModeDetails\":{\"StreamMode\":\"ON_DEMAND\"}}");
        assertEquals(200, created.statusCode(), created.body());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private interface Question {
        boolean isAnswered() throws Exception;
    }

    /// 5,000 records a second by the server's clock, until what is waited for is there.
    private void putUntil(IntFunction<String> key, Question question) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        var data = Base64.getEncoder().encodeToString("x".getBytes(UTF_8));
        var records = new StringJoiner(",");
        for (int i = 0; i < 500; i++) records.add("{\"Data\":\"%s\",%s}".formatted(data, key.apply(i)));
        while (!question.isAnswered()) {
            if (System.nanoTime() > end) throw new AssertionError("not within " + PATIENCE + ": " + page());
            var put = server.call("PutRecords", "{\"StreamName\":\"s\",\"Records\":[" + records + "]}");
            assertEquals(200, put.statusCode(), put.body());
            server.pass(Duration.ofMillis(100));
            LockSupport.parkNanos(Duration.ofMillis(3).toNanos()); // for a turn or so
        }
    }

    private String page() throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri("/scaling")).build(), BodyHandlers.ofString())
                .body();
    }

    private int openShards() throws Exception {
        var summary =
                server.call("DescribeStreamSummary", "{\"StreamName\":\"s\"}").body();
        return Integer.parseInt(summary.split("\"OpenShardCount\":")[1].split("[,}]")[0]);
    }

    @Test
    void aStreamWhoseShardsRunHotGetsMoreOfThem() throws Exception {
        assertEquals(4, openShards());

        putUntil(i -> "\"PartitionKey\":\"k%d\"".formatted(i), () -> openShards() > 8);
    }

    @Test
    void aShardThatIsHotByOneKeyIsNotSplitAndThePageSaysWhichKey() throws Exception {
        putUntil(
                _ -> "\"PartitionKey\":\"k\",\"ExplicitHashKey\":\"123\"",
                () -> page().contains("% of that have the hash key 123: a split would not help"));

        assertEquals(4, openShards());
    }
}
