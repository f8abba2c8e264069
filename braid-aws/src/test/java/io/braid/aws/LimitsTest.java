package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Amazon's limits on the wire (`kinesis.limits = amazon`), by a clock that only the test moves.
class LimitsTest {
    private static final int MIB = 1 << 20;
    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    private static final AwsConfig.KinesisConfig AMAZON =
            new AwsConfig.KinesisConfig(AwsConfig.Limits.AMAZON, Duration.ZERO, Optional.empty());
    private static final AwsConfig CONFIG = AwsConfig.DEFAULT
            .withKinesis(AMAZON)
            .withFanOut(new AwsConfig.FanOut(4, Duration.ofMinutes(5), Duration.ofMillis(20), Duration.ofSeconds(5)));
    private static final String TOO_MUCH =
            "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.";
    private static final String TOO_MUCH_FAULT =
            "400 {\"__type\":\"ProvisionedThroughputExceededException\",\"message\":\"" + TOO_MUCH + "\"}";

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TestServer(directory, CONFIG);
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":2}");
        server.call("UpdateMaxRecordSize", "{\"StreamARN\":\"" + ARN + "\",\"MaxRecordSizeInKiB\":10240}");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static String shown(HttpResponse<String> answer) {
        return answer.statusCode() + " " + answer.body();
    }

    /// Puts one record, its key of one byte included in the bytes.
    private HttpResponse<String> put(String stream, String hashKey, int bytes) throws Exception {
        return server.call(
                "PutRecord",
                "{\"StreamName\":\"%s\",\"PartitionKey\":\"k\",\"ExplicitHashKey\":\"%s\",\"Data\":\"%s\"}"
                        .formatted(stream, hashKey, Base64.getEncoder().encodeToString(new byte[bytes - 1])));
    }

    private HttpResponse<String> put(int bytes) throws Exception {
        return put("s", "0", bytes);
    }

    private String putMany(int records) throws Exception {
        var record = "{\"PartitionKey\":\"k\",\"ExplicitHashKey\":\"0\",\"Data\":\"\"}";
        var all = String.join(",", Collections.nCopies(records, record));
        return server.call("PutRecords", "{\"StreamName\":\"s\",\"Records\":[" + all + "]}")
                .body();
    }

    private static int failed(String answer) {
        return Integer.parseInt(answer.split("\"FailedRecordCount\":")[1].split("[,}]")[0]);
    }

    private String iterator() throws Exception {
        return server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body();
    }

    private HttpResponse<String> get(String iterator) throws Exception {
        return server.call("GetRecords", "{\"ShardIterator\":\"" + iterator.split("\"")[3] + "\"}");
    }

    /// The sum of a metric of the stream.
    private String counted(String metric) throws Exception {
        return counted(metric, "");
    }

    private String countedOfShard(String metric) throws Exception {
        return counted(metric, ",{\"Name\":\"ShardId\",\"Value\":\"shardId-000000000000\"}");
    }

    private String counted(String metric, String moreDimensions) throws Exception {
        var answer = server.call("CloudWatch.GetMetricStatistics", """
            {"Namespace":"AWS/Kinesis","MetricName":"%s","Dimensions":[{"Name":"StreamName","Value":"s"}%s],
             "StartTime":1795395600,"EndTime":1795396200,"Period":600,"Statistics":["Sum"]}\
            """.formatted(metric, moreDimensions));
        return answer.body().split("\"Sum\":")[1].split("[,}]")[0];
    }

    @Test
    void aShardTakesAMebibyteInASecond() throws Exception {
        assertEquals(200, put(MIB).statusCode());

        assertEquals(TOO_MUCH_FAULT, shown(put(2)));
        assertEquals(200, put("s", "3" + "0".repeat(38), MIB).statusCode()); // the other shard
        assertEquals("1.0", counted("WriteProvisionedThroughputExceeded"));
        server.pass(Duration.ofMillis(500));
        assertEquals(TOO_MUCH_FAULT, shown(put(MIB / 2 + 1)));
        assertEquals(200, put(MIB / 2).statusCode());
    }

    @Test
    void aShardTakesAThousandRecordsInASecondAndThoseOfARequestThatAreTooManyAreNamed() throws Exception {
        assertEquals(0, failed(putMany(500)));
        assertEquals(0, failed(putMany(500)));

        assertEquals(
                "{\"Records\":[{\"ErrorCode\":\"ProvisionedThroughputExceededException\",\"ErrorMessage\":\"" + TOO_MUCH
                        + "\"}],\"FailedRecordCount\":1}",
                putMany(1));
        assertEquals(TOO_MUCH_FAULT, shown(put(1)));
        server.pass(Duration.ofMillis(10));
        var partly = putMany(12);
        assertEquals(2, failed(partly));
        assertTrue(partly.startsWith("{\"Records\":[{\"SequenceNumber\":\""), partly);
        assertEquals("3.0", counted("PutRecords.ThrottledRecords"));
        assertEquals("4.0", counted("WriteProvisionedThroughputExceeded"));
        assertEquals("1010.0", counted("PutRecords.SuccessfulRecords"));

        assertEquals(1010, get(iterator()).body().split("\"SequenceNumber\"").length - 1);
    }

    @Test
    void aRecordOfMoreThanASecondIsMadeUpFor() throws Exception {
        assertEquals(200, put(3 * MIB).statusCode());

        server.pass(Duration.ofMillis(2000));
        assertEquals(400, put(2).statusCode());
        server.pass(Duration.ofMillis(1));
        assertEquals(200, put(2).statusCode());
        assertEquals(400, put(3 * MIB).statusCode());
        server.pass(Duration.ofMillis(1000));
        assertEquals(200, put(3 * MIB).statusCode());
    }

    @Test
    void aShardOfAnOnDemandStreamTakesNoMore() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"d\",\"StreamModeDetails\":{\"StreamMode\":\"ON_DEMAND\"}}");
        assertEquals(200, put("d", "0", MIB).statusCode());

        assertEquals(TOO_MUCH_FAULT.replace("stream s", "stream d"), shown(put("d", "0", 2)));
    }

    @Test
    void shardsThatAreWatchedCountWhatIsTooMuch() throws Exception {
        server.call("EnableEnhancedMonitoring", "{\"StreamName\":\"s\",\"ShardLevelMetrics\":[\"ALL\"]}");
        put(MIB);
        put(2);
        var iterator = iterator();
        for (int i = 0; i < 6; i++) get(iterator); // a mebibyte each, and two of these in a second

        assertEquals("1.0", countedOfShard("WriteProvisionedThroughputExceeded"));
        assertEquals("4.0", countedOfShard("ReadProvisionedThroughputExceeded"));
        assertEquals("1.0", countedOfShard("IncomingRecords"));
        assertEquals("2.0", countedOfShard("OutgoingRecords"));
    }

    @Test
    void aShardIsReadFiveTimesInASecondByAllReaders() throws Exception {
        var iterators = List.of(iterator(), iterator());
        for (int i = 0; i < 5; i++) assertEquals(200, get(iterators.get(i % 2)).statusCode());

        assertEquals(TOO_MUCH_FAULT, shown(get(iterators.get(1))));

        assertEquals("1.0", counted("ReadProvisionedThroughputExceeded"));
        assertEquals("5.0", counted("GetRecords.Success"));
        server.pass(Duration.ofMillis(200));
        assertEquals(200, get(iterators.get(0)).statusCode());
        assertEquals(400, get(iterators.get(1)).statusCode());
    }

    @Test
    void afterTenMebibytesAShardIsNotReadForFiveSeconds() throws Exception {
        assertEquals(200, put(10 * MIB).statusCode());
        var iterator = iterator();
        assertEquals(200, get(iterator).statusCode());

        server.pass(Duration.ofMillis(4999));
        assertEquals(TOO_MUCH_FAULT, shown(get(iterator)));
        server.pass(Duration.ofMillis(1));
        assertEquals(200, get(iterator).statusCode());
    }

    @Test
    void aShardGivesFiveIteratorsInASecond() throws Exception {
        for (int i = 0; i < 5; i++) iterator();

        assertEquals(TOO_MUCH_FAULT, "400 " + iterator());

        server.pass(Duration.ofMillis(200));
        assertTrue(iterator().startsWith("{\"ShardIterator\":\""));
    }

    private String register() throws Exception {
        var answer = server.call("RegisterStreamConsumer", "{\"StreamARN\":\"" + ARN + "\",\"ConsumerName\":\"c\"}");
        return answer.body().split("\"ConsumerARN\":\"")[1].split("\"")[0];
    }

    @Test
    void aConsumerIsSentTwoMebibytesInASecondAndWaitsForMore() throws Exception {
        assertEquals(200, put(5 * MIB).statusCode());
        server.pass(Duration.ofSeconds(5));
        assertEquals(200, put(2).statusCode());
        try (var subscriber = Subscriber.to(server, register(), 0, "\"Type\":\"TRIM_HORIZON\"")) {
            assertEquals(1, subscriber.records(1).size());

            for (int i = 0; i < 3; i++) assertEquals(List.of(), Subscriber.data(subscriber.event()));
            server.pass(Duration.ofMillis(1400));
            for (int i = 0; i < 3; i++) assertEquals(List.of(), Subscriber.data(subscriber.event()));
            server.pass(Duration.ofMillis(100));

            assertEquals(List.of("\0"), subscriber.records(1));
        }
    }

    @Test
    void aConsumerSubscribesToAShardOnceInASecond() throws Exception {
        var consumer = register();
        var request = server.request("SubscribeToShard", Subscriber.request(consumer, 0, "\"Type\":\"TRIM_HORIZON\""))
                .build();
        Subscriber.to(server, consumer, 0, "\"Type\":\"TRIM_HORIZON\"").close();
        server.pass(Duration.ofMillis(4900));
        assertTrue(server.send(request, BodyHandlers.ofString()).body().contains("ResourceInUseException"));
        server.pass(Duration.ofMillis(200));

        var refused = server.send(request, BodyHandlers.ofString());

        assertEquals(
                "400 {\"__type\":\"LimitExceededException\",\"message\":\"Rate exceeded for subscription"
                        + " 000000000000:s:shardId-000000000000:c.\"}",
                shown(refused));
        server.pass(Duration.ofMillis(800));
        Subscriber.to(server, consumer, 0, "\"Type\":\"TRIM_HORIZON\"").close();
    }

    @Test
    void operationsAreCalledSoOftenInASecond() throws Exception {
        var stream = "\"StreamName\":\"s\"";
        var resource = "\"ResourceARN\":\"" + ARN + "\"";
        var consumer = "\"StreamARN\":\"" + ARN + "\",\"ConsumerName\":\"none\"";
        var split = stream + ",\"ShardToSplit\":\"shardId-000000000000\",\"NewStartingHashKey\":\"1\"";
        var merge = stream + ",\"ShardToMerge\":\"shardId-000000000000\",\"AdjacentShardToMerge\":\"shardId-9\"";
        var hours = stream + ",\"RetentionPeriodHours\":24";
        var metrics = stream + ",\"ShardLevelMetrics\":[\"ALL\"]";
        var commitment = "\"MinimumThroughputBillingCommitment\":{\"Status\":\"DISABLED\"}";
        record Call(String operation, String members, int perSecond) {}
        var ofAccount = List.of(
                new Call("DescribeAccountSettings", "", 5),
                new Call("DescribeLimits", "", 1),
                new Call("ListStreams", "", 5),
                new Call("UpdateAccountSettings", commitment, 5));
        var ofStream = List.of(
                new Call("AddTagsToStream", stream + ",\"Tags\":{\"a\":\"b\"}", 5),
                new Call("CreateStream", stream + ",\"ShardCount\":1", 5),
                new Call("DecreaseStreamRetentionPeriod", hours, 5),
                new Call("DeleteResourcePolicy", resource, 5),
                new Call("DeregisterStreamConsumer", consumer, 5),
                new Call("DescribeStream", stream, 10),
                new Call("DescribeStreamConsumer", consumer, 20),
                new Call("DescribeStreamSummary", stream, 20),
                new Call("DisableEnhancedMonitoring", metrics, 5),
                new Call("EnableEnhancedMonitoring", metrics, 5),
                new Call("GetResourcePolicy", resource, 5),
                new Call("IncreaseStreamRetentionPeriod", hours, 5),
                new Call("ListStreamConsumers", "\"StreamARN\":\"" + ARN + "\"", 5),
                new Call("ListTagsForStream", stream, 5),
                new Call("MergeShards", merge, 5),
                new Call("PutResourcePolicy", resource + ",\"Policy\":\"{\"", 5),
                new Call("RegisterStreamConsumer", consumer.replace("none", "new"), 5),
                new Call("RemoveTagsFromStream", stream + ",\"TagKeys\":[\"a\"]", 5),
                new Call("SplitShard", split, 5),
                new Call("UpdateStreamWarmThroughput", stream + ",\"WarmThroughputMiBps\":1", 5),
                new Call("DeleteStream", stream, 5));
        server.pass(Duration.ofSeconds(1)); // since the stream was created
        var refusals = Map.of(
                ofAccount, "Rate exceeded for account 000000000000.",
                ofStream, "Rate exceeded for stream s under account 000000000000.");
        for (var calls : List.of(ofAccount, ofStream))
            for (var call : calls) {
                for (int i = 0; i < call.perSecond(); i++) {
                    var answer = server.call(call.operation(), "{" + call.members() + "}")
                            .body();
                    assertFalse(answer.contains("Rate exceeded"), call.operation() + " " + i + ": " + answer);
                }

                var refused = server.call(call.operation(), "{" + call.members() + "}");

                assertEquals(
                        "400 {\"__type\":\"LimitExceededException\",\"message\":\"" + refusals.get(calls) + "\"}",
                        shown(refused),
                        call.operation());
            }
    }

    @Test
    void whatIsCountedByStreamAndByAccountIsSo() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"t\",\"ShardCount\":1}");
        for (int i = 0; i < 5; i++) server.call("ListTagsForStream", "{\"StreamName\":\"s\"}");
        for (int i = 0; i < 10; i++) server.call("DescribeStream", "{\"StreamName\":\"s\"}");

        assertEquals(
                400, server.call("ListTagsForStream", "{\"StreamName\":\"s\"}").statusCode());
        assertEquals(
                200, server.call("ListTagsForStream", "{\"StreamName\":\"t\"}").statusCode());
        assertEquals(
                400, server.call("DescribeStream", "{\"StreamName\":\"t\"}").statusCode());
        assertEquals(
                200,
                server.call("DescribeStreamSummary", "{\"StreamName\":\"t\"}").statusCode());
        server.pass(Duration.ofMillis(200));
        assertEquals(
                200, server.call("ListTagsForStream", "{\"StreamName\":\"s\"}").statusCode());
        assertEquals(
                200, server.call("DescribeStream", "{\"StreamName\":\"t\"}").statusCode());
    }

    @Test
    void nothingIsLimitedByDefault() throws Exception {
        server.restart(AwsConfig.KinesisConfig.DEFAULT);
        var iterator = iterator();

        for (int i = 0; i < 3; i++) {
            assertEquals(200, put(MIB).statusCode());
            assertEquals(0, failed(putMany(500)));
        }
        for (int i = 0; i < 6; i++) assertEquals(200, get(iterator).statusCode());
        for (int i = 0; i < 11; i++)
            assertEquals(
                    200, server.call("DescribeStream", "{\"StreamName\":\"s\"}").statusCode());
        for (int i = 0; i < 11; i++)
            assertEquals(
                    200,
                    server.call(
                                    "UpdateShardCount",
                                    "{\"StreamName\":\"s\",\"TargetShardCount\":%d,\"ScalingType\":\"UNIFORM_SCALING\"}"
                                            .formatted(2 + i % 2))
                            .statusCode());
    }
}
