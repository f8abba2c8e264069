package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Accounts (by access key) and regions (by credential scope) are kept apart.
class HomesTest {
    private static final String ONE = "111111111111";
    private static final String TWO = "222222222222";
    private static final String US = "us-east-1";
    private static final String EU = "eu-central-1";
    private static final Pattern DATA = Pattern.compile("\"Data\":\"([^\"]*)\"");
    private static final Pattern COUNTS =
            Pattern.compile("\"(RetentionPeriodHours|OpenShardCount|ConsumerCount)\":\\d+");
    private static final Pattern NAMES = Pattern.compile("\"StreamNames\":\\[([^\\]]*)]");

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void streamsOfOneNameInDifferentHomesAreDifferentStreams() throws Exception {
        create(ONE, US);
        create(TWO, US);
        create(ONE, EU);
        put(ONE, US, "MQ==");
        put(TWO, US, "Mg==");
        put(ONE, EU, "Mw==");

        server.restart();

        assertEquals(List.of("MQ=="), get(ONE, US));
        assertEquals(List.of("Mg=="), get(TWO, US));
        assertEquals(List.of("Mw=="), get(ONE, EU));
        assertEquals(
                List.of("111111111111.eu-central-1.s", "222222222222.us-east-1.s", "s"),
                server.broker().catalog().streams().stream()
                        .filter(stream -> stream.kind() == Stream.Kind.USER)
                        .map(Stream::name)
                        .toList(),
                "Kafka has one name space");
    }

    @Test
    void eachHomeListsAndCountsItsOwn() throws Exception {
        create(ONE, US);
        create(TWO, US);
        call(TWO, US, "CreateStream", "{\"StreamName\":\"t\",\"ShardCount\":2}");

        assertEquals("\"s\"", names(ONE, US));
        assertEquals("\"s\",\"t\"", names(TWO, US));
        assertEquals("", names(TWO, EU));
        assertEquals(
                "{\"ShardLimit\":10000,\"OpenShardCount\":3,\"OnDemandStreamCount\":0,\"OnDemandStreamCountLimit\":2500,\"ChannelCount\":0,\"ChannelCountLimit\":2500}",
                call(TWO, US, "DescribeLimits", "{}"));
        assertEquals(
                "{\"StreamNames\":[\"s\"],\"HasMoreStreams\":false,\"StreamSummaries\":[{\"StreamName\":\"s\",\"StreamARN\":\"arn:aws:kinesis:us-east-1:111111111111:stream/s\",\"StreamStatus\":\"ACTIVE\",\"StreamModeDetails\":{\"StreamMode\":\"PROVISIONED\"},\"StreamCreationTimestamp\":1795395723.004}]}",
                call(ONE, US, "ListStreams", "{}"));
    }

    @Test
    void aStreamOfAnotherHomeIsNotThere() throws Exception {
        create(ONE, US);

        assertEquals(
                "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Stream s under account 222222222222 not"
                        + " found.\"}",
                call(TWO, US, "DeleteStream", "{\"StreamName\":\"s\"}"));
        assertEquals(
                "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Stream s under account 111111111111 not"
                        + " found.\"}",
                call(ONE, EU, "DescribeStreamSummary", "{\"StreamName\":\"s\"}"));
    }

    @Test
    void channelsAreSeenInTheHomeOfTheirStream() throws Exception {
        call(ONE, US, "CreateStream", "{\"StreamName\":\"s\",\"StreamModeDetails\":{\"StreamMode\":\"ON_DEMAND\"}}");
        call(ONE, US, "CreateChannel", """
            {"ChannelName":"c","ServiceExecutionRoleARN":"arn:aws:iam::123456789012:role/r",
             "StreamConfigurationList":[
               {"StreamARN":"%s","RecordConfiguration":{"RecordFormatType":"BYTE_ARRAY"}}],
             "S3DestinationConfiguration":{"StorageConfiguration":{
               "BucketARN":"arn:aws:s3:::lake","ExpectedBucketOwner":"123456789012","CompressionType":"NONE"}}}
            """.formatted(arn(ONE, US)));

        assertTrue(call(ONE, US, "ListChannels", "{}").contains("\"ChannelName\":\"c\""));
        assertEquals("{\"ChannelSummaries\":[]}", call(TWO, US, "ListChannels", "{}"));
        assertEquals("{\"ChannelSummaries\":[]}", call(ONE, EU, "ListChannels", "{}"));
    }

    @Test
    void aStreamIsDeletedAndCreatedInItsHomeOnly() throws Exception {
        create(ONE, US);
        create(TWO, US);
        put(TWO, US, "Mg==");

        call(ONE, US, "DeleteStream", "{\"StreamName\":\"s\"}");

        assertEquals(List.of("Mg=="), get(TWO, US));
        assertEquals(
                "{\"__type\":\"ResourceInUseException\",\"message\":\"Stream s under account 222222222222 already"
                        + " exists.\"}",
                call(TWO, US, "CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}"),
                "its plain name is free now, and yet it exists");
        create(ONE, US);
        call(TWO, US, "DeleteStream", "{\"StreamName\":\"s\"}");
        assertEquals(List.of(), get(ONE, US));
    }

