package io.braid.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.S3Server;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/// A stream delivered to a bucket of a real S3 server by the real process, which is killed meanwhile, has its shards
/// split, and loses the bucket: all that was put is in the bucket once, and each key's records in their order.
class ChannelTest {
    /// `-Dlives=60` kills it more often.
    private static final int KILLS = Math.max(1, Integer.getInteger("lives", 12) / 12);

    private static final int KEYS = 20;
    private static final String[] SETTINGS = {"--set", "delivery.object-bytes-max=32KiB"};
    private static final String ENDING = ".txt.gz";
    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/orders";

    @TempDir
    static Path home;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static S3Server bucket;
    private int put;

    @BeforeAll
    static void startBucket() throws Exception {
        bucket = S3Server.start(
                home, Jvm.target().resolve("../../braid-tier/target/s3proxy").normalize());
    }

    @AfterAll
    static void stopBucket() {
        bucket.close();
    }

    @Test
    void allThatIsPutIsInTheBucketOnceAndInOrderWhateverHappensMeanwhile() throws Exception {
        try (var server = RunningServer.startToBeKilled("channel", bucket.environment(), SETTINGS);
                var kinesis = Kinesis.sync(server.endpoint())) {
            call(server, "CreateStream", """
                {"StreamName":"orders","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}\
                """);
            put(kinesis, "before the channel", 10);
            put = 0;
            create(server);
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    int objects = bucket.objects(ENDING).size();
                    put(kinesis, "life " + kill, 200);
                    Eventually.equal(true, () -> bucket.objects(ENDING).size() > objects);
                    server.kill(); // while others are being stored, and noted
                    server.live();
                }
                split(server);
                put(kinesis, "after a split", 100);
                bucket.stop();
                put(kinesis, "while it is away", 100);
                Eventually.equal(1, () -> metric(server, "failing"));
                bucket.start();
                Eventually.equal(put, ChannelTest::delivered);
                assertOnceAndInOrder();
                assertEquals(0, metric(server, "failing"));
                assertTrue(metric(server, "records_total") > 0);
                assertTrue(listMetrics(server).contains("\"DeliveryToS3.SuccessfulRecordCount\""));
            } catch (Throwable e) {
                server.keepEvidence();
                throw e;
            }
        }
    }

    private static void create(RunningServer server) throws Exception {
        call(server, "CreateChannel", """
            {"ChannelName":"to-s3","ServiceExecutionRoleARN":"arn:aws:iam::123456789012:role/delivers",
             "StreamConfigurationList":[{"StreamARN":"%s","RecordConfiguration":{"RecordFormatType":"STRING"}}],
             "S3DestinationConfiguration":{"DataFreshnessInSeconds":1,"StorageConfiguration":{
               "BucketARN":"arn:aws:s3:::%s","ExpectedBucketOwner":"123456789012","CompressionType":"GZIP",
               "StorageClass":"GLACIER_IR",
               "OutputKeyTemplate":"lake/!{stream-name}/!{yyyy}/!{channel-name}!{extension:%s}"}}}
            """.formatted(ARN, S3Server.BUCKET, ENDING));
    }

    private static String listMetrics(RunningServer server) throws Exception {
        return post(server, "GraniteServiceVersion20100801.ListMetrics", "1.0", """
            {"Namespace":"AWS/Kinesis"}\
            """);
    }

    private static String call(RunningServer server, String operation, String json) throws Exception {
        return post(server, "Kinesis_20131202." + operation, "1.1", json);
    }

    private static String post(RunningServer server, String target, String version, String json) throws Exception {
        var answer = HTTP.send(
                HttpRequest.newBuilder(server.endpoint())
                        .header("Content-Type", "application/x-amz-json-" + version)
                        .header("X-Amz-Target", target)
                        .POST(BodyPublishers.ofString(json))
                        .build(),
                BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    private static int metric(RunningServer server, String name) throws Exception {
        var page = HTTP.send(
                HttpRequest.newBuilder(server.endpoint().resolve("/metrics")).build(), BodyHandlers.ofString());
        return page.body()
                .lines()
                .filter(line -> line.startsWith("braid_delivery_" + name + "{channel=\"to-s3\""))
                .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /// Records of about a kilobyte: key, number, and what was happening.
    private void put(KinesisClient kinesis, String when, int count) {
        var padding = "x".repeat(1000);
        var records = IntStream.range(put, put + count)
                .mapToObj(number -> PutRecordsRequestEntry.builder()
                        .partitionKey("key-" + number % KEYS)
                        .data(SdkBytes.fromUtf8String(
                                "key-%d %d %s %s".formatted(number % KEYS, number, when, padding)))
                        .build())
                .toList();
        for (int at = 0; at < count; at += 100) {
            var part = records.subList(at, Math.min(count, at + 100));
            var answer =
                    kinesis.putRecords(request -> request.streamName("orders").records(part));
            assertEquals(0, answer.failedRecordCount());
        }
        put += count;
    }

    private static void split(RunningServer server) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", server.kafka()))) {
            admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(7)))
                    .all()
                    .get();
        }
    }

    private static int delivered() throws IOException {
        int count = 0;
        for (var object : bucket.objects(ENDING)) count += lines(object).size();
        return count;
    }

    private static List<String> lines(Path object) throws IOException {
        try (var unpacked = new GZIPInputStream(Files.newInputStream(object))) {
            return new String(unpacked.readAllBytes(), UTF_8).lines().toList();
        }
    }

    /// Names end in shard and offset, and children have greater numbers than their parents: so the order of the names
    /// is that of each key's records.
    private void assertOnceAndInOrder() throws IOException {
        var seen = new HashMap<String, List<Integer>>();
        var all = new ArrayList<Integer>();
        var objects = bucket.objects(ENDING).stream()
                .sorted(Comparator.comparing(object -> object.getFileName().toString()))
                .toList();
        assertTrue(objects.size() > 4, () -> "few objects: " + objects);
        for (var object : objects) {
            for (var line : lines(object)) {
                var words = line.split(" ");
                int number = Integer.parseInt(words[1]);
                assertEquals(
                        "lake",
                        home.resolve("data/" + S3Server.BUCKET)
                                .relativize(object)
                                .getName(0)
                                .toString());
                all.add(number);
                seen.computeIfAbsent(words[0], _ -> new ArrayList<>()).add(number);
            }
        }
        assertEquals(put, all.size());
        assertEquals(put, new TreeSet<>(all).size());
        assertEquals(KEYS, seen.size());
        seen.forEach(
                (key, numbers) -> assertEquals(numbers.stream().sorted().toList(), numbers, "the records of " + key));
    }
}
