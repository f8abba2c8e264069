package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How much may be resharded, by whom, and what a stream was at any time.
class ReshardLimitsTest {
    private static final int SHARDS_MAX = 4;
    private static final AwsConfig CONFIG = new AwsConfig(
            AwsConfig.Http.DEFAULT,
            "123456789012",
            "us-east-1",
            SHARDS_MAX,
            AwsConfig.FanOut.DEFAULT,
            AwsConfig.Scaling.DEFAULT,
            new AwsConfig.KinesisConfig(AwsConfig.Limits.AMAZON, Duration.ZERO, Optional.empty()),
            Duration.ofHours(24),
            Duration.ofDays(400));
    private static final Pattern RANGE = Pattern.compile("\"StartingHashKey\":\"(\\d+)\",\"EndingHashKey\":\"(\\d+)\"");

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory, CONFIG);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private HttpResponse<String> create(int shards) throws Exception {
        return server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":" + shards + "}");
    }

    private HttpResponse<String> split(int shard, String key) throws Exception {
        return server.call(
                "SplitShard",
                "{\"StreamName\":\"s\",\"ShardToSplit\":\"shardId-%012d\",\"NewStartingHashKey\":\"%s\"}"
                        .formatted(shard, key));
    }

    private HttpResponse<String> merge(int first, int second) throws Exception {
        return server.call(
                "MergeShards",
                "{\"StreamName\":\"s\",\"ShardToMerge\":\"shardId-%012d\",\"AdjacentShardToMerge\":\"shardId-%012d\"}"
                        .formatted(first, second));
    }

    private HttpResponse<String> scale(int target) throws Exception {
        return server.call(
                "UpdateShardCount",
                "{\"StreamName\":\"s\",\"TargetShardCount\":%d,\"ScalingType\":\"UNIFORM_SCALING\"}".formatted(target));
    }

    private static String tooMany(int more) {
        return "{\"__type\":\"LimitExceededException\",\"message\":\"This request would exceed the shard limit for the"
                + " account 123456789012 in us-east-1. Current shard count for the account: 4. Limit: 4. Number of"
                + " additional shards that would have resulted from this request: "
                + more
                + ". Refer to the AWS Service Limits page"
                + " (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how"
                + " to request higher limits.\"}";
    }

    @Test
    void openShardsAreLimitedAndClosedOnesDoNotCount() throws Exception {
        create(SHARDS_MAX);

        assertEquals(tooMany(1), split(0, "10").body());
        assertEquals(tooMany(2), scale(6).body());
        assertEquals(200, merge(0, 1).statusCode());
        assertEquals(200, split(4, "10").statusCode());
    }

    @Test
    void aStreamIsScaledTenTimesADay() throws Exception {
        create(1);
        for (int i = 0; i < 10; i++) assertEquals(200, scale(i % 2 == 0 ? 2 : 1).statusCode());
        assertEquals(400, scale(9).statusCode()); // refused for something else: not counted

        server.restart();
        var eleventh = scale(2);

        assertEquals(
                "{\"__type\":\"LimitExceededException\",\"message\":\"UpdateShardCount cannot scale stream s under"
                        + " account 123456789012 more than 10 times in 24 hours.\"}",
                eleventh.body());
        server.pass(Duration.ofHours(24));
        assertEquals(200, scale(2).statusCode());
    }

    @Test
    void ofTwoRequestsForOneShardOneIsDone() throws Exception {
        create(1);
        var answers = List.of(new CompletableFuture<String>(), new CompletableFuture<String>());
        for (var answer : answers)
            Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(split(0, "10").body());
                } catch (Exception e) {
                    answer.completeExceptionally(e);
                }
            });

        var bodies = List.of(answers.get(0).get(), answers.get(1).get()).stream()
                .sorted()
                .toList();

        assertEquals(
                List.of(
                        "",
                        "{\"__type\":\"InvalidArgumentException\",\"message\":\"Shard shardId-000000000000 in stream s"
                            + " under account 123456789012 has already been merged or split, and thus is not eligible"
                            + " for merging or splitting.\"}"),
                bodies);
    }

    @Test
    void theServersOwnStreamsAreNotThere() throws Exception {
        server.broker().create(new NewStream("s", Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 2, Map.of()));
        var none = "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Stream s under account 123456789012 not"
                + " found.\"}";

        assertEquals(none, split(0, "10").body());
        assertEquals(none, merge(0, 1).body());
        assertEquals(none, scale(1).body());
    }

    /// Half-way through every second, also of those that a change dates ahead, the shards of then take every key once.
    @Test
    void theShardsOfAMomentCoverAllKeys() throws Exception {
        create(2);
        long began = server.now().getEpochSecond() + 1;
        server.pass(Duration.ofSeconds(10));
        merge(0, 1);
        server.pass(Duration.ofSeconds(10));
        split(2, "1000");
        server.pass(Duration.ofSeconds(10));
        scale(3);
        server.pass(Duration.ofSeconds(10));

        for (long second = began; second <= server.now().getEpochSecond(); second++) {
            var body = server.call(
                            "ListShards",
                            "{\"StreamName\":\"s\",\"ShardFilter\":{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":%d.5}}"
                                    .formatted(second))
                    .body();
            var ranges = new TreeMap<BigInteger, BigInteger>();
            RANGE.matcher(body)
                    .results()
                    .forEach(match -> ranges.put(new BigInteger(match.group(1)), new BigInteger(match.group(2))));
            var next = BigInteger.ZERO;
            for (var range : ranges.entrySet()) {
                assertEquals(next, range.getKey(), "a gap or an overlap at " + second + ": " + body);
                next = range.getValue().add(BigInteger.ONE);
            }
            assertEquals(BigInteger.TWO.pow(128), next, body);
        }
    }
}