    @Test
    void whatChangesAStreamChangesThatOfItsHome() throws Exception {
        create(ONE, US);
        create(TWO, US);

        call(TWO, US, "SplitShard", "{\"StreamName\":\"s\",\"ShardToSplit\":\"0\",\"NewStartingHashKey\":\"100\"}");
        call(TWO, US, "IncreaseStreamRetentionPeriod", "{\"StreamName\":\"s\",\"RetentionPeriodHours\":48}");
        call(
                TWO,
                US,
                "RegisterStreamConsumer",
                "{\"StreamARN\":\"%s\",\"ConsumerName\":\"c\"}".formatted(arn(TWO, US)));

        assertEquals(
                List.of("\"RetentionPeriodHours\":24", "\"OpenShardCount\":1", "\"ConsumerCount\":0"), counts(ONE, US));
        assertEquals(
                List.of("\"RetentionPeriodHours\":48", "\"OpenShardCount\":2", "\"ConsumerCount\":1"), counts(TWO, US));
    }

    private List<String> counts(String account, String region) throws Exception {
        var summary = call(account, region, "DescribeStreamSummary", "{\"StreamName\":\"s\"}");
        return COUNTS.matcher(summary).results().map(MatchResult::group).toList();
    }

    @Test
    void aStreamIsNotFoundUnderItsNameInKafka() throws Exception {
        create(ONE, US);
        create(TWO, US);

        assertEquals(
                "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Stream 222222222222.us-east-1.s under account"
                        + " 222222222222 not found.\"}",
                call(TWO, US, "DescribeStreamSummary", "{\"StreamName\":\"222222222222.us-east-1.s\"}"));
    }

    @Test
    void anArnSaysWhichHomeItMeans() throws Exception {
        create(ONE, US);
        create(TWO, US);

        call(ONE, US, "AddTagsToStream", "{\"StreamARN\":\"%s\",\"Tags\":{\"a\":\"1\"}}".formatted(arn(TWO, US)));

        assertEquals(
                "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}",
                call(ONE, EU, "ListTagsForResource", "{\"ResourceARN\":\"%s\"}".formatted(arn(TWO, US))));
        assertEquals(
                "{\"Tags\":[]}",
                call(TWO, US, "ListTagsForResource", "{\"ResourceARN\":\"%s\"}".formatted(arn(ONE, US))));
        assertEquals(
                "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Stream s under account 111111111111 not"
                        + " found.\"}",
                call(
                        TWO,
                        US,
                        "PutRecord",
                        "{\"StreamARN\":\"%s\",\"PartitionKey\":\"k\",\"Data\":\"\"}".formatted(arn(ONE, EU))));
    }

    @Test
    void whatKafkaCreatedIsSeenFromTheDefaultAccountInEveryRegion() throws Exception {
        server.broker().create(NewStream.of("s", 1));

        assertEquals("\"s\"", names("AKIDEXAMPLE", US));
        assertEquals("\"s\"", names("000000000000", EU));
        assertEquals("", names(ONE, US));
        create(ONE, US);
        assertEquals(
                "{\"__type\":\"ResourceInUseException\",\"message\":\"Stream s under account 000000000000 already"
                        + " exists.\"}",
                call("AKIDEXAMPLE", EU, "CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}"));
    }

    @Test
    void settingsOfAccountsAreKeptApart() throws Exception {
        call(ONE, US, "UpdateAccountSettings", "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"ENABLED\"}}");

        var disabled = "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"DISABLED\"}}";
        assertEquals(disabled, call(TWO, US, "DescribeAccountSettings", "{}"));
        assertEquals(disabled, call(ONE, EU, "DescribeAccountSettings", "{}"));
    }

    private void create(String account, String region) throws Exception {
        assertEquals("", call(account, region, "CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}"));
    }

    private void put(String account, String region, String data) throws Exception {
        call(
                account,
                region,
                "PutRecord",
                "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"%s\"}".formatted(data));
    }

    private List<String> get(String account, String region) throws Exception {
        var iterator = call(
                        account,
                        region,
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .split("\"")[3];
        var got = call(
                account,
                region,
                "GetRecords",
                "{\"ShardIterator\":\"%s\",\"StreamARN\":\"%s\"}".formatted(iterator, arn(account, region)));
        return DATA.matcher(got).results().map(match -> match.group(1)).toList();
    }

    private String names(String account, String region) throws Exception {
        var names = NAMES.matcher(call(account, region, "ListStreams", "{}"));
        return names.results().findFirst().orElseThrow().group(1);
    }

    private static String arn(String account, String region) {
        return "arn:aws:kinesis:%s:%s:stream/s".formatted(region, account);
    }

    private String call(String accessKey, String region, String operation, String json) throws Exception {
        var scope = "AWS4-HMAC-SHA256 Credential=%s/20261123/%s/kinesis/aws4_request, Signature=0"
                .formatted(accessKey, region);
        var request =
                server.request(operation, json).header("Authorization", scope).build();
        return server.send(request, BodyHandlers.ofString(UTF_8)).body();
    }
}
